package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// A list of all items is made as its client takes it. Each turn makes as much as a connection may have of replies, asks the engine
// for a few items at a time, and ends. Until the last one the request stays in the connection's input, and is executed again:
// so the connection yields, waits for room in its socket and goes on as any other that has sent more than one turn's work.

// dump is how far a list of items has come: all that is kept of it between two turns.
type dump struct {
	cursor  engine.Cursor
	classes []int // nil is all
}

// dumpKind is what can be listed.
type dumpKind struct {
	group       string // the engine's
	end         string
	off, behind engine.Status // where -X does not allow it; behind commands whose answers have not been sent
	add         func(dst []byte, key, about string) []byte
}

var metadump = dumpKind{"metadump", "END\r\n", protocol.MetadumpOff, protocol.MetadumpBehind, protocol.AppendMetadump}

var mgdump = dumpKind{"mgdump", "EN\r\n", protocol.MgdumpOff, protocol.MgdumpBehind,
	func(dst []byte, key, about string) []byte { return protocol.AppendMgdump(dst, key, about != "") }}

// Bounds of a turn: how many items the engine is asked for at once, and how often, since it may find none where it looks.
const (
	dumpStep  = 64
	dumpSteps = 16
)

// dump answers lru_crawler metadump and mgdump.
func (cr *crawler) dump(i int, kind *dumpKind, classes []byte) {
	c := cr.replies.to
	if c.rare == nil || c.rare.dump == nil {
		if status := cr.beginDump(c, kind, classes); status != engine.OK {
			cr.reply(i, protocol.Reply{Status: status})
			return
		}
	}
	cr.hear(c)
	d := c.rare.dump
	switch status := cr.continueDump(c, d, kind); {
	case status != engine.OK:
		cr.reply(i, protocol.Reply{Status: status})
	case !d.cursor.Done:
		cr.unfinished(i)
		return
	default:
		cr.replies.out = append(cr.replies.out, kind.end...)
	}
	c.rare.dump = nil
}

// beginDump begins a list, or says why there is none.
func (cr *crawler) beginDump(c *conn, kind *dumpKind, classes []byte) engine.Status {
	chosen, status := crawled(classes)
	switch {
	case cr.shared.crawlerOff.Load():
		return protocol.CrawlerOff
	case cr.shared.settings.NoDump:
		return kind.off
	case cr.replies.pending(c) > 0:
		return kind.behind
	case !cr.replies.stream: // a list has no bound, and datagrams cannot wait for who takes them
		return protocol.UnknownCommand
	case status != engine.OK && status != protocol.CrawlFailed:
		return status
	}
	c.ensureRare().dump = &dump{classes: chosen}
	cr.replies.out = append(cr.replies.out, "OK\r\n"...)
	return engine.OK
}

// continueDump adds items to a list, as far as its turn goes.
func (cr *crawler) continueDump(c *conn, d *dump, kind *dumpKind) engine.Status {
	q := engine.Query{Group: kind.group, Limit: dumpStep, Cursor: &d.cursor, Classes: d.classes}
	emit := func(key, about string) { cr.replies.out = kind.add(cr.replies.out, key, about) }
	for n := 0; n < dumpSteps && !q.Cursor.Done && !cr.replies.full(c); n++ {
		status := cr.engineCall().Stats(q, emit)
		cr.engineDone()
		if status != engine.OK {
			return status
		}
	}
	return engine.OK
}
