package main

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"time"
)

// trickledValues lets clients send values of one size slowly, one after the other, so that some are under way in every slab page.
// Another one stores values of a size of which there is no page yet. It returns how many of his were refused with each
// memory, and for how many seconds one waited at most with the first two.
func trickledValues(t *trial) (figures []float64, err error) {
	longest := 0.0
	for i, k := range []trickle{
		{150, 2048, 500, 10, 315_000, []string{"-m", "8"}},
		{1000, 2048, 500, 10, 2_000_000, []string{"-m", "64", "-I", "5m", "-c", "1100"}},
		{4, 1_000_000, 6000, t.scale(2, 1), 315_000, []string{"-m", "8"}},
	} {
		refused, wait, err := k.attack(t)
		if err != nil {
			return nil, err
		}
		figures = append(figures, refused)
		if i < 2 {
			longest = max(longest, wait)
		}
	}
	return append(figures, longest), nil
}

// trickle is so many clients who send values of a size at so many bytes a second, and one who stores so many values of
// another size.
type trickle struct {
	clients, size, rate int
	others, other       int
	flags               []string
}

const (
	trickleStep = 100 * time.Millisecond
	trickleTurn = 3.0 // seconds in which all of the memory is stored anew meanwhile, so that the values under way lie everywhere
)

// attack returns how many of the others' values were refused, and for how many seconds one waited at most.
func (k *trickle) attack(t *trial) (refused, longest float64, err error) {
	srv, c, err := t.open(k.flags...)
	if err != nil {
		return 0, 0, err
	}
	defer srv.kill()
	slow, err := k.begin(t, srv)
	if err != nil {
		return 0, 0, err
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		slow.goOn(t.random(0), stop)
		close(stopped)
	}()
	large := bytes.Repeat(pool[:1_000_000], 2)[:k.other]
	for i := range k.others {
		start := time.Now()
		refused += float64(c.storeAll(1, func(int) (string, []byte) { return "other" + strconv.Itoa(i), large }))
		longest = max(longest, time.Since(start).Seconds())
	}
	d, _ := srv.dial()
	println(d.stats("gocached")["stalled_kicks"], d.stats("gocached")["store_waits"], slow.filled)
	close(stop)
	<-stopped
	return refused, longest, c.err
}

// trickling is a trickle under way.
type trickling struct {
	*trickle
	memory int
	filler *client
	filled int
	all    []*client
	rest   [][]byte // of the value that each of them is sending
}

// begin fills the memory with values of the clients' size, and has each of them begin one. Between two of them more are stored.
func (k *trickle) begin(t *trial, srv *server) (s *trickling, err error) {
	memory, _ := strconv.Atoi(k.flags[1])
	s = &trickling{trickle: k, memory: memory << 20}
	if s.filler, err = t.dial(srv); err != nil {
		return nil, err
	}
	s.fill(s.memory)
	random := t.random(1)
	for i := range k.clients {
		c, err := t.dial(srv)
		if err != nil {
			return nil, err
		}
		s.all, s.rest = append(s.all, c), append(s.rest, s.stream(i))
		s.send(i, 100+random.IntN(1800)) // so that they do not all end at the same time
		s.fill(s.memory / k.clients)
	}
	return s, s.filler.err
}

// fill stores whole values of the same size. Once long ones are under way it would wait behind them.
func (s *trickling) fill(bytes int) {
	if len(s.all) > 0 && s.size >= 16<<10 {
		return
	}
	s.filler.storeAll(bytes/s.size, func(int) (string, []byte) {
		s.filled++
		return "fill" + strconv.Itoa(s.filled), pool[s.filled%poolSize:][:s.size]
	})
}

// stream is a store of client number i.
func (s *trickling) stream(i int) []byte {
	set := appendSet(nil, "slow"+strconv.Itoa(i), pool[i:][:s.size])
	return bytes.Replace(set, []byte("\r\n"), []byte(" noreply\r\n"), 1)
}

// send has client number i send so many bytes. One that the server has closed does nothing.
func (s *trickling) send(i, n int) {
	for n > 0 {
		if len(s.rest[i]) == 0 {
			s.rest[i] = s.stream(i)
		}
		part := s.rest[i][:min(n, len(s.rest[i]))]
		s.all[i].send(part)
		s.rest[i] = s.rest[i][len(part):]
		n -= len(part)
	}
}

// goOn has the clients send on until it is told to stop.
func (s *trickling) goOn(random *rand.Rand, stop chan struct{}) {
	tick := time.NewTicker(trickleStep)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		now := time.Now()
		passed := now.Sub(last).Seconds()
		last = now
		for i := range s.all {
			s.send(i, int(float64(s.rate)*passed*(0.8+0.4*random.Float64()))) // some sooner and some later, so that they spread
		}
		s.fill(int(float64(s.memory) * passed / trickleTurn))
	}
}
