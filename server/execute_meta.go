package server

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/protocol"
)

// Meta commands take the same way as others. This is what they ask of the engine beyond that, each as a part of the one call.

// look fills in what request i, an mg, asks of its key.
func (g *gets) look(i int) {
	r, key := &g.round.run.Requests[i], &g.round.run.Keys[i]
	r.Now = g.shared.clock.Now()
	key.Look = &g.looks[i]
	*key.Look = engine.Look{Still: r.Flag&protocol.FlagNoBump != 0}
	const changes = protocol.FlagTouch | protocol.FlagVivify | protocol.FlagRecache
	if r.Flag&changes == 0 {
		return
	}
	key.Look.Vivify = r.Flag&protocol.FlagVivify != 0
	key.Look.Base64 = r.NeedsBase64(key.Bytes)
	key.Look.As = chosen(r)
	key.Look.Steps = g.shared.steps(r)
}

// steps are what a meta command does with the time at which its item ends, in the order of its flags.
func (s *shared) steps(r *protocol.Request) (steps engine.Steps) {
	n := 0
	for _, letter := range r.Letters {
		step := engine.Step{}
		switch letter {
		case 'T':
			step = engine.Step{Do: engine.SetExptime, At: s.clock.Exptime(r.Exptime)}
		case 'N':
			step = engine.Step{Do: engine.SetExptimeOfNew, At: s.clock.Exptime(r.Vivify)}
		case 'R':
			step = engine.Step{Do: engine.Recache, At: s.clock.Exptime(r.Recache)}
		case 't':
			step = engine.Step{Do: engine.NoteExptime}
		default:
			continue
		}
		steps[n] = step
		n++
	}
	return steps
}

// chosen is the CAS that a meta command has chosen for its item.
func chosen(r *protocol.Request) engine.Chosen {
	return engine.Chosen{Given: r.Flag&protocol.FlagNewCAS != 0, CAS: r.NewCAS}
}

// removal is what an md asks for.
func (ch *changes) removal(r *protocol.Request) engine.Removal {
	return engine.Removal{
		CAS:     r.CAS,
		Compare: r.Flag&protocol.FlagCompare != 0,
		Stale:   r.Flag&protocol.FlagStale != 0,
		Empty:   r.Flag&protocol.FlagEmpty != 0,
		Touch:   r.Flag&protocol.FlagTouch != 0,
		Exptime: ch.shared.clock.Exptime(r.Exptime),
		Flags:   r.Flags,
		As:      chosen(r),
	}
}

// countRemoval counts an md. One that makes an item stale is no deletion, and one whose CAS differs has missed (as in memcached).
func (ch *changes) countRemoval(r *protocol.Request, status engine.Status) {
	switch {
	case status != engine.OK:
		ch.counts[deleteMisses]++
	case r.Flag&protocol.FlagStale == 0:
		ch.counts[deleteHits]++
	}
}

// addMeta adds to the sum under way what request i, an ma, asks for.
func (ch *changes) addMeta(i int) {
	r := &ch.round.run.Requests[i]
	r.Now = ch.shared.clock.Now()
	ch.sum.NoEmpty = true
	ch.sum.Base64 = r.NeedsBase64(ch.round.run.Keys[i].Bytes)
	ch.sum.As = chosen(r)
	ch.sum.Steps = ch.shared.steps(r)
	ch.sum.Exptime = clock.Never
}
