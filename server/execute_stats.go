package server

import (
	"strings"

	"gocached/engine"
	"gocached/protocol"
)

// statsGroup is one word after `stats` and what answers it.
type statsGroup struct {
	name   string
	binary match
	run    func(l *loop, i int, words [][]byte)
}

// match says how a binary stat asks for a group; in text only the whole word will do.
type match uint8

const (
	never   match = iota
	byWord        // the whole word
	byStart       // anything that begins so (as in memcached)
)

// statsGroups are all the groups that a client can ask for.
var statsGroups = []statsGroup{
	{"reset", byStart, (*loop).statsReset},
	{"detail", byStart, (*loop).statsDetail},
	{"settings", byStart, (*loop).statsSettings},
	{"items", byWord, (*loop).statsOfEngine},
	{"slabs", byWord, (*loop).statsOfEngine},
	{"sizes", byWord, (*loop).statsOfEngine},
	{"cachedump", never, (*loop).statsCachedump},
	{"gocached", byWord, (*loop).statsGocached},
}

// stats answers stats with all its groups.
func (l *loop) stats(i int) {
	var buf [4][]byte
	words := buf[:protocol.Words(l.run.Requests[i].Value, buf[:])]
	if len(words) == 0 {
		l.statsGeneral(i)
		return
	}
	binary := l.run.Requests[i].Flag&protocol.FlagBinary != 0
	for _, g := range statsGroups {
		if g.asked(string(words[0]), binary) {
			g.run(l, i, words)
			return
		}
	}
	l.statsUnknown(i)
}

// asked says whether a word asks for the group.
func (g *statsGroup) asked(word string, binary bool) bool {
	if binary && g.binary == byStart {
		return strings.HasPrefix(word, g.name)
	}
	return word == g.name && (!binary || g.binary == byWord)
}

func (l *loop) statsUnknown(i int) {
	status := protocol.UnknownCommand
	if l.run.Requests[i].Flag&protocol.FlagBinary != 0 {
		status = engine.NotFound
	}
	l.reply(i, protocol.Reply{Status: status})
}

// statsOfEngine answers a group that is the engine's business alone.
func (l *loop) statsOfEngine(i int, words [][]byte) {
	if l.engineStats(i, engine.Query{Group: string(words[0])}) {
		l.statsEnd(i)
	} else {
		l.statsUnknown(i)
	}
}

// stat appends one line or packet.
func (l *loop) stat(i int, name, value string) {
	l.out = protocol.AppendStat(l.out, &l.run.Requests[i], name, value)
}

func (l *loop) statsEnd(i int) { l.out = protocol.AppendStatsEnd(l.out, &l.run.Requests[i]) }

// engineStats appends a group of the engine's and reports whether there is such a group.
func (l *loop) engineStats(i int, q engine.Query) bool {
	status := l.engineCall().Stats(q, func(name, value string) { l.stat(i, name, value) })
	l.engineDone()
	return status == engine.OK
}

func (l *loop) statsGeneral(i int) {
	l.totals.add(&l.counts) // what this very round has counted counts
	for _, row := range generalStats {
		l.stat(i, row.name, row.value(l.shared))
	}
	l.engineStats(i, engine.Query{})
	if l.shared.settings.ModernStats {
		l.stats16(i)
	}
	l.statsEnd(i)
}

// stats16 adds what memcached 1.6 has among its general figures.
func (l *loop) stats16(i int) {
	for _, row := range modernStats {
		l.stat(i, row.name, row.value(l.shared))
	}
	l.engineStats(i, engine.Query{Group: "modern"})
}

func (l *loop) statsGocached(i int, _ [][]byte) {
	l.totals.add(&l.counts)
	for _, row := range gocachedStats {
		l.stat(i, row.name, row.value(l.shared))
	}
	l.statsFootprint(i)
	l.engineStats(i, engine.Query{Group: "gocached"})
	l.statsEnd(i)
}

func (l *loop) statsReset(i int, _ [][]byte) {
	l.totals.add(&l.counts)
	l.shared.resetCounters()
	l.engineCall().Stats(engine.Query{Group: "reset"}, func(string, string) {})
	l.engineDone()
	l.reply(i, protocol.Reply{Text: "RESET"})
}

func (l *loop) statsSettings(i int, _ [][]byte) {
	s := l.shared
	s.settings.Stats(func(name, value string) { l.stat(i, name, value) }, s.live())
	l.statsEnd(i)
}

// statsDetail turns the figures per prefix on and off, or prints them.
func (l *loop) statsDetail(i int, words [][]byte) {
	word := ""
	if len(words) > 1 {
		word = string(words[1])
	}
	p := &l.shared.prefixes
	switch word {
	case "on", "off":
		p.On.Store(word == "on")
		l.reply(i, protocol.Reply{Text: "OK"})
	case "dump":
		if l.refusesLong(i) {
			return
		}
		l.out = protocol.AppendDetail(l.out, &l.run.Requests[i], string(p.Dump(nil)))
	default:
		l.reply(i, protocol.Reply{Status: protocol.BadDetail})
	}
}

// refusesLong answers that there is no memory for an answer of megabytes, if clients that do not read have made the
// server keep too much already.
func (l *loop) refusesLong(i int) bool {
	if l.shared.unsent.Load() <= unsentMost {
		return false
	}
	l.reply(i, protocol.Reply{Status: protocol.StatsNoMemory})
	return true
}

// maxSlabClass is the first number that no slab class can have (as in memcached).
const maxSlabClass = 200

// statsCachedump lists items of one slab class, newest first.
func (l *loop) statsCachedump(i int, words [][]byte) {
	if len(words) < 3 {
		l.reply(i, protocol.Reply{Status: protocol.BadLine})
		return
	}
	class, ok1 := protocol.Uint32(words[1])
	limit, ok2 := protocol.Uint32(words[2])
	switch {
	case !ok1 || !ok2:
		l.reply(i, protocol.Reply{Status: protocol.BadFormat})
	case class >= maxSlabClass:
		l.reply(i, protocol.Reply{Status: protocol.BadSlabClass})
	case l.refusesLong(i):
	default:
		r := &l.run.Requests[i]
		l.engineCall().Stats(engine.Query{Group: "cachedump", Class: int(class), Limit: int(limit)},
			func(name, value string) { l.out = protocol.AppendDump(l.out, r, name, value) })
		l.engineDone()
		l.statsEnd(i)
	}
}
