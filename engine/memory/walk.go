package memory

import (
	"slices"
	"strconv"
	"unsafe"

	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// walkLimit is how many items a call of a walk emits when no limit was given, or a greater one: it bounds how long a call takes
// and what it gathers. A call makes no more scans than that either, in which there may be nothing to emit.
const walkLimit = 1 << 10

// walk is one call of a walk over all items: what is to be emitted when no stripe is locked.
type walk struct {
	e    *Engine
	now  clock.Time
	unix int64 // now
	text []byte
	ends []int // in text: of a key, of its value, of the next key, and so on
}

// statsMetadump walks over all items and shows what is known of them.
func (e *Engine) statsMetadump(q engine.Query, emit emitter) { e.walk(q, emit, (*walk).describe) }

// statsMgdump walks over all items and shows how their keys were spelled.
func (e *Engine) statsMgdump(q engine.Query, emit emitter) { e.walk(q, emit, (*walk).spell) }

// walk emits the next items of a walk. value appends what is shown of an item to the text. It scans the hash table, where an item
// stays in its place when pages move, and locks one stripe at a time.
func (e *Engine) walk(q engine.Query, emit emitter, value func(*walk, *class, *item.Header)) {
	limit := q.Limit
	if limit <= 0 || limit > walkLimit {
		limit = walkLimit
	}
	w, _ := e.walks.Get().(*walk)
	if w == nil {
		w = &walk{e: e}
	}
	defer e.walks.Put(w)
	w.now, w.unix, w.text, w.ends = e.clock.Now(), e.clock.Unix(), w.text[:0], w.ends[:0]
	for scans := 0; scans < limit && len(w.ends) < 2*limit && !q.Cursor.Done; scans++ {
		q.Cursor.At = e.table.Scan(q.Cursor.At, func(r slab.Ref, h *item.Header) {
			c := e.classOf(r)
			if e.expired(h, w.now) || q.Classes != nil && !slices.Contains(q.Classes, c.nominal) {
				return
			}
			w.text = append(w.text, h.Key()...)
			w.ends = append(w.ends, len(w.text))
			value(w, c, h)
			w.ends = append(w.ends, len(w.text))
		})
		q.Cursor.Done = q.Cursor.At == 0
	}
	w.emit(emit)
}

// emit emits what was gathered.
func (w *walk) emit(emit emitter) {
	text, from := unsafe.String(unsafe.SliceData(w.text), len(w.text)), 0
	for i := 0; i < len(w.ends); i += 2 {
		emit(text[from:w.ends[i]], text[w.ends[i]:w.ends[i+1]])
		from = w.ends[i+1]
	}
}

// describe appends what memcached's metadump shows of an item.
func (w *walk) describe(c *class, h *item.Header) {
	ends := int64(-1)
	if t := h.Exptime(); t != clock.Never {
		ends = w.unix + int64(t) - int64(w.now)
	}
	fetched := " fetch=no cls="
	if h.Fetched() {
		fetched = " fetch=yes cls="
	}
	b := strconv.AppendInt(append(w.text, "exp="...), ends, 10)
	b = strconv.AppendInt(append(b, " la="...), w.unix-int64(h.Idle(w.now)), 10)
	b = strconv.AppendUint(append(b, " cas="...), h.CAS(), 10)
	b = strconv.AppendInt(append(b, fetched...), int64(c.nominal), 10)
	b = strconv.AppendInt(append(b, " size="...), int64(h.ModernSize()), 10)
	w.text = strconv.AppendUint(append(b, " flags="...), uint64(h.Flags()), 10)
}

// spell appends what a client must add to a get of the key.
func (w *walk) spell(_ *class, h *item.Header) {
	if h.Base64() {
		w.text = append(w.text, 'b')
	}
}
