package memory

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/lru"
)

// modelItem is what the model knows of a key.
type modelItem struct {
	value   string
	flags   uint32
	exptime clock.Time
	cas     uint64

	stale, won, base64, fetched bool
	used                        clock.Time
}

// model runs operations on an engine and on a map, and compares. The engine may evict: a key that it misses leaves the
// map, unless it has room for everything.
type model struct {
	*enginetest.Harness
	items map[string]*modelItem
	roomy bool
	noCAS bool

	itemMax int

	flush clock.Time // of a delayed flush, or Never
}

// run carries out one operation, chosen by four numbers.
func (m *model) run(op, which, size, extra int) {
	key := fmt.Sprintf("key%d", which%50)
	m.due()
	if extra%8 == 0 {
		m.Expect("prefetch", m.Get([]engine.Key{{Bytes: []byte("none")}, {Bytes: []byte(key)}}, engine.Prefetch{}), 0)
	}
	it := m.items[key]
	if it != nil && it.exptime != 0 && it.exptime <= m.Clock.Now() {
		delete(m.items, key)
		it = nil
	}
	still := extra%16 < 8
	if found, seen := m.Meta(key, engine.Look{Still: still}); it != nil && !found.Hit {
		if m.roomy {
			m.Errorf("%s is lost", key)
		}
		delete(m.items, key)
		it = nil
	} else {
		m.compare(key, it, found)
		m.looked(key, it, seen, still)
	}
	switch {
	case op < 60:
		m.store(engine.Op(op%6), key, it, size, extra)
	case op < 70:
		m.remove(key, it, extra)
	case op < 80:
		m.touch(key, it, extra)
	case op < 94:
		m.arithmetic(key, it, uint64(extra), op%2 == 0)
	case op < 97:
		m.Clock.Advance(extra % 4)
	case op == 97:
		m.Flush(clock.Never)
		m.flush = clock.Never
		clear(m.items)
	case op == 98:
		m.flush = m.Clock.Now() + 1 + clock.Time(extra%5)
		m.Flush(m.flush)
	case op < 107:
		m.vivify(key, it, extra)
	case op < 117:
		m.lessen(key, it, extra)
	}
}

// modelOps is how many numbers of operations there are.
const modelOps = 117

func (m *model) due() {
	if m.flush != clock.Never && m.Clock.Now() >= m.flush {
		m.flush = clock.Never
		clear(m.items)
	}
}

func (m *model) compare(key string, it *modelItem, found enginetest.Found) {
	if it == nil {
		m.Expect("hit of "+key, found.Hit, false)
		return
	}
	if found.Value != it.value || found.Flags != it.flags || found.CAS != it.cas {
		m.Errorf("%s: got %d bytes, flags %d, CAS %d; want %d, %d, %d", key, len(found.Value), found.Flags, found.CAS,
			len(it.value), it.flags, it.cas)
	}
}

func (m *model) store(op engine.Op, key string, it *modelItem, size, extra int) {
	value := strings.Repeat(key+".", size/(len(key)+1)+1)[:size]
	if size%3 == 0 {
		value = strconv.Itoa(size * 7919)
	}
	mods, chosen := m.modifiers(extra)
	fresh := &modelItem{value: value, flags: uint32(extra % 3), base64: mods&engine.Base64 != 0, used: m.Clock.Now()}
	if extra%4 == 0 {
		fresh.exptime = m.Clock.Now() + 1 + clock.Time(extra%7)
	}
	cas := uint64(0)
	if it != nil && extra%3 != 0 {
		cas = it.cas
	}
	if op == engine.OpCAS && cas != 0 && extra%9 < 3 {
		cas += [...]uint64{0, 1, 1<<64 - 1}[extra%9]
	}
	want := m.outcome(op|mods, it, cas)
	m.Drafts = extra%5 < 3
	got, status := m.PutChosen(op|mods, key, value, fresh.flags, fresh.exptime, cas, chosen)
	joins := it != nil && (op == engine.OpAppend || op == engine.OpPrepend)
	if joins && status == engine.NotStored && (!m.roomy || len(it.value)+len(value) > m.itemMax-400) {
		return // the two do not fit together, or the item was evicted
	}
	if !m.roomy && op != engine.OpSet && status == engine.NoMemory {
		return // there is no page for it while the part or the old item holds one
	}
	if !m.roomy && status != want && status == m.outcome(op|mods, nil, cas) {
		it, want = nil, status // evicted for the new item's sake
		delete(m.items, key)
	}
	m.Expect(fmt.Sprint("status of store ", op), status, want)
	if status != engine.OK {
		if it != nil && !joins {
			it.used = m.Clock.Now()
		}
		return
	}
	switch {
	case it == nil:
	case op == engine.OpAppend:
		fresh = &modelItem{value: it.value + value, flags: it.flags, exptime: it.exptime, used: fresh.used}
	case op == engine.OpPrepend:
		fresh = &modelItem{value: value + it.value, flags: it.flags, exptime: it.exptime, used: fresh.used}
	case op == engine.OpCAS && cas != it.cas && !m.noCAS:
		fresh.exptime, fresh.stale, fresh.won = it.exptime, true, it.won
	}
	if mods&engine.WithCAS != 0 && !m.noCAS {
		m.Expect("chosen CAS", got, chosen)
	}
	fresh.cas = got
	m.items[key] = fresh
}

// outcome is what Store must say in view of the item there.
func (m *model) outcome(op engine.Op, it *modelItem, cas uint64) engine.Status {
	way, joins := op.Way(), op.Way() == engine.OpAppend || op.Way() == engine.OpPrepend
	switch {
	case joins && it == nil && op&engine.Vivify != 0:
		return engine.OK
	case way == engine.OpAdd && it != nil, it == nil && (way == engine.OpReplace || joins):
		return engine.NotStored
	case way == engine.OpCAS && it == nil:
		return engine.NotFound
	case way == engine.OpCAS && cas != it.cas && !m.noCAS && (op&engine.Invalidate == 0 || cas == 0 || cas > it.cas):
		return engine.Exists
	case joins && cas != 0 && cas != it.cas && !m.noCAS:
		return engine.Exists
	}
	return engine.OK
}

func (m *model) remove(key string, it *modelItem, extra int) {
	how, want := engine.Removal{Silent: extra%2 == 0}, engine.NotFound
	if it != nil {
		how.CAS, want = [...]uint64{0, it.cas, it.cas + 1}[extra%3], engine.OK
	}
	if it != nil && how.CAS != 0 && how.CAS != it.cas {
		want = engine.Exists
	}
	m.Expect("remove", m.Remove([]byte(key), how), want)
	if want == engine.OK {
		delete(m.items, key)
	}
}

func (m *model) touch(key string, it *modelItem, extra int) {
	exptime := m.Clock.Now() + clock.Time(extra%9)
	_, _, status := m.Touch([]byte(key), exptime)
	m.Expect("touch", status == engine.OK, it != nil)
	if it != nil {
		it.exptime, it.used, it.fetched = exptime, m.Clock.Now(), true
	}
}

func (m *model) arithmetic(key string, it *modelItem, delta uint64, decrease bool) {
	a := engine.Arithmetic{Delta: delta, Decrease: decrease, As: m.chosen(int(delta))}
	if delta%5 == 0 {
		a.Steps[0] = engine.Step{Do: engine.SetExptime, At: m.Clock.Now() + clock.Time(delta%7)}
	}
	result, cas, status := m.Arithmetic([]byte(key), &a)
	if it == nil {
		m.Expect("arithmetic", status, engine.NotFound)
		return
	}
	n, err := strconv.ParseUint(strings.TrimRight(it.value, " "), 10, 64)
	if err != nil && it.value != "" {
		m.Expect("arithmetic with "+it.value[:min(len(it.value), 30)], status, engine.NonNumeric)
		return
	}
	want := n + delta
	if decrease {
		want = n - min(n, delta)
	}
	if !m.roomy && status == engine.NoMemory {
		return // it must be made anew, and there is no room for both
	}
	m.Expect("status", status, engine.OK)
	m.Expect("result", result, want)
	it.used = m.Clock.Now()
	if delta%5 == 0 {
		it.exptime = a.Steps[0].At
	}
	if len(strconv.FormatUint(want, 10)) > len(it.value) {
		it.stale, it.won, it.base64, it.fetched = false, false, false, false
	}
	it.value = fmt.Sprintf("%-*d", len(it.value), want)
	it.cas = cas
}

// settings of the runs against the model.
var modelRuns = []struct {
	name   string
	change func(*engine.Settings)
	roomy  bool
	sizes  int
}{
	{"roomy", nil, true, 3000},
	{"large", nil, true, 60_000},
	{"in place", nil, true, 40},
	{"in place without CAS", func(s *engine.Settings) { s.NoCAS = true }, true, 40},
	{"in place of the oldest", func(s *engine.Settings) { s.Options = engine.Values{lruOption: lru.LRU} }, true, 40},
	{"without CAS", func(s *engine.Settings) { s.NoCAS = true }, true, 30_000},
	{"one page", limit(1 << 20), false, 30_000},
	{"two pages without CAS", func(s *engine.Settings) { s.MemoryLimit, s.NoCAS = 2<<20, true }, false, 300_000},
	{"small pages", func(s *engine.Settings) { s.MemoryLimit, s.ItemMax = 64<<10, 1<<10 }, false, 900},
	{"odd pages", func(s *engine.Settings) { s.MemoryLimit, s.ItemMax, s.ChunkMin = 1<<20, 10_001, 1 }, false, 9000},
	{"everything lent", func(s *engine.Settings) { s.MemoryLimit, s.LendFrom = 3<<20, 1 }, false, 3000},
	{"no eviction", func(s *engine.Settings) { s.NoEvict = true }, true, 3000},
}

func TestModel(t *testing.T) {
	for _, run := range modelRuns {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(run.name, " ", seed), func(t *testing.T) {
				e, h := start(t, run.change)
				m := model{Harness: h, items: make(map[string]*modelItem), roomy: run.roomy, noCAS: e.noCAS, itemMax: e.itemMax}
				r := rand.New(rand.NewPCG(seed, 7))
				for i := range 4000 {
					m.run(r.IntN(modelOps), r.IntN(50), r.IntN(run.sizes), r.IntN(1<<20))
					if t.Failed() {
						t.Fatalf("at operation %d", i)
					}
					if i%500 == 0 {
						if err := e.Check(); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		}
	}
}

// FuzzOperations reads operations from bytes: four of them make one.
func FuzzOperations(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 80, 1, 0, 9, 97, 0, 0, 0}, false)
	f.Add([]byte{3, 1, 200, 3, 4, 1, 250, 9, 65, 1, 0, 0}, true)
	f.Fuzz(func(t *testing.T, ops []byte, noCAS bool) {
		_, h := start(t, func(s *engine.Settings) {
			s.MemoryLimit, s.ItemMax, s.NoCAS, s.LendFrom = 16<<10, 2<<10, noCAS, 500
		})
		m := model{Harness: h, items: make(map[string]*modelItem), noCAS: noCAS, itemMax: 2 << 10}
		for ; len(ops) >= 4; ops = ops[4:] {
			m.run(int(ops[0])%modelOps, int(ops[1]), int(ops[2])*7, int(ops[3]))
		}
	})
}
