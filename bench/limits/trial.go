package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	"gocached/bench/process"
)

// trial is one attack on one server: what an attack is given. It stops the servers that the attack starts, and closes the
// connections that came with them.
type trial struct {
	*options
	target  target
	attack  *attack
	servers []*server
	clients []*client
	also    []*trial // of other servers, to compare with
}

// start starts the server with these flags, besides those for its address.
func (t *trial) start(flags ...string) (*server, error) {
	return t.keep(startServer(process.Start, t.target.program, t.target.env, flags))
}

// open starts the server as start does, and connects a client.
func (t *trial) open(flags ...string) (*server, *client, error) {
	srv, err := t.start(flags...)
	if err != nil {
		return nil, nil, err
	}
	c, err := t.dial(srv)
	return srv, c, err
}

// dial connects a client that stays until the attack is over.
func (t *trial) dial(srv *server) (*client, error) {
	c, err := srv.dial()
	if err == nil {
		t.clients = append(t.clients, c)
	}
	return c, err
}

// keep notes a server that has been started, so that it will be stopped.
func (t *trial) keep(srv *server, err error) (*server, error) {
	if err == nil {
		t.servers = append(t.servers, srv)
	}
	return srv, err
}

// scale chooses how large the attack is. A peer gets the short form of attacks that take minutes.
func (t *trial) scale(full, short int) int {
	if t.short || t.attack.long && !t.target.ours {
		return short
	}
	return full
}

// random returns a stream of random numbers, the same in every run with the same seed.
func (t *trial) random(stream int) *rand.Rand {
	return rand.New(rand.NewPCG(t.seed, uint64(stream)))
}

// note tells the reader of the run something that the table has no column for.
func (t *trial) note(text string, args ...any) {
	fmt.Fprintf(os.Stderr, "  %s, %s: %s\n", t.attack.name, t.target.name, fmt.Sprintf(text, args...))
}

// died returns an error if a server that should still run has ended or has recovered from a panic.
func (t *trial) died() error {
	var faults []error
	for _, p := range t.servers {
		if !p.stopped && p.Ended() {
			faults = append(faults, fmt.Errorf("the server has ended: %v", p.Status()))
		}
		if p.panicked() {
			faults = append(faults, errors.New("a panic"))
		}
	}
	return errors.Join(faults...)
}

// lastWords returns what the servers wrote last to standard error.
func (t *trial) lastWords() (text string) {
	for _, p := range t.servers {
		text += p.Said(2000)
	}
	return text
}

func (t *trial) stopAll() {
	for _, c := range t.clients {
		_ = c.Close()
	}
	for _, p := range t.servers {
		p.kill()
	}
	for _, other := range t.also {
		other.stopAll()
	}
}

// together runs work n times at once and returns what went wrong first.
func together(n int, work func(i int) error) error {
	faults := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { faults[i] = work(i) })
	}
	wait.Wait()
	for i, err := range faults {
		if err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
	}
	return nil
}

// mebi is bytes in MiB.
func mebi(bytes int64) float64 { return float64(bytes) / (1 << 20) }
