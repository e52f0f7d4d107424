package server

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"gocached/engine"
)

// model is what the engine should hold: a map. It is told of each call to the engine and of its outcome, in the order in
// which they happen, and says what is wrong with the outcome.
//
// An engine that is short of memory may drop any item at any time. The model learns of that when an item is missed, and
// counts it: in the end the engine must have evicted at least as many. Everything else is exact.
type model struct {
	w     *world
	items [poolSize]*record // by key
	count int               // of them
	spare []*record         // used again
	now   int64             // seconds, as the engine's clock
	wall  int64             // Unix time
	due   int64             // when a delayed flush is due, or 0
	cas   uint64
	lost  uint64
}

// record is an item of the model. value is never changed, only replaced.
type record struct {
	value   []byte
	flags   uint32
	exptime int64 // on the engine's clock; 0 is never
	cas     uint64
}

// timeOf turns the number that a client gave for an expiry into a second of the engine's clock.
func (m *model) timeOf(n int64) int64 {
	const monthSeconds, past = 30 * 24 * 60 * 60, 1
	switch {
	case n == 0:
		return 0
	case n < 0:
		return past
	case n <= monthSeconds:
		return min(m.now+n, math.MaxUint32)
	case n <= m.wall:
		return past
	}
	return min(m.now+n-m.wall, math.MaxUint32)
}

// look returns the living item under a key, or nil. Every call of the engine looks at the time first.
func (m *model) look(key int) *record {
	m.flushDue()
	it := m.items[key]
	if it != nil && it.exptime != 0 && it.exptime <= m.now {
		m.w.saw(sawExpired)
		m.drop(key)
		return nil
	}
	return it
}

func (m *model) flushDue() {
	if m.due != 0 && m.now >= m.due {
		m.w.saw(sawFlushDue)
		m.due = 0
		m.dropAll()
	}
}

// flush is told of a flush at a second of the engine's clock, or now if that is 0.
func (m *model) flush(at int64) {
	m.flushDue()
	m.due = 0
	if at > m.now {
		m.due = at
		return
	}
	m.dropAll()
}

// living counts the items that are not over.
func (m *model) living() (n uint64) {
	m.flushDue()
	for _, it := range m.items {
		if it != nil && (it.exptime == 0 || it.exptime > m.now) {
			n++
		}
	}
	return n
}

// put stores an item under a key.
func (m *model) put(key int, r record) {
	it := m.items[key]
	switch n := len(m.spare); {
	case it != nil:
		*it = r
		return
	case n > 0:
		it, m.spare = m.spare[n-1], m.spare[:n-1]
	default:
		it = new(record)
	}
	*it = r
	m.items[key] = it
	m.count++
}

// drop takes the item away that is under a key, if there is one.
func (m *model) drop(key int) {
	if it := m.items[key]; it != nil {
		m.spare = append(m.spare, it)
		m.items[key] = nil
		m.count--
	}
}

func (m *model) dropAll() {
	for key := range m.items {
		m.drop(key)
	}
}

// lose notes that an item was found missing.
func (m *model) lose(key int) {
	m.drop(key)
	m.lost++
	if !m.w.plan.mayEvict() {
		m.w.fail("key %d is lost, though nothing may be evicted", key)
	}
}

// mayHaveGone compares a status with what it should be, and with what it should be if the item had been evicted.
func (m *model) mayHaveGone(what string, key int, it *record, got, want, without engine.Status) *record {
	switch {
	case got == want:
		return it
	case it != nil && got == without:
		m.lose(key)
		return nil
	}
	m.w.fail("%s of key %d: status %d, want %d", what, key, got, want)
	return it
}

// fresh checks and notes the CAS of a change.
func (m *model) fresh(cas uint64) uint64 {
	switch {
	case m.w.plan.noCAS && cas != 0:
		m.w.fail("a CAS of %d without CAS", cas)
	case !m.w.plan.noCAS && cas <= m.cas:
		m.w.fail("CAS %d after %d", cas, m.cas)
	}
	m.cas = cas
	return cas
}

// hit is told of an item that a get has found, and which expiry that gave it, if touch is set.
func (m *model) hit(key int, h *engine.Hit, touch bool, exptime int64) *record {
	it := m.look(key)
	switch {
	case it == nil:
		m.w.fail("a hit of key %d with %d bytes, CAS %d: there is no such item", key, len(h.Value), h.CAS)
		return &record{value: h.Value, flags: h.Flags, cas: h.CAS}
	case !bytes.Equal(h.Value, it.value):
		m.w.fail("a hit of key %d: %s", key, difference(h.Value, it.value))
	case h.Flags != it.flags || h.CAS != it.cas:
		m.w.fail("a hit of key %d: flags %d and CAS %d, want %d and %d", key, h.Flags, h.CAS, it.flags, it.cas)
	}
	if touch {
		it.exptime = exptime
	}
	return it
}

// miss is told that a get has found nothing.
func (m *model) miss(key int) {
	if m.look(key) != nil {
		m.lose(key)
	}
}

// stored is told of the outcome of a Store, and whether there was an item when it began: another loop may have changed
// that while a page was cleared for what is joined.
func (m *model) stored(op engine.Op, key int, r record, given, got uint64, status engine.Status, was bool) {
	it := m.look(key)
	if (it != nil || was) && (status == engine.NotStored || status == engine.NoMemory) && (op == engine.OpAppend || op == engine.OpPrepend) {
		m.w.saw(sawJoinRefused)
		if m.w.plan.roomy() && len(it.value)+len(r.value) < m.w.plan.pageSize-itemRest {
			m.w.fail("key %d cannot be joined, though there is memory", key)
		}
		return // the two do not fit together, or there is no memory: what was there stays, or has been evicted by others
	}
	it = m.mayHaveGone("store", key, it, status, m.mayStore(op, it, given), m.mayStore(op, nil, given))
	switch {
	case status == engine.Exists:
		m.w.saw(sawCASDiffers)
		return
	case status != engine.OK:
		return
	case it != nil && (op == engine.OpAppend || op == engine.OpPrepend):
		m.w.saw(sawJoin)
		first, second := it.value, r.value
		if op == engine.OpPrepend {
			first, second = second, first
		}
		r = record{value: append(append(make([]byte, 0, len(first)+len(second)), first...), second...), flags: it.flags, exptime: it.exptime}
	}
	r.cas = m.fresh(got)
	m.put(key, r)
}

// itemRest is more than an item ever takes beside its value.
const itemRest = 400

// mayStore is the status of a Store in view of the item there.
func (m *model) mayStore(op engine.Op, it *record, given uint64) engine.Status {
	differs := it != nil && !m.w.plan.noCAS && given != it.cas
	switch op {
	case engine.OpAdd:
		if it != nil {
			return engine.NotStored
		}
	case engine.OpReplace, engine.OpAppend, engine.OpPrepend:
		if it == nil {
			return engine.NotStored
		}
		if op != engine.OpReplace && given != 0 && differs {
			return engine.Exists
		}
	case engine.OpCAS:
		if it == nil {
			return engine.NotFound
		}
		if differs {
			return engine.Exists
		}
	}
	return engine.OK
}

// removed is told of the outcome of a Remove.
func (m *model) removed(key int, given uint64, status engine.Status) {
	it := m.look(key)
	want := engine.NotFound
	if it != nil {
		want = engine.OK
		if given != 0 && given != it.cas {
			want = engine.Exists
		}
	}
	m.mayHaveGone("remove", key, it, status, want, engine.NotFound)
	if status == engine.OK {
		m.drop(key)
	}
}

// touched is told of the outcome of a Touch.
func (m *model) touched(key int, exptime int64, flags uint32, cas uint64, status engine.Status) {
	it := m.look(key)
	want := engine.OK
	if it == nil {
		want = engine.NotFound
	}
	it = m.mayHaveGone("touch", key, it, status, want, engine.NotFound)
	if it == nil || status != engine.OK {
		return
	}
	it.exptime = exptime
	if flags != it.flags || cas != it.cas {
		m.w.fail("touch of key %d: flags %d and CAS %d, want %d and %d", key, flags, cas, it.flags, it.cas)
	}
}

// calculated is told of the outcome of an Arithmetic, and whether there was an item when
// it began: another loop may have changed that while a page was cleared for the result.
func (m *model) calculated(key int, a *engine.Arithmetic, value, cas uint64, status engine.Status, was bool) {
	it := m.look(key)
	if status == engine.NoMemory && !m.w.plan.roomy() && (was || it != nil || a.Create) {
		return
	}
	want, result := m.mayCalculate(it, a)
	if it != nil && (status != want || status == engine.OK && value != result) {
		if gone, initial := m.mayCalculate(nil, a); status == gone && (status != engine.OK || value == initial) {
			m.lose(key)
			it, want, result = nil, gone, initial
		}
	}
	switch {
	case status != want || status == engine.OK && value != result:
		m.w.fail("arithmetic on key %d: status %d and %d, want %d and %d", key, status, value, want, result)
	case status == engine.OK:
		m.noteNumber(key, it, a, result, cas)
	case status == engine.Exists:
		m.w.saw(sawCASDiffers)
	}
}

// mayCalculate is the status and the result of an Arithmetic in view of the item there.
func (m *model) mayCalculate(it *record, a *engine.Arithmetic) (engine.Status, uint64) {
	if it == nil {
		if a.Create {
			return engine.OK, a.Initial
		}
		return engine.NotFound, 0
	}
	if a.CAS != 0 && a.CAS != it.cas {
		return engine.Exists, 0
	}
	n, err := strconv.ParseUint(string(numberIn(it.value)), 10, 64)
	switch {
	case err != nil && len(it.value) > 0:
		return engine.NonNumeric, 0
	case !a.Decrease:
		return engine.OK, n + a.Delta
	}
	return engine.OK, n - min(n, a.Delta)
}

// numberIn returns the part of a value that is read as a number: up to the blanks with which a shorter result was padded.
func numberIn(value []byte) []byte {
	if i := bytes.IndexByte(value, ' '); i >= 0 {
		return value[:i]
	}
	return value
}

// noteNumber stores the result of an Arithmetic.
func (m *model) noteNumber(key int, old *record, a *engine.Arithmetic, result, cas uint64) {
	r := record{value: strconv.AppendUint(nil, result, 10), cas: m.fresh(cas)}
	if old == nil {
		r.exptime = int64(a.Exptime)
	} else {
		r.flags, r.exptime = old.flags, old.exptime
		if len(r.value) > len(old.value) {
			m.w.saw(sawGrownNumber)
		}
		for len(r.value) < len(old.value) {
			r.value = append(r.value, ' ')
		}
	}
	m.put(key, r)
}

// difference describes where two byte strings differ.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	return fmt.Sprintf("%d bytes, want %d; at %d %.60q, want %.60q", len(got), len(want), i, got[i:], want[i:])
}
