package main

import "syscall"

// idleConnections lets many clients ask for something once and then do nothing.
func idleConnections(t *trial) ([]float64, error) {
	clients := t.scale(10_000, 8000) // with fewer, what waits for the collector would count for more
	if most := openFiles() - 100; clients > most {
		clients = most
		t.note("only %d clients: ulimit -Hn allows no more", clients)
	}
	srv, first, err := t.open("-c", "11000")
	if err != nil {
		return nil, err
	}
	early, err := srv.fill(16) // what the server makes once, for each loop
	defer closeAll(early)
	if err != nil {
		return nil, err
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	first.set("key", []byte("value"))
	before, err := srv.forget()
	if err != nil {
		return nil, err
	}
	for range clients {
		c, err := srv.dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		if value := string(c.get("key")); value != "value" {
			return nil, c.missing("value", value)
		}
		c.in = nil
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	now, err := srv.forget()
	return []float64{mebi(now), float64(now-before) / float64(clients) / 1024}, err
}

// openFiles is how many files this process may have open.
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 1024
	}
	return int(min(limit.Cur, 1<<20))
}
