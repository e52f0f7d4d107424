package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// describer answers me. It is the reader to which the engine shows the item.
type describer struct {
	answers
	index int           // of the request under way
	key   [1]engine.Key // its key
	look  engine.Look
	loan  engine.Item // the engine may lend the value, which nobody wants
}

// describe answers me.
func (d *describer) describe(i int) {
	r := &d.round.run.Requests[i]
	r.Now = d.shared.clock.Now()
	d.look = engine.Look{Still: true}
	d.index, d.key[0] = i, engine.Key{Bytes: d.round.run.Keys[i].Bytes, Look: &d.look}
	d.engineCall().Get(d.key[:], d)
	d.engineDone()
	d.counts[cmdMeta]++
	if d.loan.Ref != 0 {
		d.engineCall().Release(d.loan)
		d.engineDone()
		d.shared.askToRetry()
		d.loan = engine.Item{}
	}
	d.key[0].Bytes = nil
}

// Hit is called by the engine with the item, under its lock.
func (d *describer) Hit(_ int, hit engine.Hit) (more bool) {
	if hit.Lent != 0 {
		d.loan = hit.Item()
	}
	d.replies.out = protocol.AppendDescription(d.replies.out, &d.round.run.Requests[d.index], &d.key[0], &hit)
	return true
}

// Miss is called if there is none.
func (d *describer) Miss(int) { d.reply(d.index, protocol.Reply{Status: engine.NotFound}) }
