package enginetest

import (
	"strconv"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/engine"
)

// Meta gets a key as a meta get does, and gives back what it was lent.
func (h *Harness) Meta(key string, l engine.Look) (Found, engine.Seen) {
	h.Helper()
	var r Recorder
	h.Get([]engine.Key{{Bytes: []byte(key), Look: &l}}, &r)
	h.giveBack(&r)
	return r.Found[0], l.Seen
}

// peek returns what is known of an item that must be there, and changes nothing but who has won.
func (h *Harness) peek(key string) engine.Seen {
	h.Helper()
	found, seen := h.Meta(key, engine.Look{Still: true})
	h.Expect("hit of "+key, found.Hit, true)
	return seen
}

// in returns a moment that is so many seconds away; 0 is Never.
func (h *Harness) in(seconds int) clock.Time {
	if seconds == 0 {
		return clock.Never
	}
	return h.Clock.Now() + clock.Time(seconds)
}

// plan is Steps, each a letter of memcached's flags and how many seconds away.
type plan []struct {
	flag    byte
	seconds int
}

var stepKinds = map[byte]engine.StepKind{
	'T': engine.SetExptime, 'N': engine.SetExptimeOfNew, 'R': engine.Recache, 't': engine.NoteExptime,
}

func (h *Harness) steps(p plan) (s engine.Steps) {
	for i, step := range p {
		s[i] = engine.Step{Do: stepKinds[step.flag], At: h.in(step.seconds)}
	}
	return s
}

// looks are meta gets of an item that ends after some seconds, or of none, and what comes of them.
var looks = []struct {
	name          string
	there         bool
	ends          int
	vivify        bool
	plan          plan
	shown, after  int // in how many seconds it ends
	isNew, recast bool
}{
	{"nothing", true, 50, false, nil, 50, 50, false, false},
	{"t", true, 50, false, plan{{'t', 0}}, 50, 50, false, false},
	{"t, never", true, 0, false, plan{{'t', 0}}, 0, 0, false, false},
	{"t T30", true, 0, false, plan{{'t', 0}, {'T', 30}}, 0, 30, false, false},
	{"T30 t", true, 0, false, plan{{'T', 30}, {'t', 0}}, 30, 30, false, false},
	{"T0 t", true, 50, false, plan{{'T', 0}, {'t', 0}}, 0, 0, false, false},
	{"N30, there", true, 50, true, plan{{'N', 30}, {'t', 0}}, 50, 50, false, false},
	{"N30", false, 0, true, plan{{'N', 30}, {'t', 0}}, 30, 30, true, false},
	{"N0", false, 0, true, plan{{'N', 0}, {'t', 0}}, 0, 0, true, false},
	{"N30 T60 t", false, 0, true, plan{{'N', 30}, {'T', 60}, {'t', 0}}, 60, 60, true, false},
	{"T60 N30 t", false, 0, true, plan{{'T', 60}, {'N', 30}, {'t', 0}}, 30, 30, true, false},
	{"t N30 T60", false, 0, true, plan{{'t', 0}, {'N', 30}, {'T', 60}}, 0, 60, true, false},
	{"N30 t T60", false, 0, true, plan{{'N', 30}, {'t', 0}, {'T', 60}}, 30, 60, true, false},
	{"R30, never", true, 0, false, plan{{'R', 30}}, 0, 0, false, false},
	{"R30, later", true, 50, false, plan{{'R', 30}}, 50, 50, false, false},
	{"R30, then", true, 30, false, plan{{'R', 30}}, 30, 30, false, false},
	{"R30, sooner", true, 29, false, plan{{'R', 30}}, 29, 29, false, true},
	{"R0", true, 29, false, plan{{'R', 0}}, 29, 29, false, false},
	{"T10 R30", true, 0, false, plan{{'T', 10}, {'R', 30}}, 0, 10, false, true},
	{"R30 T10", true, 0, false, plan{{'R', 30}, {'T', 10}}, 0, 10, false, false},
	{"T50 R30", true, 10, false, plan{{'T', 50}, {'R', 30}}, 10, 50, false, false},
	{"R30, new", false, 0, true, plan{{'N', 10}, {'R', 30}, {'t', 0}}, 10, 10, true, false},
}

func testLook(h *Harness) {
	for _, row := range looks {
		if row.there {
			h.Put(engine.OpSet, "k", "value", 7, h.in(row.ends), 0)
		}
		found, seen := h.Meta("k", engine.Look{Vivify: row.vivify, Steps: h.steps(row.plan)})
		want := Found{Hit: true, CAS: found.CAS}
		if row.there {
			want.Value, want.Flags = "value", 7
		}
		h.Expect(row.name+": found", found, want)
		h.Expect(row.name+": shown", seen.Exptime, h.in(row.shown))
		h.Expect(row.name+": new", seen.New, row.isNew)
		h.Expect(row.name+": won", seen.Won, row.isNew || row.recast)
		after := h.peek("k")
		h.Expect(row.name+": after", after.Exptime, h.in(row.after))
		h.Expect(row.name+": won before", after.Sent, row.isNew || row.recast)
		h.Expect(row.name+": won again", after.Won, false)
		if row.after > 0 {
			h.Clock.Advance(row.after - 1)
			h.Has("k", want.Value)
			h.Clock.Advance(1)
			h.Lacks("k")
		}
		h.Delete("k")
	}
	found, _ := h.Meta("none", engine.Look{Steps: h.steps(plan{{'N', 30}, {'T', 30}})})
	h.Expect("miss", found, Found{})
	for range 2 {
		found, seen := h.Meta("over", engine.Look{Vivify: true, Steps: engine.Steps{{Do: engine.SetExptimeOfNew, At: clock.Past}}})
		h.Expect("made, and over at once", found.Hit && seen.New && seen.Won, true)
	}
	h.Lacks("over")
}

// testVivified: an item that a look has made is an item like any other.
func testVivified(h *Harness) {
	found, seen := h.Meta("k", engine.Look{Vivify: true, Base64: true, As: engine.Chosen{Given: true, CAS: 99}})
	h.Expect("CAS", found.CAS, h.cas(99))
	h.Expect("base64", seen.Base64, true)
	h.Expect("fetched by that", seen.Fetched, false)
	h.Expect("fetched then", h.peek("k").Fetched, true)
	h.Has("k", "")
	_, status := h.Put(engine.OpAdd, "k", "v", 0, 0, 0)
	h.Expect("add", status, engine.NotStored)
	h.Set("k", "v")
	seen = h.peek("k")
	h.Expect("nobody has won what is new", seen.Sent || seen.Won || seen.Base64, false)
	found, seen = h.Meta("k2", engine.Look{Vivify: true, Still: true})
	h.Expect("a CAS of its own", found.CAS == 0, h.cas(1) == 0)
	h.Expect("not fetched", h.peek("k2").Fetched, false)
	h.Flush(clock.Never)
	h.Lacks("k2")
	_, seen = h.Meta("k2", engine.Look{Vivify: true})
	h.Expect("new after a flush", seen.New && !seen.Sent, true)
}

// cas returns a CAS as the engine shows it: 0 if it has none.
func (h *Harness) cas(cas uint64) uint64 {
	if h.noCAS {
		return 0
	}
	return cas
}

// testWin: of all who look at once at what is not there, stale or about to end one wins, until there is a new value.
func testWin(h *Harness) {
	looks := map[string]engine.Look{
		"none":     {Vivify: true},
		"stale":    {},
		"stale2":   {Still: true},
		"ends":     {Steps: h.steps(plan{{'R', 60}})},
		"vivified": {Vivify: true, Steps: h.steps(plan{{'N', 60}})},
	}
	for key, l := range looks {
		h.Put(engine.OpSet, "ends", "v", 0, h.in(30), 0)
		h.Set("stale", "v")
		h.Set("stale2", "v")
		h.Remove([]byte("stale"), engine.Removal{Stale: true})
		h.Remove([]byte("stale2"), engine.Removal{Stale: true})
		var winners atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, seen := h.Meta(key, l); seen.Won {
					winners.Add(1)
				} else if !seen.Sent {
					h.Errorf("%s: neither won nor sent", key)
				}
			})
		}
		all.Wait()
		h.Expect("winners of "+key, winners.Load(), int64(1))
		h.Set(key, "new")
		seen := h.peek(key)
		h.Expect("marks of a new value", seen.Won || seen.Sent || seen.Stale, false)
	}
}

// marks are what can be done with a stale item that somebody has won and fetched, and whether it stays so.
var marks = []struct {
	name                 string
	do                   func(h *Harness)
	stale, sent, fetched bool
}{
	{"get", func(h *Harness) { h.Look("k") }, true, true, true},
	{"touch", func(h *Harness) { h.Touch([]byte("k"), 1000) }, true, true, true},
	{"stale again", func(h *Harness) { h.Remove([]byte("k"), engine.Removal{Stale: true}) }, true, false, true},
	{"incr", func(h *Harness) { h.Arithmetic([]byte("k"), &engine.Arithmetic{Delta: 1}) }, true, true, true},
	{"incr, longer", func(h *Harness) { h.Arithmetic([]byte("k"), &engine.Arithmetic{Delta: 1000}) }, false, false, false},
	{"set", func(h *Harness) { h.Set("k", "11") }, false, false, false},
	{"append", func(h *Harness) { h.Put(engine.OpAppend, "k", "1", 0, 0, 0) }, false, false, false},
	{"append, base64", func(h *Harness) { h.Put(engine.OpAppend|engine.Base64, "k", "1", 0, 0, 0) }, false, false, false},
	{"add", func(h *Harness) { h.Put(engine.OpAdd, "k", "1", 0, 0, 0) }, true, true, true},
	{"empty", func(h *Harness) { h.Remove([]byte("k"), engine.Removal{Empty: true}) }, false, false, false},
	{"empty, stale", func(h *Harness) { h.Remove([]byte("k"), engine.Removal{Empty: true, Stale: true}) }, true, false, false},
}

func testMarks(h *Harness) {
	for _, row := range marks {
		h.Put(engine.OpSet|engine.Base64, "k", "10", 3, 0, 0)
		h.Remove([]byte("k"), engine.Removal{Stale: true})
		found, seen := h.Meta("k", engine.Look{})
		h.Expect(row.name+": first", seen.Stale && seen.Won && !seen.Sent && !seen.Fetched && seen.Base64, true)
		h.Expect(row.name+": an ordinary hit", h.Look("k"), found)
		row.do(h)
		seen = h.peek("k")
		h.Expect(row.name+": stale", seen.Stale, row.stale)
		h.Expect(row.name+": sent", seen.Sent, row.sent)
		h.Expect(row.name+": won", seen.Won, row.stale && !row.sent)
		h.Expect(row.name+": fetched", seen.Fetched, row.fetched)
		h.Expect(row.name+": base64", seen.Base64, row.fetched) // both are of the item, not of the key
		h.Delete("k")
	}
}

// testUse: the time of the last use is exact, and what counts as a fetch is.
func testUse(h *Harness) {
	uses := []struct {
		name         string
		do           func()
		used, fetchs bool
	}{
		{"peek", func() { h.peek("k") }, false, false},
		{"get", func() { h.Look("k") }, true, true},
		{"look", func() { h.Meta("k", engine.Look{}) }, true, true},
		{"touch", func() { h.Touch([]byte("k"), clock.Never) }, true, true},
		{"incr", func() { h.Arithmetic([]byte("k"), &engine.Arithmetic{}) }, true, false},
		{"add", func() { h.Put(engine.OpAdd, "k", "v", 0, 0, 0) }, true, false},
		{"stale", func() { h.Remove([]byte("k"), engine.Removal{Stale: true}) }, false, false},
		{"stale, chosen", func() {
			h.Remove([]byte("k"), engine.Removal{Stale: true, As: engine.Chosen{Given: true, CAS: 3}})
		}, false, false},
	}
	for i, row := range uses {
		h.Set("k", "1"+strconv.Itoa(i))
		h.Clock.Advance(7)
		h.Expect(row.name+": before", h.peek("k").Idle, uint32(7))
		row.do()
		h.Clock.Advance(1)
		want := uint32(8)
		if row.used {
			want = 1
		}
		seen := h.peek("k")
		h.Expect(row.name+": idle", seen.Idle, want)
		h.Expect(row.name+": fetched", seen.Fetched, row.fetchs)
		h.Clock.Advance(100_000)
		h.Expect(row.name+": a day later", h.peek("k").Idle, want+100_000)
	}
}
