package main

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"gocached/bench/process"
)

const guests = 1000

// fill connects clients that ask once and stay. They are not closed: the server is going to end.
func (p *server) fill(clients int) ([]*client, error) {
	var all []*client
	for range clients {
		c, err := p.dial()
		if err != nil {
			return all, err
		}
		all = append(all, c)
		if answer := c.ask("get key"); answer != "END" {
			return all, c.missing("END", answer)
		}
	}
	return all, nil
}

// closeAll breaks all connections off; those that were never made are nil.
func closeAll(all []*client) {
	for _, c := range all {
		if c == nil {
			continue
		}
		c.reset()
		_ = c.Close()
	}
}

// crowded starts the server and fills it.
func (t *trial) crowded() (*server, []*client, error) {
	srv, err := t.start("-c", "1100")
	if err != nil {
		return nil, nil, err
	}
	all, err := srv.fill(guests)
	return srv, all, err
}

// terminate ends servers with SIGTERM. The figure is the median time until the process was gone; gocached must end with
// status 0.
func terminate(t *trial) ([]float64, error) {
	var times []time.Duration
	for range t.scale(7, 3) {
		srv, all, err := t.crowded()
		if err != nil {
			return nil, err
		}
		took, err := srv.signal(syscall.SIGTERM)
		closeAll(all)
		if t.target.ours {
			err = errors.Join(err, srv.Status())
		}
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return []float64{median(times).Seconds() * 1000}, nil
}

// restart kills servers and starts them again on the same port, and in turns with that does the same to the reference.
// The figure is the time from the signal to the first answer, in parts of the reference's; of either the least counts.
func restart(t *trial) ([]float64, error) {
	reference := t.reference()
	var least [2]time.Duration
	for turn := range t.scale(15, 7) {
		for i, t := range []*trial{t, reference} {
			srv, all, err := t.crowded()
			if err != nil {
				return nil, err
			}
			took, err := t.killAndStart(srv)
			closeAll(all)
			if err != nil {
				return nil, err
			}
			if turn == 0 || took < least[i] {
				least[i] = took
			}
		}
	}
	t.note("%.1f ms, the reference %.1f ms", 1000*least[0].Seconds(), 1000*least[1].Seconds())
	return []float64{least[0].Seconds() / least[1].Seconds()}, nil
}

func (t *trial) killAndStart(old *server) (time.Duration, error) {
	start := time.Now()
	if _, err := old.signal(syscall.SIGKILL); err != nil {
		return 0, err
	}
	srv, err := t.keep(launch(process.Start, t.target.program, t.target.env, []string{"-p", strconv.Itoa(old.port), "-U", "0", "-c", "1100"}))
	if err != nil {
		return 0, err
	}
	srv.port = old.port
	for time.Since(start) < patience && !srv.Ended() {
		if c, err := srv.dial(); err == nil {
			answer := c.ask("get key")
			_ = c.Close()
			if answer == "END" {
				took := time.Since(start)
				srv.kill()
				return took, nil
			}
		}
		time.Sleep(200 * time.Microsecond)
	}
	return 0, fmt.Errorf("it does not start again: %v %s", srv.Status(), srv.Said(500))
}
