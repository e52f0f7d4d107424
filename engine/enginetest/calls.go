package enginetest

import (
	"bytes"

	"gocached/clock"
	"gocached/engine"
	"gocached/internal/eventually"
)

// Found is what a get brought.
type Found struct {
	Value string
	Flags uint32
	CAS   uint64
	Hit   bool
}

// Recorder is a Reader that keeps what it is shown. It copies values, and keeps those that were lent.
type Recorder struct {
	Order []int
	Found []Found
	Lent  []engine.Item
	Stop  int // after so many hits it wants no more; 0 is never
	hits  int
}

// Hit notes a hit.
func (r *Recorder) Hit(i int, h engine.Hit) bool {
	r.Order = append(r.Order, i)
	r.Found = append(r.Found, Found{string(h.Value), h.Flags, h.CAS, true})
	if h.Lent != 0 {
		r.Lent = append(r.Lent, h.Item())
	}
	r.hits++
	return r.hits != r.Stop
}

// Miss notes a miss.
func (r *Recorder) Miss(i int) {
	r.Order = append(r.Order, i)
	r.Found = append(r.Found, Found{})
}

// Put stores a value and returns what Store returned; an Allocate that fails is its status.
func (h *Harness) Put(op engine.Op, key, value string, flags uint32, exptime clock.Time, cas uint64) (uint64, engine.Status) {
	return h.PutChosen(op, key, value, flags, exptime, cas, 0)
}

// PutChosen is Put with a CAS that the client chooses, if op has engine.WithCAS.
func (h *Harness) PutChosen(op engine.Op, key, value string, flags uint32, exptime clock.Time, cas, chosen uint64) (uint64, engine.Status) {
	if h.Drafts {
		return h.Store(engine.Item{
			Value: []byte(value), CAS: chosen, Draft: &engine.Draft{Key: []byte(key), Flags: flags, Exptime: exptime},
		}, op, cas)
	}
	it, status := h.Allocate([]byte(key), len(value), flags, exptime, op)
	if status != engine.OK {
		return 0, status
	}
	if len(it.Value) != len(value) || it.Ref == 0 {
		h.Errorf("Allocate of %d bytes returned %d, ref %d", len(value), len(it.Value), it.Ref)
	}
	copy(it.Value, value)
	it.CAS = chosen
	newCAS, status := h.Store(it, op, cas)
	if status == engine.NoMemory {
		h.Release(it)
	}
	return newCAS, status
}

// Set stores a value that must be stored.
func (h *Harness) Set(key, value string) (cas uint64) {
	h.Helper()
	cas, status := h.Put(engine.OpSet, key, value, 0, clock.Never, 0)
	h.Expect("set "+key, status, engine.OK)
	return cas
}

// Look gets one key, and gives back what it was lent.
func (h *Harness) Look(key string) Found {
	var r Recorder
	n := h.Get([]engine.Key{{Bytes: []byte(key)}}, &r)
	if n != 1 || len(r.Found) != 1 {
		h.Errorf("Get of one key answered %d, showed %d", n, len(r.Found))
		return Found{}
	}
	h.giveBack(&r)
	return r.Found[0]
}

func (h *Harness) giveBack(r *Recorder) {
	for _, it := range r.Lent {
		h.Release(it)
	}
	r.Lent = nil
}

// Delete removes an item, whatever its CAS.
func (h *Harness) Delete(key string) engine.Status {
	return h.Remove([]byte(key), engine.Removal{})
}

// Has expects a value under a key.
func (h *Harness) Has(key, value string) {
	h.Helper()
	got := h.Look(key)
	h.Expect("hit of "+key, got.Hit, true)
	h.Expect("value of "+key, got.Value, value)
}

// Lacks expects a miss.
func (h *Harness) Lacks(key string) {
	h.Helper()
	h.Expect("hit of "+key, h.Look(key).Hit, false)
}

// Soon waits until something is so that the engine does by itself.
func (h *Harness) Soon(what string, ok func() bool) {
	h.Helper()
	eventually.True(h, what, ok)
}

// Figures returns a group of statistics, as names in order and as a map.
func (h *Harness) Figures(q engine.Query) (names []string, values map[string]string) {
	h.Helper()
	values = make(map[string]string)
	status := h.Stats(q, func(name, value string) {
		name = string(bytes.Clone([]byte(name)))
		names = append(names, name)
		values[name] = value
	})
	h.Expect("stats "+q.Group, status, engine.OK)
	return names, values
}
