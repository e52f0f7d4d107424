package memory

import (
	"strconv"

	"gocached/engine"
	"gocached/figure"
)

// generalOf is what a class adds to each of engine.General.
var generalOf = [len(engine.General)]func(v *view) uint64{
	func(v *view) uint64 { return v.bytes },
	func(v *view) uint64 { return uint64(v.items) },
	func(v *view) uint64 { return v.counts.linked },
	func(v *view) uint64 { return v.counts.unlinked[evicted] },
	func(v *view) uint64 { return v.counts.unlinked[reclaimed] },
}

func (e *Engine) statsGeneral(_ engine.Query, emit emitter) {
	var sums [len(generalOf)]uint64
	e.views(func(v view) {
		for i, of := range generalOf {
			sums[i] += of(&v)
		}
	})
	for i, row := range engine.General {
		emit(row.Name, text(sums[i]))
	}
}

// ofItem and ofSlab return a row of a class, in the group "items" or "slabs".
func ofItem(name string, kind figure.Kind, unit figure.Unit, text string, of func(*view) uint64) row[*view] {
	return row[*view]{figure.New("items:{class}:"+name, kind, unit, text), of}
}

func ofSlab(name string, kind figure.Kind, unit figure.Unit, text string, of func(*view) uint64) row[*view] {
	return row[*view]{figure.New("{class}:"+name, kind, unit, text), of}
}

// itemRows are the rows of a class in the group "items". memcached 1.4.5 prints as age the second, since the start of the
// server, in which the oldest item was last used. Its documents and all other versions mean for how long the item has not been
// used. So does this.
var itemRows = []row[*view]{
	ofItem("number", figure.Gauge, figure.Items, "Items that are stored.",
		func(v *view) uint64 { return uint64(v.items) }),
	ofItem("age", figure.Gauge, figure.Seconds, "For how long the oldest item has not been used.",
		func(v *view) uint64 { return uint64(v.age) }),
	ofItem("evicted", figure.Counter, figure.Items, "Items thrown out alive, to make room for others.",
		func(v *view) uint64 { return v.counts.unlinked[evicted] }),
	ofItem("evicted_nonzero", figure.Counter, figure.Items, "Those of them that would have expired some day.",
		func(v *view) uint64 { return v.counts.nonzero }),
	ofItem("evicted_time", figure.Gauge, figure.Seconds, "For how long the last of them had not been used.",
		func(v *view) uint64 { return uint64(v.counts.evictedTime) }),
	ofItem("outofmemory", figure.Counter, figure.None, "Times there was no memory for an item of this size.",
		func(v *view) uint64 { return v.counts.outOfMemory }),
	ofItem("tailrepairs", figure.Counter, figure.Items, "Always 0: no item is ever left behind.",
		func(*view) uint64 { return 0 }),
	ofItem("reclaimed", figure.Counter, figure.Items, "Items whose memory was taken back since their time was over.",
		func(v *view) uint64 { return v.counts.unlinked[reclaimed] }),
}

func (e *Engine) statsItems(_ engine.Query, emit emitter) {
	e.views(func(v view) {
		if v.items > 0 {
			emitClass(itemRows, &v, emit)
		}
	})
}

// emitClass emits the rows of one class.
func emitClass(rows []row[*view], v *view, emit emitter) {
	number := strconv.Itoa(v.id)
	for _, r := range rows {
		emit(r.Named(number), text(r.of(v)))
	}
}

// slabRows are the rows of a class in the group "slabs".
var slabRows = []row[*view]{
	ofSlab("chunk_size", figure.Gauge, figure.Bytes, "Bytes of a chunk, which holds one item.",
		func(v *view) uint64 { return uint64(v.size) }),
	ofSlab("chunks_per_page", figure.Gauge, figure.Chunks, "Chunks in a page.",
		func(v *view) uint64 { return uint64(v.perPage) }),
	ofSlab("total_pages", figure.Gauge, figure.Pages, "Pages of the size of the largest item that the class would own in memcached 1.4.5.",
		func(v *view) uint64 { return uint64(v.pages()) }),
	ofSlab("total_chunks", figure.Gauge, figure.Chunks, "Chunks in them.",
		func(v *view) uint64 { return uint64(v.pages() * v.perPage) }),
	ofSlab("used_chunks", figure.Gauge, figure.Chunks, "Chunks in use.",
		func(v *view) uint64 { return uint64(v.used) }),
	ofSlab("free_chunks", figure.Gauge, figure.Chunks, "Chunks that were given back and wait to be used again.",
		func(v *view) uint64 { return uint64(v.free) }),
	ofSlab("free_chunks_end", figure.Gauge, figure.Chunks, "Chunks at the end of the newest page that were never used.",
		func(v *view) uint64 { return uint64(v.pages()*v.perPage - v.used - v.free) }),
	ofSlab("mem_requested", figure.Gauge, figure.Bytes,
		"Bytes of what is in the chunks in use, each item as large as it would be in memcached 1.4.5.",
		func(v *view) uint64 { return v.counts.requested }),
	ofSlab("get_hits", figure.Counter, figure.Keys, "Keys that were asked for and found.",
		func(v *view) uint64 { return v.hits }),
	ofSlab("cmd_set", figure.Counter, figure.Items, "Items that clients stored, or tried to.",
		func(v *view) uint64 { return v.counts.sets }),
	ofSlab("delete_hits", figure.Counter, figure.Items, "Items that clients deleted.",
		func(v *view) uint64 { return v.counts.unlinked[removed] }),
	ofSlab("incr_hits", figure.Counter, figure.Requests, "Numbers that were incremented.",
		func(v *view) uint64 { return v.incr }),
	ofSlab("decr_hits", figure.Counter, figure.Requests, "Numbers that were decremented.",
		func(v *view) uint64 { return v.decr }),
	ofSlab("cas_hits", figure.Counter, figure.Items, "Items that gave way to a cas.",
		func(v *view) uint64 { return v.counts.unlinked[swapped] }),
	ofSlab("cas_badval", figure.Counter, figure.Requests, "Stores by cas that failed since the item had been changed.",
		func(v *view) uint64 { return v.badval }),
}

func (e *Engine) statsSlabs(_ engine.Query, emit emitter) {
	active, malloced := uint64(0), e.initial
	e.views(func(v view) {
		if v.pages() > 0 {
			active++
			malloced += uint64(v.pages() * v.perPage * v.size)
			emitClass(slabRows, &v, emit)
		}
	})
	for i, n := range [len(engine.SlabTotals)]uint64{active, malloced} {
		emit(engine.SlabTotals[i].Name, text(n))
	}
}
