package main

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// stalledReaders lets each client ask for another long value, all that there are, and not read. Meanwhile others store small
// values and long ones, and honest readers get theirs, over and over. It returns how many stores were refused, how many
// values were not read right, and by how many MiB the server grew.
func stalledReaders(t *trial) ([]float64, error) {
	const size, clients = 1_000_000, 100
	srv, err := t.start("-m", "64", "-c", "300")
	if err != nil {
		return nil, err
	}
	c, err := srv.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	long := func(i int) (string, []byte) { return "long" + strconv.Itoa(i), pool[i:][:size] }
	if refused := c.storeAll(clients, long); refused > 0 {
		c.fail("%d values are refused before the attack", refused)
	}
	all := make([]*client, clients)
	defer closeAll(all)
	var refused, wrong int
	grown, err := srv.growth(func() error {
		for i := range all {
			d, err := srv.dialSmall()
			if err != nil {
				return err
			}
			all[i] = d
			key, _ := long(i)
			for range 3 {
				d.send([]byte("get " + key + "\r\n"))
			}
		}
		if err := srv.quiet(); err != nil {
			return err
		}
		refused = c.storeAll(10_000, func(i int) (string, []byte) { return "small" + strconv.Itoa(i), pool[i:][:100] })
		for i := range 40 {
			one := func(int) (string, []byte) { return long(1000 + i) }
			key, value := one(0)
			if c.storeAll(1, one) > 0 {
				refused++
				wrong++
				continue
			}
			c.send([]byte("get " + key + "\r\n"))
			if line := string(c.line()); line != "VALUE "+key+" 0 "+strconv.Itoa(size) {
				wrong++
				continue
			}
			if c.bytes(size) != string(value) || !bytes.Equal(c.line(), nil) || string(c.line()) != "END" {
				wrong++
			}
		}
		return c.err
	})
	return []float64{float64(refused), float64(wrong), mebi(grown)}, err
}

// stalledLarge lets clients ask for values that are longer than what the kernel takes, and not read, and another one for
// a few of them. It returns how many he did not get, and for how many seconds he waited at most.
func stalledLarge(t *trial) ([]float64, error) {
	const size, clients, keys, honest = 6_000_000, 40, 7, 10
	srv, c, err := t.open("-m", "64", "-I", "8m")
	if err != nil {
		return nil, err
	}
	value := bytes.Repeat(pool[:1_000_000], size/1_000_000)
	for i := range keys {
		c.set("large"+strconv.Itoa(i), value)
	}
	for i := range clients {
		d, err := t.dial(srv)
		if err != nil {
			return nil, err
		}
		d.send(bytes.Repeat([]byte("get large"+strconv.Itoa(i%keys)+"\r\n"), 3))
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	missing, longest := 0, time.Duration(0)
	for i := range honest {
		start := time.Now()
		c.send([]byte("get large" + strconv.Itoa(i%keys) + "\r\n"))
		line := string(c.line())
		longest = max(longest, time.Since(start))
		if !strings.HasPrefix(line, "VALUE ") {
			missing++
			continue
		}
		if c.bytes(size+2) != string(value)+"\r\n" || string(c.line()) != "END" {
			missing++
		}
	}
	return []float64{float64(missing), longest.Seconds()}, c.err
}
