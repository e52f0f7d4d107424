package enginetest

import (
	"math"
	"strings"

	"gocached/clock"
	"gocached/engine"
)

func testInfo(h *Harness) {
	h.Expect("a name", h.Info().Name != "", true)
	h.Expect("the same again", h.Info().Name, h.Info().Name)
}

func testLimits(h *Harness) {
	h.Expect("small", h.CanStore(1, 0, 0), engine.OK)
	h.Expect("longest key", h.CanStore(250, 1000, 1<<32-1), engine.OK)
	h.Expect("half the largest", h.CanStore(10, itemMax/2, 0), engine.OK)
	h.Expect("beyond the largest", h.CanStore(1, itemMax+1, 0), engine.TooLarge)
	h.Expect("far beyond", h.CanStore(1, 1<<40, 0), engine.TooLarge)
	h.Expect("negative", h.CanStore(1, -1, 0), engine.TooLarge)
	_, status := h.Allocate([]byte("k"), itemMax+1, 0, 0, engine.OpSet)
	h.Expect("allocate too much", status, engine.TooLarge)
}

func testAllocate(h *Harness) {
	for _, n := range []int{0, 1, 100, lendFrom - 1, lendFrom, itemMax / 2} {
		it, status := h.Allocate([]byte("held"), n, 7, clock.Never, engine.OpSet)
		h.Expect("allocate", status, engine.OK)
		h.Expect("length", len(it.Value), n)
		h.Lacks("held")
		h.Release(it)
	}
	// Everything was given back: ten times the memory can be had after the other.
	for range 1280 {
		it, status := h.Allocate([]byte("held"), itemMax/2, 0, 0, engine.OpSet)
		h.Expect("allocate again", status, engine.OK)
		if status != engine.OK {
			return
		}
		h.Release(it)
	}
}

func testMisses(h *Harness) {
	h.Lacks("none")
	h.Expect("remove", h.Delete("none"), engine.NotFound)
	_, _, status := h.Touch([]byte("none"), 100)
	h.Expect("touch", status, engine.NotFound)
	_, _, status = h.Arithmetic([]byte("none"), &engine.Arithmetic{Delta: 1})
	h.Expect("incr", status, engine.NotFound)
	for op, want := range map[engine.Op]engine.Status{
		engine.OpReplace: engine.NotStored, engine.OpAppend: engine.NotStored, engine.OpPrepend: engine.NotStored,
		engine.OpCAS: engine.NotFound,
	} {
		_, status = h.Put(op, "none", "v", 0, 0, 0)
		h.Expect("store nothing upon", status, want)
	}
	h.Lacks("none")
	h.Expect("flush", h.Flush(clock.Never), engine.OK)
	h.Expect("no group", h.Stats(engine.Query{Group: "no such"}, func(string, string) {}), engine.Unsupported)
}

// stores is the table of Engine.Store: what an operation says when there is an item, and whether its value is there then.
// A cas of 0 stands for the right one where right is set.
var stores = []struct {
	op     engine.Op
	cas    string
	status engine.Status
	value  string
}{
	{engine.OpSet, "zero", engine.OK, "new"},
	{engine.OpSet, "wrong", engine.OK, "new"},
	{engine.OpAdd, "zero", engine.NotStored, "old"},
	{engine.OpReplace, "zero", engine.OK, "new"},
	{engine.OpReplace, "wrong", engine.OK, "new"},
	{engine.OpAppend, "zero", engine.OK, "oldnew"},
	{engine.OpAppend, "right", engine.OK, "oldnew"},
	{engine.OpAppend, "wrong", engine.Exists, "old"},
	{engine.OpPrepend, "zero", engine.OK, "newold"},
	{engine.OpPrepend, "right", engine.OK, "newold"},
	{engine.OpPrepend, "wrong", engine.Exists, "old"},
	{engine.OpCAS, "right", engine.OK, "new"},
	{engine.OpCAS, "wrong", engine.Exists, "old"},
	{engine.OpCAS, "zero", engine.Exists, "old"},
}

func testStore(h *Harness) {
	last := uint64(0)
	for _, row := range stores {
		right := h.Set("k", "old")
		h.Expect("CAS grows", right > last, true)
		cas := map[string]uint64{"zero": 0, "right": right, "wrong": right + 1000}[row.cas]
		got, status := h.Put(row.op, "k", "new", 5, 0, cas)
		h.Expect("status", status, row.status)
		found := h.Look("k")
		h.Expect("value", found.Value, row.value)
		if status == engine.OK {
			h.Expect("CAS of the item", found.CAS, got)
			h.Expect("CAS is new", got > right, true)
		} else {
			h.Expect("CAS stays", found.CAS, right)
		}
		last = found.CAS
		h.Expect("remove", h.Delete("k"), engine.OK)
	}
	_, status := h.Put(engine.OpAdd, "k", "first", 9, 0, 0)
	h.Expect("add", status, engine.OK)
	h.Expect("flags", h.Look("k").Flags, uint32(9))
}

// testStoreNoCAS: every CAS is shown as 0. Who stores may give any, but who deletes or calculates none: so it is in memcached.
func testStoreNoCAS(h *Harness) {
	for _, row := range stores {
		h.Expect("CAS", h.Set("k", "old"), uint64(0))
		_, status := h.Put(row.op, "k", "new", 0, 0, 12345)
		want := engine.OK
		if row.op == engine.OpAdd {
			want = engine.NotStored
		}
		h.Expect("status", status, want)
		h.Expect("CAS of the item", h.Look("k").CAS, uint64(0))
	}
	h.Expect("remove with a CAS", h.Remove([]byte("k"), engine.Removal{CAS: 99}), engine.Exists)
	h.Has("k", "new")
	h.Expect("remove without", h.Delete("k"), engine.OK)
	h.Set("n", "1")
	_, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1, CAS: 99})
	h.Expect("incr with a CAS", status, engine.Exists)
	h.Has("n", "1")
	_, _, status = h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
	h.Expect("incr without", status, engine.OK)
	_, _, status = h.Arithmetic([]byte("m"), &engine.Arithmetic{Delta: 1, CAS: 99})
	h.Expect("incr of nothing with a CAS", status, engine.NotFound)
}

// testJoin: append and prepend keep the flags and the expiry of the item there.
func testJoin(h *Harness) {
	exptime := h.Clock.Now() + 10
	h.Put(engine.OpSet, "k", "b", 3, exptime, 0)
	for _, op := range []engine.Op{engine.OpAppend, engine.OpPrepend} {
		_, status := h.Put(op, "k", "x", 77, clock.Never, 0)
		h.Expect("join", status, engine.OK)
	}
	h.Has("k", "xbx")
	h.Expect("flags", h.Look("k").Flags, uint32(3))
	h.Clock.Advance(10)
	h.Lacks("k")
	_, status := h.Put(engine.OpAppend, "k", "x", 0, 0, 0)
	h.Expect("append to an expired item", status, engine.NotStored)

	want := ""
	h.Set("long", "")
	for i := range 200 {
		part := strings.Repeat(string(rune('a'+i%26)), i*3)
		_, status := h.Put(engine.OpAppend, "long", part, 0, 0, 0)
		h.Expect("append", status, engine.OK)
		want += part
	}
	h.Has("long", want)
}

func testJoinTooLong(h *Harness) {
	old := strings.Repeat("v", itemMax-200)
	h.Set("k", old)
	for _, op := range []engine.Op{engine.OpAppend, engine.OpPrepend} {
		_, status := h.Put(op, "k", strings.Repeat("w", 5000), 0, 0, 0)
		h.Expect("join beyond the largest", status, engine.NotStored)
	}
	h.Has("k", old)
	_, status := h.Put(engine.OpAppend, "k", "x", 0, 0, 0)
	h.Expect("join one byte", status, engine.OK)
	h.Has("k", old+"x")
}

func testRemove(h *Harness) {
	for _, silent := range []bool{false, true} {
		cas := h.Set("k", "v")
		for _, wrong := range []uint64{cas + 1, math.MaxUint64} {
			h.Expect("wrong CAS", h.Remove([]byte("k"), engine.Removal{CAS: wrong, Silent: silent}), engine.Exists)
			h.Has("k", "v")
		}
		h.Expect("right CAS", h.Remove([]byte("k"), engine.Removal{CAS: cas, Silent: silent}), engine.OK)
		h.Lacks("k")
		h.Expect("again", h.Remove([]byte("k"), engine.Removal{Silent: silent}), engine.NotFound)
		h.Set("k", "v")
		h.Expect("any CAS", h.Remove([]byte("k"), engine.Removal{Silent: silent}), engine.OK)
		h.Lacks("k")
	}
}

// testShapes stores every combination of key length, value length and flags that a layout could trip over.
func testShapes(h *Harness) {
	for _, key := range []int{1, 2, 7, 8, 9, 31, 100, 249, 250} {
		for _, value := range []int{0, 1, 7, 8, 100, 1000, lendFrom - 1, lendFrom, 100_000} {
			for _, flags := range []uint32{0, 1, 1 << 31, 1<<32 - 1} {
				k := strings.Repeat("k", key-1) + string(rune('a'+value%7))
				v := strings.Repeat("0123456789", value/10+1)[:value]
				_, status := h.Put(engine.OpSet, k, v, flags, 0, 0)
				got := h.Look(k)
				if status != engine.OK || got.Value != v || got.Flags != flags {
					h.Errorf("key %d, value %d, flags %d: %v, got %d bytes, flags %d", key, value, flags, status, len(got.Value), got.Flags)
				}
			}
		}
	}
	odd := "\x00\xff \r\n"
	h.Set(odd, odd)
	h.Has(odd, odd)
}
