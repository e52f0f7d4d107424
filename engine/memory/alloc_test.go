package memory

import (
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
)

// testSettings are the usual ones, without a test.
func testSettings() engine.Settings {
	return engine.Settings{
		Clock: clock.NewFake(1_700_000_000), MemoryLimit: 64 << 20, ItemMax: 1 << 20, ChunkMin: 48, Factor: 1.25,
		LendFrom: 16 << 10, Warn: func(string) {}, Options: engine.Values{lruOption: *policyName},
	}
}

// TestNoAllocations: the calls that a busy server makes leave nothing to the collector.
func TestNoAllocations(t *testing.T) {
	e, h := start(t, nil)
	value := []byte(strings.Repeat("v", 100))
	key, number, none := []byte("key"), []byte("number"), []byte("none")
	put(e, key, value)
	put(e, number, []byte("100000"))
	big := strings.Repeat("b", 20_000)
	h.Set("big", big)
	s := sink{out: make([]byte, 0, 32_000)}
	lent := lender{e: e}
	one, missed, run := []engine.Key{{Bytes: key}}, []engine.Key{{Bytes: none}}, make([]engine.Key, 64)
	large := []engine.Key{{Bytes: []byte("big")}}
	for i := range run {
		run[i].Bytes = [][]byte{key, number, none}[i%3]
	}
	add := engine.Arithmetic{Delta: 1}
	noAllocations(t, map[string]func(){
		"get hit":        func() { e.Get(one, &s) },
		"get miss":       func() { e.Get(missed, &s) },
		"get run":        func() { e.Get(run, &s) },
		"get lent":       func() { e.Get(large, &lent); lent.release() },
		"set":            func() { put(e, key, value) },
		"set and remove": func() { put(e, none, value); e.Remove(none, engine.Removal{}) },
		"remove nothing": func() { e.Remove(none, engine.Removal{}) },
		"incr":           func() { e.Arithmetic(number, &add) },
		"touch":          func() { e.Touch(key, 0) },
	})
}

// TestNoAllocationsMeta: nor do those of meta commands.
func TestNoAllocationsMeta(t *testing.T) {
	e, _ := start(t, nil)
	value, key, none := []byte(strings.Repeat("v", 100)), []byte("key"), []byte("none")
	put(e, key, value)
	s := sink{out: make([]byte, 0, 1000)}
	longer := engine.Arithmetic{Delta: 1_000_000, Create: true, As: engine.Chosen{Given: true}}
	looks := []engine.Key{{Bytes: none, Look: &engine.Look{Vivify: true}}}
	noAllocations(t, map[string]func(){
		"vivify":       func() { e.Get(looks, &s); e.Remove(none, engine.Removal{}) },
		"look":         func() { e.Get(looks, &s) },
		"stale":        func() { e.Remove(key, engine.Removal{Stale: true}) },
		"empty":        func() { e.Remove(key, engine.Removal{Empty: true}) },
		"incr, longer": func() { e.Arithmetic(none, &longer); e.Remove(none, engine.Removal{}) },
		"append": func() {
			e.Remove(key, engine.Removal{Empty: true})
			putAs(e, engine.OpAppend|engine.WithCAS|engine.Base64, key, value)
		},
	})
}

// noAllocations runs the functions. There must not be so many stores in them that a build which checks itself does so.
func noAllocations(t *testing.T, calls map[string]func()) {
	t.Helper()
	for name, f := range calls {
		if n := testing.AllocsPerRun(200, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func putAs(e *Engine, op engine.Op, key, value []byte) {
	it, _ := e.Allocate(key, len(value), 0, clock.Never, op)
	copy(it.Value, value)
	e.Store(it, op, 0)
}

// lender is a Reader that keeps one lent value.
type lender struct {
	e    *Engine
	item engine.Item
}

func (l *lender) Hit(_ int, h engine.Hit) bool {
	l.item = h.Item()
	return true
}

func (l *lender) Miss(int) {}

func (l *lender) release() { l.e.Release(l.item) }
