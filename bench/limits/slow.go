package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// wish is a value that slow readers ask for over and over.
type wish struct {
	key   string
	value []byte
}

// wishes are values that are sent from their chunks, and one that is copied.
func wishes() []wish {
	return []wish{
		{"million", pattern(1_000_000)},
		{"hundred", pattern(100_000)},
		{"one", pattern(1000)},
	}
}

// pattern is a value without a period in which a shift would hide.
func pattern(size int) []byte { return appendValue(nil, uint64(size), 0, size)[:size] }

// answer is what a get of it answers.
func (w wish) answer() []byte {
	return fmt.Appendf(nil, "VALUE %s 0 %d\r\n%s\r\nEND\r\n", w.key, len(w.value), w.value)
}

// slowReaders lets clients ask for gigabytes, waits until the server can do no more, and then reads all of it: memory
// is bounded throughout, and every byte is right.
func slowReaders(t *trial) ([]float64, error) {
	wanted := wishes()
	return starve(t, &feast{
		clients: 8, readers: 8,
		each:  int64(t.scale(3_800_000_000, 150_000_000)),
		flags: []string{"-m", "64"},
		dial:  (*server).dial,
		of:    func(i int) wish { return wanted[[]int{0, 1, 0, 1, 0, 1, 0, 2}[i]] },
	})
}

// manySlowReaders is the same with many. Their sockets are small, since the kernel has a bound for all; a few are read
// to the end.
func manySlowReaders(t *trial) ([]float64, error) {
	wanted := wishes()
	figures, err := starve(t, &feast{
		clients: t.scale(1000, 300), readers: 6,
		each:  38_000_000,
		flags: []string{"-m", "64", "-c", "1100"},
		dial:  (*server).dialSmall,
		of:    func(i int) wish { return wanted[i%len(wanted)] },
	})
	if err != nil {
		return nil, err
	}
	return []float64{max(figures[0], figures[1])}, nil
}

// feast says who asks for what.
type feast struct {
	clients int
	readers int   // so many of them read in the end
	each    int64 // bytes that a client asks for
	flags   []string
	dial    func(*server) (*client, error)
	of      func(i int) wish // what client number i asks for
}

// times is how often client number i asks.
func (f *feast) times(i int) int { return int(f.each / int64(len(f.of(i).value))) }

// starve lets clients ask without reading, and then some of them read. It returns by how many MiB the server grew until
// they did, and until the end.
func starve(t *trial, f *feast) ([]float64, error) {
	srv, c, err := t.open(f.flags...)
	if err != nil {
		return nil, err
	}
	for _, w := range wishes() {
		c.set(w.key, w.value)
		if !bytes.Equal(c.get(w.key), w.value) {
			c.fail("%s comes back wrong", w.key)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	all := make([]*client, f.clients)
	asked := make(chan error, f.clients)
	starved, err := srv.growth(func() error { return f.askAll(srv, all, asked) })
	defer closeAll(all)
	if err != nil {
		return nil, err
	}
	fed, err := srv.growth(func() error {
		return together(f.readers, func(i int) error { return readAll(all[i], f.of(i).answer(), f.times(i)) })
	})
	for i := 0; i < f.clients && f.readers == f.clients && err == nil; i++ {
		err = <-asked
	}
	return []float64{mebi(starved), mebi(starved + fed)}, err
}

// askAll lets all clients ask and waits until the server has done what it can. Who asks for much cannot send it all
// before somebody reads, and goes on doing so; asked is told of each that is through.
func (f *feast) askAll(srv *server, all []*client, asked chan<- error) error {
	for i := range all {
		c, err := f.dial(srv)
		if err != nil {
			return err
		}
		all[i] = c
		go func() { asked <- askFor(c, f.of(i), f.times(i)) }()
	}
	return srv.quiet()
}

// askFor asks for a value that many times.
func askFor(c *client, w wish, times int) error {
	const most = 10_000
	request := "get " + w.key + "\r\n"
	many := []byte(strings.Repeat(request, min(times, most)))
	for ; times > 0; times -= most {
		if _, err := c.Write(many[:len(request)*min(times, most)]); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads that many answers, and each must be the same.
func readAll(c *client, answer []byte, times int) error {
	block := answer
	if many := 256 << 10 / len(answer); many > 1 {
		block = bytes.Repeat(answer, many)
	}
	in := make([]byte, len(block))
	for rest := times * len(answer); rest > 0; rest -= len(in) {
		in = in[:min(len(in), rest)]
		if _, err := io.ReadFull(c, in); err != nil {
			return fmt.Errorf("%d bytes before the end: %w", rest, err)
		}
		if !bytes.Equal(in, block[:len(in)]) {
			return fmt.Errorf("a wrong byte, %d before the end", rest)
		}
	}
	return nil
}
