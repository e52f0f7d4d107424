package enginetest

import (
	"math"
	"strings"

	"gocached/clock"
	"gocached/engine"
)

// chosenCASes are some that clients choose: small ones, which items of before any flush have, and large ones.
var chosenCASes = []uint64{0, 1, 2, 1000, 1 << 53, math.MaxUint64}

func as(cas uint64) engine.Chosen { return engine.Chosen{Given: true, CAS: cas} }

// PutAs stores a value under a CAS of the client's choice.
func (h *Harness) PutAs(op engine.Op, key, value string, cas, chosen uint64) (uint64, engine.Status) {
	return h.PutChosen(op|engine.WithCAS, key, value, 7, clock.Never, cas, chosen)
}

// testChosen: whatever gives an item a CAS can be told which.
func testChosen(h *Harness) {
	number := func(key string, a engine.Arithmetic) (uint64, engine.Status) {
		_, cas, status := h.Arithmetic([]byte(key), &a)
		return cas, status
	}
	removal := func(r engine.Removal) (uint64, engine.Status) {
		status := h.Remove([]byte("k"), r)
		return h.cas(r.As.CAS), status
	}
	long := strings.Repeat("v", 2*lendFrom)
	ways := map[string]func(old, cas uint64) (uint64, engine.Status){
		"set":     func(_, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpSet, "k", "v", 0, cas) },
		"long":    func(_, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpSet, "k", long, 0, cas) },
		"replace": func(_, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpReplace, "k", "v", 0, cas) },
		"append":  func(_, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpAppend, "k", "7", 0, cas) },
		"prepend": func(old, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpPrepend, "k", "7", old, cas) },
		"swap":    func(old, cas uint64) (uint64, engine.Status) { return h.PutAs(engine.OpCAS, "k", "7", old, cas) },
		"incr":    func(_, cas uint64) (uint64, engine.Status) { return number("k", engine.Arithmetic{As: as(cas)}) },
		"longer": func(_, cas uint64) (uint64, engine.Status) {
			return number("k", engine.Arithmetic{Delta: 10_000, As: as(cas)})
		},
		"stale": func(_, cas uint64) (uint64, engine.Status) { return removal(engine.Removal{Stale: true, As: as(cas)}) },
		"empty": func(_, cas uint64) (uint64, engine.Status) { return removal(engine.Removal{Empty: true, As: as(cas)}) },
		"both": func(_, cas uint64) (uint64, engine.Status) {
			return removal(engine.Removal{Empty: true, Stale: true, As: as(cas)})
		},
	}
	for name, do := range ways {
		for _, cas := range chosenCASes {
			for _, before := range []bool{false, true} { // whether the item has a chosen CAS already
				h.Flush(clock.Never)
				old := h.Set("k", "10")
				if before {
					old, _ = h.PutAs(engine.OpSet, "k", "10", 0, 5)
				}
				got, status := do(old, cas)
				h.Expect(name, status, engine.OK)
				h.Expect(name+": CAS that is told", got, h.cas(cas))
				h.Expect(name+": CAS that is shown", h.Look("k").CAS, h.cas(cas))
				h.Set("other", "v")
				h.Expect(name+": CAS that stays", h.Look("k").CAS, h.cas(cas))
				if _, status := h.Put(engine.OpCAS, "k", "w", 0, 0, cas); cas != 0 || !h.noCAS {
					h.Expect(name+": swap by it", status, engine.OK)
				}
				do(old, cas)
				h.Flush(clock.Never)
				h.Lacks("k")
			}
		}
	}
	got, status := number("n", engine.Arithmetic{Create: true, As: as(44)})
	h.Expect("create", status, engine.OK)
	h.Expect("CAS of what is created", got, h.cas(44))
	first, _ := number("n", engine.Arithmetic{Delta: 1})
	second, _ := number("n", engine.Arithmetic{Delta: 1})
	h.Expect("the engine's own again", second > first, !h.noCAS)
	h.Expect("shown", h.Look("n").CAS, second)
}

// testModifiers: what can be added to a way of storing.
func testModifiers(h *Harness) {
	for _, op := range []engine.Op{engine.OpAppend, engine.OpPrepend} {
		for _, cas := range []uint64{0, 5} {
			_, status := h.Put(op|engine.Vivify|engine.Base64, "k", "v", 9, h.in(30), cas)
			h.Expect("join with nothing", status, engine.OK)
			h.Expect("flags", h.Look("k").Flags, uint32(9))
			seen := h.peek("k")
			h.Expect("expiry", seen.Exptime, h.in(30))
			h.Expect("base64", seen.Base64, true)
			_, status = h.Put(op|engine.Vivify, "k", "v", 3, h.in(60), 0)
			h.Expect("join", status, engine.OK)
			h.Has("k", "vv")
			h.Expect("flags stay", h.Look("k").Flags, uint32(9))
			seen = h.peek("k")
			h.Expect("expiry stays", seen.Exptime, h.in(30))
			h.Expect("base64 goes", seen.Base64, false)
			h.Delete("k")
		}
		got, status := h.PutAs(op|engine.Vivify, "k", "v", 0, 77)
		h.Expect("join with nothing under a CAS", status, engine.OK)
		h.Expect("the CAS", got, h.cas(77))
		h.Delete("k")
	}
	_, status := h.Put(engine.OpReplace|engine.Vivify, "k", "v", 0, 0, 0)
	h.Expect("replace nothing", status, engine.NotStored)
	_, status = h.Put(engine.OpCAS|engine.Vivify|engine.Invalidate, "k", "v", 0, 0, 1)
	h.Expect("swap nothing", status, engine.NotFound)
	h.Set("k", "v")
	_, status = h.Put(engine.OpAdd|engine.Vivify, "k", "v", 0, 0, 0)
	h.Expect("add", status, engine.NotStored)
	_, status = h.Put(engine.OpCAS|engine.Exact, "k", "w", 0, 0, h.Look("k").CAS)
	h.Expect("swap exactly", status == engine.OK, !h.noCAS)
	_, status = h.Put(engine.OpCAS|engine.Exact, "none", "w", 0, 0, 0)
	h.Expect("swap nothing exactly", status, engine.NotFound)
}

// testInvalidate stores over an item that has CAS 100 and ends in a minute.
func testInvalidate(h *Harness) {
	for _, row := range []struct {
		op     engine.Op
		cas    uint64
		status engine.Status
		stale  bool
	}{
		{engine.OpCAS, 50, engine.OK, true},
		{engine.OpCAS, 99, engine.OK, true},
		{engine.OpCAS, 100, engine.OK, false},
		{engine.OpCAS, 101, engine.Exists, false},
		{engine.OpCAS, 0, engine.Exists, false},
		{engine.OpAppend, 50, engine.Exists, false},
		{engine.OpAppend, 100, engine.OK, false},
		{engine.OpAdd, 50, engine.NotStored, false},
		{engine.OpSet, 50, engine.OK, false},
	} {
		for _, won := range []bool{false, true} {
			_, status := h.PutAs(engine.OpSet, "k", "old", 0, 100)
			h.Expect("set", status, engine.OK)
			look := engine.Look{Steps: h.steps(plan{{'T', 60}})}
			if won {
				look.Steps = h.steps(plan{{'T', 60}, {'R', 70}})
			}
			h.Meta("k", look)
			_, status = h.PutAs(row.op|engine.Invalidate, "k", "new", row.cas, 200)
			h.Expect("status", status, row.status)
			found, seen := h.Meta("k", engine.Look{})
			if row.status != engine.OK {
				h.Expect("left alone", found, Found{"old", 7, 100, true})
				continue
			}
			h.Expect("CAS", found.CAS, uint64(200))
			h.Expect("stale", seen.Stale, row.stale)
			h.Expect("won", seen.Won, row.stale && !won)
			h.Expect("won before", seen.Sent, row.stale && won)
			if row.stale || row.op == engine.OpAppend {
				h.Expect("expiry stays", seen.Exptime, h.in(60))
			} else {
				h.Expect("expiry is its own", seen.Exptime, clock.Never)
			}
		}
	}
}

// testLessen: what a removal does that does not delete.
func testLessen(h *Harness) {
	for _, row := range []struct {
		name  string
		r     engine.Removal
		want  Found
		ends  int
		newer bool // the CAS is new
		stale bool
	}{
		{"stale", engine.Removal{Stale: true}, Found{"value", 7, 0, true}, 300, true, true},
		{"stale T", engine.Removal{Stale: true, Touch: true, Exptime: h.in(30)}, Found{"value", 7, 0, true}, 30, true, true},
		{"stale T0", engine.Removal{Stale: true, Touch: true}, Found{"value", 7, 0, true}, 0, true, true},
		{"empty", engine.Removal{Empty: true}, Found{"", 0, 0, true}, 0, false, false},
		{"empty F5", engine.Removal{Empty: true, Flags: 5}, Found{"", 5, 0, true}, 0, false, false},
		{"empty T", engine.Removal{Empty: true, Touch: true, Exptime: h.in(30)}, Found{"", 0, 0, true}, 30, false, false},
		{"both T", engine.Removal{Empty: true, Stale: true, Touch: true, Exptime: h.in(30)}, Found{"", 0, 0, true}, 30, true, true},
	} {
		h.Expect(row.name+": none", h.Remove([]byte("none"), row.r), engine.NotFound)
		h.Put(engine.OpSet|engine.Base64, "k", "value", 7, h.in(300), 0)
		before := h.Look("k").CAS
		wrong := row.r
		wrong.CAS, wrong.Compare = before+1, true
		h.Expect(row.name+": wrong CAS", h.Remove([]byte("k"), wrong), engine.Exists)
		h.Expect(row.name+": left alone", h.Look("k"), Found{"value", 7, before, true})
		h.Expect(row.name, h.Remove([]byte("k"), row.r), engine.OK)
		found, seen := h.Meta("k", engine.Look{})
		row.want.CAS = found.CAS
		h.Expect(row.name+": found", found, row.want)
		h.Expect(row.name+": a new CAS", found.CAS > before, row.newer && !h.noCAS)
		h.Expect(row.name+": expiry", seen.Exptime, h.in(row.ends))
		h.Expect(row.name+": stale and won", seen.Stale && seen.Won, row.stale)
		h.Expect(row.name+": either", seen.Stale || seen.Won || seen.Sent, row.stale)
		h.Delete("k")
	}
	h.Set("k", "v")
	h.Remove([]byte("k"), engine.Removal{Stale: true, Touch: true, Exptime: clock.Past})
	h.Lacks("k")
	h.PutAs(engine.OpSet, "k", "v", 0, 5)
	h.Remove([]byte("k"), engine.Removal{Empty: true})
	h.Expect("a chosen CAS stays", h.Look("k").CAS, h.cas(5))
	h.Expect("no CAS is 0", h.Remove([]byte("k"), engine.Removal{Compare: true}) == engine.OK, h.noCAS)
	h.Set("k", "v")
	h.Expect("without a chosen one", h.Remove([]byte("k"), engine.Removal{CAS: h.Look("k").CAS, Compare: true}), engine.OK)
	h.Lacks("k")
}

// testMetaArithmetic: what meta commands ask of a number.
func testMetaArithmetic(h *Harness) {
	for _, row := range []struct {
		name         string
		there        bool
		ends         int
		plan         plan
		shown, after int
	}{
		{"t", true, 50, plan{{'t', 0}}, 50, 50},
		{"T30 t", true, 50, plan{{'T', 30}, {'t', 0}}, 30, 30},
		{"t T30", true, 50, plan{{'t', 0}, {'T', 30}}, 50, 30},
		{"N30 t, there", true, 50, plan{{'N', 30}, {'t', 0}}, 50, 50},
		{"N30 T60 t", false, 0, plan{{'N', 30}, {'T', 60}, {'t', 0}}, 60, 60},
		{"T60 N30 t", false, 0, plan{{'T', 60}, {'N', 30}, {'t', 0}}, 30, 30},
		{"t N30", false, 0, plan{{'t', 0}, {'N', 30}}, 0, 30},
	} {
		for _, delta := range []uint64{0, 1_000_000} { // in its place, and in a new one
			if row.there {
				h.Put(engine.OpSet, "n", "13", 7, h.in(row.ends), 0)
			}
			a := engine.Arithmetic{Delta: delta, Create: !row.there, Initial: 13, Steps: h.steps(row.plan)}
			if !row.there {
				delta = 0
			}
			result, _, status := h.Arithmetic([]byte("n"), &a)
			h.Expect(row.name, status, engine.OK)
			h.Expect(row.name+": result", result, 13+delta)
			h.Expect(row.name+": shown", a.Shown, h.in(row.shown))
			h.Expect(row.name+": after", h.peek("n").Exptime, h.in(row.after))
			h.Delete("n")
		}
	}
	h.Set("n", "")
	_, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{NoEmpty: true})
	h.Expect("nothing is no number", status, engine.NonNumeric)
	_, _, status = h.Arithmetic([]byte("b"), &engine.Arithmetic{Create: true, Base64: true})
	h.Expect("create", status, engine.OK)
	h.Expect("base64", h.peek("b").Base64, true)
	h.Expect("not fetched", h.peek("b").Fetched, false)
}

// testMetaFigures: meta commands count like their elder sisters, but that nothing counts what becomes stale.
func testMetaFigures(h *Harness) {
	slab := func(name string) string {
		_, figures := h.Figures(engine.Query{Group: "slabs"})
		return figures["1:"+name]
	}
	h.Meta("a", engine.Look{Vivify: true})
	h.Meta("a", engine.Look{Still: true})
	h.Expect("hits", slab("get_hits"), "2")
	h.Expect("sets", slab("cmd_set"), "0")
	h.Remove([]byte("a"), engine.Removal{Stale: true})
	h.Remove([]byte("a"), engine.Removal{Stale: true, Empty: true})
	h.Expect("deletes, stale", slab("delete_hits"), "0")
	h.Remove([]byte("a"), engine.Removal{Empty: true})
	h.Expect("deletes, empty", slab("delete_hits"), "1")
	h.Put(engine.OpAppend|engine.Vivify, "b", "v", 0, 0, 0)
	h.Expect("sets, a join with nothing", slab("cmd_set"), "1")
	_, general := h.Figures(engine.Query{})
	h.Expect("items", general["curr_items"], "2")
	h.Put(engine.OpSet, "c", "1", 0, 0, 0)
	seen := h.peek("c")
	h.Expect("class", seen.Class, 1)
	h.Expect("size", seen.Size, 61)
	h.Put(engine.OpSet, "c", "22", 9, 0, 0)
	h.Expect("size with flags", h.peek("c").Size, 66)
}
