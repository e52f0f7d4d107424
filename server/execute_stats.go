package server

import (
	"strings"

	"gocached/compat"
	"gocached/engine"
	"gocached/figure"
	"gocached/protocol"
)

// statsGroup is one word after `stats` and what answers it.
type statsGroup struct {
	name   string
	binary match
	cut    bool // memcached 1.6 takes any beginning of the word for it
	run    func(f *figures, i int, words [][]byte)
}

// match says which word of a binary stat asks for a group. In text it is the whole word, but see cut.
type match uint8

const (
	never   match = iota
	byWord        // the whole word
	byStart       // any word that begins with it (as in memcached)
)

// statsGroups are all the groups that a client can ask for.
var statsGroups = []statsGroup{
	{"reset", byStart, true, (*figures).statsReset},
	{"detail", byStart, true, (*figures).statsDetail},
	{"settings", byStart, true, (*figures).statsSettings},
	{"items", byWord, false, (*figures).statsFigures},
	{"slabs", byWord, false, (*figures).statsFigures},
	{"sizes", byWord, false, (*figures).statsSizes},
	{"cachedump", never, true, (*figures).statsCachedump},
	{"conns", never, true, (*figures).statsConns},
	{"gocached", byWord, false, (*figures).statsFigures},
	{"curve", byWord, false, (*figures).statsFigures},
}

// figures answers stats.
type figures struct {
	answers
	admin *admin
}

// stats answers stats with all its groups.
func (f *figures) stats(i int) {
	f.endTurn(i)
	var buf [4][]byte
	words := buf[:protocol.Words(f.round.run.Requests[i].Tokens, buf[:])]
	if len(words) == 0 {
		f.statsGeneral(i)
		return
	}
	binary := f.round.run.Requests[i].Dialect == protocol.Binary
	for _, g := range statsGroups {
		if g.asked(string(words[0]), binary, f.shared.settings.Compat) {
			g.run(f, i, words)
			return
		}
	}
	f.statsUnknown(i)
}

// asked says whether a word asks for the group.
func (g *statsGroup) asked(word string, binary bool, mode compat.Mode) bool {
	switch {
	case binary && g.binary == byStart:
		return strings.HasPrefix(word, g.name)
	case !binary && g.cut:
		return isWord(mode, word, g.name)
	}
	return word == g.name && (!binary || g.binary == byWord)
}

// isWord says whether a word behind a command's name is the one meant. To 1.6 any beginning of that will do.
func isWord(mode compat.Mode, word, meant string) bool {
	return word == meant || mode.Has(compat.SubWords) && word != "" && strings.HasPrefix(meant, word)
}

func (f *figures) statsUnknown(i int) {
	status := protocol.UnknownCommand
	if f.round.run.Requests[i].Dialect == protocol.Binary {
		status = engine.NotFound
	}
	f.reply(i, protocol.Reply{Status: status})
}

// statsFigures answers with the figures of a group.
func (f *figures) statsFigures(i int, words [][]byte) {
	group := string(words[0])
	if f.showModern(i, group) || f.show(i, group) {
		f.statsEnd(i)
	} else {
		f.statsUnknown(i)
	}
}

// statsSizes answers with how many items there are of each size, which 1.6 counts only if it is told to.
func (f *figures) statsSizes(i int, words [][]byte) {
	if s := f.shared.settings; s.Compat.Has(compat.SizesStats) && !s.TrackSizes {
		f.stat(i, "sizes_status", "disabled")
		f.statsEnd(i)
		return
	}
	f.statsFigures(i, words)
}

// stat appends one line or packet.
func (f *figures) stat(i int, name, value string) {
	f.replies.out = protocol.AppendStat(f.replies.out, &f.round.run.Requests[i], name, value)
}

func (f *figures) statsEnd(i int) {
	f.replies.out = protocol.AppendStatsEnd(f.replies.out, &f.round.run.Requests[i])
}

// show appends the figures of a group and reports whether there is such a group.
func (f *figures) show(i int, group string) bool {
	f.totals.add(&f.counts) // this very round's counts are part of the answer
	w := walk{f.shared, f.askEngine, func(one figure.Figure) { f.stat(i, one.Name, one.Value.String()) }}
	return w.group(group)
}

// askEngine is the engine's Stats.
func (f *figures) askEngine(q engine.Query, emit func(name, value string)) engine.Status {
	status := f.engineCall().Stats(q, emit)
	f.engineDone()
	return status
}

func (f *figures) statsGeneral(i int) {
	if !f.showModern(i, "") {
		f.show(i, "")
		if f.shared.settings.ModernStats {
			f.show(i, "modern")
		}
	}
	f.statsEnd(i)
}

func (f *figures) statsReset(i int, _ [][]byte) {
	f.totals.add(&f.counts)
	f.shared.resetCounters()
	f.askEngine(engine.Query{Group: "reset"}, func(string, string) {})
	f.reply(i, protocol.Reply{Text: "RESET"})
}

func (f *figures) statsSettings(i int, _ [][]byte) {
	f.show(i, "settings")
	f.statsEnd(i)
}

// statsDetail turns the figures per prefix on and off, or prints them.
func (f *figures) statsDetail(i int, words [][]byte) {
	if f.shared.settings.NoDump {
		f.reply(i, protocol.Reply{Status: protocol.DetailOff})
		return
	}
	word := ""
	if len(words) > 1 {
		word = string(words[1])
	}
	is := func(meant string) bool { return isWord(f.shared.settings.Compat, word, meant) }
	p := &f.shared.prefixes
	switch on := is("on"); {
	case on, is("off"):
		p.On.Store(on)
		f.reply(i, protocol.Reply{Text: "OK"})
	case is("dump"):
		if f.refuseLong(i) {
			return
		}
		f.replies.out = protocol.AppendDetail(f.replies.out, &f.round.run.Requests[i], string(p.Dump(nil)))
	default:
		f.reply(i, protocol.Reply{Status: protocol.BadDetail})
	}
}

// refuseLong refuses an answer of megabytes if the server keeps too much already for clients that do not read. It reports
// whether it did.
func (f *figures) refuseLong(i int) bool {
	if f.shared.unsent.Load() <= maxUnsent {
		return false
	}
	f.reply(i, protocol.Reply{Status: protocol.StatsNoMemory})
	return true
}

// maxSlabClass returns the first number that no slab class can have (as in memcached).
func maxSlabClass(mode compat.Mode) uint32 {
	if mode.Has(compat.CachedumpClass) {
		return 64
	}
	return 200
}

// statsCachedump lists items of one slab class, newest first.
func (f *figures) statsCachedump(i int, words [][]byte) {
	if f.shared.settings.NoDump {
		f.reply(i, protocol.Reply{Status: protocol.DumpOff})
		return
	}
	if len(words) < 3 {
		f.reply(i, protocol.Reply{Status: protocol.BadLine})
		return
	}
	class, ok1 := protocol.Uint32(words[1])
	limit, ok2 := protocol.Uint32(words[2])
	switch {
	case !ok1 || !ok2:
		f.reply(i, protocol.Reply{Status: protocol.BadFormat})
	case class >= maxSlabClass(f.shared.settings.Compat):
		f.reply(i, protocol.Reply{Status: protocol.BadSlabClass})
	case f.refuseLong(i):
	default:
		r := &f.round.run.Requests[i]
		zero := f.shared.settings.Compat.Has(compat.CachedumpForever)
		f.askEngine(engine.Query{Group: "cachedump", Class: int(class), Limit: int(limit), ZeroForever: zero},
			func(name, value string) { f.replies.out = protocol.AppendDump(f.replies.out, r, name, value) })
		f.statsEnd(i)
	}
}
