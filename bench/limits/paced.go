package main

import (
	"bufio"
	"io"
	"time"
)

// paced reads a fifth of a rate five times a second, until a time.
type paced struct {
	from  io.Reader
	share int // bytes
	left  int // of it
	next  time.Time
	until time.Time
}

const pacedStep = time.Second / 5

// newPaced returns a reader of so many bytes a second.
func newPaced(from io.Reader, rate int, until time.Time) *bufio.Reader {
	return bufio.NewReader(&paced{from: from, share: rate / 5, next: time.Now(), until: until})
}

func (p *paced) Read(b []byte) (n int, err error) {
	now := time.Now()
	if now.After(p.until) {
		return p.from.Read(b)
	}
	if p.left == 0 {
		time.Sleep(p.next.Sub(now))
		if p.next = p.next.Add(pacedStep); p.next.Before(now) { // what it has missed is not made up for
			p.next = now
		}
		p.left = p.share
	}
	n, err = p.from.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}
