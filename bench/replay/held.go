package replay

import (
	"sync/atomic"
	"time"

	"gocached/bench"
)

// askedAtOnce is how many keys are asked for before the first answer is read: few, since values may be long.
const askedAtOnce = 16

// countHeld asks for keys, stores nothing, and counts the items that are given out, and the bytes of their keys and values.
func countHeld(t bench.Target, keys []string, res *Result, stop *atomic.Bool) error {
	if len(keys) == 0 {
		return nil
	}
	p, err := newPlayer(t, res)
	if err != nil {
		return err
	}
	defer p.conn.Close()
	for len(keys) > 0 && !stop.Load() {
		n := min(askedAtOnce, len(keys))
		if err := p.askFor(keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// askFor counts which of the keys the server holds.
func (p *player) askFor(keys []string) error {
	p.conn.SetDeadline(time.Now().Add(bench.Patience))
	p.out = p.out[:0]
	for _, key := range keys {
		p.out = appendRequest(p.out, Request{Key: key})
	}
	if _, err := p.conn.Write(p.out); err != nil {
		return err
	}
	for _, key := range keys {
		size, hit, err := p.get(key)
		if err != nil {
			return err
		}
		if hit {
			p.res.HeldItems++
			p.res.HeldBytes += int64(len(key) + size)
		}
	}
	return nil
}
