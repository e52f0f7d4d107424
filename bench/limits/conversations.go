package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"time"
)

// conversations lets clients say scripts in pieces of random lengths, with pauses, and read at times slowly; some hang up
// with a half-close, of which everything before must be answered, and some break off in the middle. The figure counts the
// clients that met a byte that was wrong, missing, or too much; they stop there.
func conversations(t *trial) ([]float64, error) {
	const clients = 40
	requests := t.scale(2_000_000, 100_000) / clients
	srv, err := t.start("-m", "2048")
	if err != nil {
		return nil, err
	}
	var wrong atomic.Int64
	err = together(clients, func(i int) error {
		fault, err := talk(srv, t.random(i), i, requests)
		if fault != nil {
			wrong.Add(1)
			t.note("client %d: %v", i, fault)
		}
		return err
	})
	return []float64{float64(wrong.Load())}, err
}

// answerPatience is how long a client waits for a byte.
const answerPatience = 30 * time.Second

// talk connects anew and goes on with scripts until it has made so many requests or an answer was wrong, which is fault.
func talk(srv *server, random *rand.Rand, client, requests int) (fault, err error) {
	for visit := 0; requests > 0 && fault == nil; visit++ {
		c, err := srv.dial()
		if err != nil {
			return nil, err
		}
		s := &script{random: random, prefix: fmt.Sprintf("c%d-%d-", client, visit), items: map[string]stored{}, binary: random.IntN(3) == 0}
		for last := false; !last && requests > 0 && fault == nil; {
			n := [...]int{1, 1, 1 + random.IntN(10), 1 + random.IntN(200)}[random.IntN(4)]
			requests -= n
			s.write(n)
			last = random.IntN(40) == 0
			fault = c.hold(s, last)
		}
		_ = c.Close()
	}
	return fault, nil
}

// hold says a script and compares what is answered. If it is the last one of the connection the client hangs up: with a
// half-close, or in the middle.
func (c *client) hold(s *script, last bool) error {
	breakOff := last && s.random.IntN(2) == 0
	said := make(chan struct{})
	manner := rand.New(rand.NewPCG(s.random.Uint64(), 0)) // of its own: it is used at the same time
	go func() {
		defer close(said)
		c.sayInPieces(s.said, manner)
		if last && !breakOff {
			_ = c.Conn.(*net.TCPConn).CloseWrite()
		}
	}()
	defer func() { <-said }()
	if breakOff {
		if s.random.IntN(2) == 0 {
			c.reset()
		}
		_, _ = io.CopyN(io.Discard, c.Conn, int64(s.random.IntN(len(s.answers))))
		_ = c.Close()
		return nil
	}
	if err := c.compare(s); err != nil || !last {
		return err
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return fmt.Errorf("after a half-close: %d bytes, %v", n, err)
	}
	return nil
}

// sayInPieces writes, and gives up if the connection is gone.
func (c *client) sayInPieces(said []byte, manner *rand.Rand) {
	for len(said) > 0 {
		n := len(said)
		switch manner.IntN(5) {
		case 0:
			n = 1 + manner.IntN(n)
		case 1:
			n = 1 + manner.IntN(min(n, 3000))
		case 2:
			n = 1 + manner.IntN(min(n, 20))
		}
		if _, err := c.Write(said[:n]); err != nil {
			return
		}
		said = said[n:]
		if manner.IntN(4) == 0 {
			time.Sleep(time.Duration(manner.IntN(300)) * time.Microsecond)
		}
	}
}

// compare reads the answers, now and then slowly, and compares them.
func (c *client) compare(s *script) error {
	got := make([]byte, len(s.answers))
	for at := 0; at < len(got); {
		end := len(got)
		if s.random.IntN(10) == 0 {
			time.Sleep(time.Duration(s.random.IntN(2000)) * time.Microsecond)
			end = min(end, at+1+s.random.IntN(200_000))
		}
		_ = c.SetReadDeadline(time.Now().Add(answerPatience))
		n, err := c.Read(got[at:end])
		if at += n; err != nil {
			return fmt.Errorf("%w after %d bytes of %d", err, at, len(got))
		}
	}
	if s.binary {
		withoutTokens(got)
	}
	if bytes.Equal(got, s.answers) {
		return nil
	}
	at := 0
	for got[at] == s.answers[at] {
		at++
	}
	return fmt.Errorf("byte %d of %d: %.60q instead of %.60q", at, len(got), got[at:], s.answers[at:])
}
