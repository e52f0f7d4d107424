package main

import (
	"strconv"
	"time"
)

// churn lets clients come and go in every way, and then looks for what is left of them: open files of the server, and
// connections that it still counts. They are given some time to go.
func churn(t *trial) ([]float64, error) {
	const workers = 8
	clients := t.scale(100_000, 8000)
	srv, watcher, err := t.open()
	if err != nil {
		return nil, err
	}
	if err := visits(srv, workers, 200); err != nil { // whatever the server opens once for all
		return nil, err
	}
	var files, conns [2]int
	for i := range 2 {
		if err := srv.quiet(); err != nil {
			return nil, err
		}
		for try := 0; ; try++ {
			if files[i], err = srv.descriptors(); err != nil {
				return nil, err
			}
			conns[i], _ = strconv.Atoi(watcher.stats("")["curr_connections"])
			if i == 0 || try == 50 || files[0] == files[1] && conns[0] == conns[1] {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if i == 0 {
			err = visits(srv, workers, clients)
		}
		if err != nil {
			return nil, err
		}
	}
	t.note("%v of processor time", srv.processor())
	return []float64{float64(max(0, files[1]-files[0])), float64(max(0, conns[1]-conns[0]))}, watcher.err
}

// visits lets so many clients come and go, some at once.
func visits(srv *server, workers, clients int) error {
	return together(workers, func(worker int) error {
		for i := worker; i < clients; i += workers {
			if err := visit(srv, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// visit comes and goes, in one of eight ways.
func visit(srv *server, i int) error {
	c, err := srv.dialAs(i)
	if err != nil {
		return err
	}
	defer c.Close()
	if i%2 == 0 {
		c.reset()
	}
	switch i / 2 % 4 {
	case 0: // says nothing
	case 1:
		if c.ask("get key") != "END" {
			c.fail("no END")
		}
	case 2: // asks and does not wait
		c.send([]byte("get key\r\nstats\r\n"))
	case 3: // leaves in the middle of a value
		c.send([]byte("set key 0 0 100000\r\nvalue"))
	}
	return c.err
}
