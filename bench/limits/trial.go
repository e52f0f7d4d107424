package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
)

// trial is one attack on one server: what an attack is given. It stops the servers that the attack starts.
type trial struct {
	*options
	target  target
	attack  *attack
	servers []*process
}

// start starts the server with these flags, besides those for its address.
func (t *trial) start(flags ...string) (*process, error) {
	return t.startWith(nil, flags...)
}

// startWith is start with some environment, as NAME=VALUE.
func (t *trial) startWith(env []string, flags ...string) (*process, error) {
	p, err := startProcess(t.target.program, env, flags)
	if err == nil {
		t.servers = append(t.servers, p)
	}
	return p, err
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
		if !p.stopped && p.ended() {
			faults = append(faults, fmt.Errorf("the server has ended: %v", p.status))
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
		text += p.stderr.last(2000)
	}
	return text
}

func (t *trial) stopAll() {
	for _, p := range t.servers {
		p.kill()
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
