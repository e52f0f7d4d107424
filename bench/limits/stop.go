package main

import (
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"
)

const guests = 1000

// fill connects clients that ask once and stay. They are not closed: the server is going to end.
func (p *process) fill(clients int) ([]*client, error) {
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

// terminate ends servers with SIGTERM. The figure is the median time until the process was gone; gocached must end with
// status 0.
func terminate(t *trial) ([]float64, error) {
	var times []time.Duration
	for range t.scale(7, 3) {
		srv, err := t.start("-c", "1100")
		if err != nil {
			return nil, err
		}
		all, err := srv.fill(guests)
		if err != nil {
			return nil, err
		}
		took, err := srv.signal(syscall.SIGTERM)
		closeAll(all)
		if t.target.ours {
			err = errors.Join(err, srv.status)
		}
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return []float64{median(times).Seconds() * 1000}, nil
}

// restart kills servers and starts them again on the same port. The figure is the median time from the signal to the
// first answer.
func restart(t *trial) ([]float64, error) {
	var times []time.Duration
	for range t.scale(15, 5) {
		srv, err := t.start("-c", "1100")
		if err != nil {
			return nil, err
		}
		all, err := srv.fill(guests)
		if err != nil {
			return nil, err
		}
		took, err := t.killAndStart(srv)
		closeAll(all)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return []float64{median(times).Seconds() * 1000}, nil
}

func (t *trial) killAndStart(old *process) (time.Duration, error) {
	start := time.Now()
	if _, err := old.signal(syscall.SIGKILL); err != nil {
		return 0, err
	}
	srv := launch(t.target.program, nil, []string{"-p", strconv.Itoa(old.port), "-U", "0", "-c", "1100"})
	srv.port = old.port
	t.servers = append(t.servers, srv)
	for time.Since(start) < patience && !srv.ended() {
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
	return 0, fmt.Errorf("it does not start again: %v %s", srv.status, srv.stderr.last(500))
}
