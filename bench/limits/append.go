package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// appends lets clients add records to the same values, half of them at the front. In the end each record must be there
// once and whole, and those of one client in the order in which it added them.
func appends(t *trial) ([]float64, error) {
	const clients, values, batch = 16, 16, 25
	each := t.scale(200_000, 20_000) / clients / values
	srv, c, err := t.open()
	if err != nil {
		return nil, err
	}
	for v := range values {
		c.set(fmt.Sprint("log", v), nil)
	}
	err = together(clients, func(i int) error {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		for from := 0; from < each; from += batch {
			c.addRecords(i, values, from, min(from+batch, each))
		}
		return c.err
	})
	if err != nil {
		return nil, err
	}
	wrong := 0
	for v := range values {
		wrong += misplaced(c.get(fmt.Sprint("log", v)), clients, each)
	}
	return []float64{float64(wrong)}, c.err
}

// record is number n of a client.
func record(client, n int) string { return fmt.Sprintf("<%02d:%06d>", client, n) }

const recordSize = len("<00:000000>")

// addRecords adds some records to every value.
func (c *client) addRecords(number, values, from, to int) {
	command := "append"
	if number%2 == 1 {
		command = "prepend"
	}
	var out []byte
	for n := from; n < to; n++ {
		for v := range values {
			out = fmt.Appendf(out, "%s log%d 0 0 %d\r\n%s\r\n", command, v, recordSize, record(number, n))
		}
	}
	c.send(out)
	for range (to - from) * values {
		c.expect("STORED")
	}
}

// misplaced counts the records that are missing, torn, double or not in order.
func misplaced(log []byte, clients, each int) (wrong int) {
	next := make([]int, clients)
	for i := range next {
		if i%2 == 1 {
			next[i] = each - 1 // the last is the first
		}
	}
	found := 0
	for ; len(log) >= recordSize; log = log[recordSize:] {
		client, _ := strconv.Atoi(string(log[1:3]))
		if client < 0 || client >= clients || !bytes.HasPrefix(log, []byte(record(client, next[client]))) {
			wrong++
			continue
		}
		found++
		if client%2 == 1 {
			next[client]--
		} else {
			next[client]++
		}
	}
	return wrong + len(log) + max(0, clients*each-found-wrong)
}
