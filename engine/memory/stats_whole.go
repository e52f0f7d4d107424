package memory

import (
	"gocached/engine"
	"gocached/figure"
	"gocached/item"
)

// whole is what statistics need of the engine as a whole, at one moment.
type whole struct {
	*Engine
	promotions, searches uint64 // of all classes
	unused               int64  // bytes of chunks that were never used
	used                 int64  // bytes of chunks in use
	left                 int    // pages that no class owns
}

func (e *Engine) whole() *whole {
	w := &whole{Engine: e, left: e.arena.Left()}
	e.views(func(v view) {
		w.promotions += v.counts.promotions
		w.searches += v.counts.searches
		w.unused += v.unused
		w.used += v.occupied
	})
	return w
}

// ofWhole returns a row of the engine as a whole.
func ofWhole(name string, kind figure.Kind, unit figure.Unit, text string, of func(*whole) uint64) row[*whole] {
	return row[*whole]{figure.New(name, kind, unit, text), of}
}

// What memcached 1.6 has among its general figures, and "gocached" too.
var (
	hashPower = ofWhole("hash_power_level", figure.Gauge, figure.None, "The hash table has two to this power buckets.",
		func(w *whole) uint64 { return uint64(w.table.Power()) })
	hashGrows = ofWhole("hash_is_expanding", figure.Gauge, figure.None, "1 while the hash table grows, else 0.",
		func(w *whole) uint64 { return yes(w.table.Growing()) })
)

// ownRows are what only this engine has, but for its name.
var ownRows = []row[*whole]{
	ofWhole("header_bytes", figure.Gauge, figure.Bytes, "Bytes of an item beside key, value and flags.",
		func(w *whole) uint64 { return uint64(item.ShapeOf(0, 0, false, w.noCAS).Size(0)) }),
	ofWhole("hash_items", figure.Gauge, figure.Items, "Items in the hash table, those that are over and not yet taken out included.",
		func(w *whole) uint64 { return uint64(w.table.Items()) }),
	hashPower,
	ofWhole("hash_buckets", figure.Gauge, figure.Buckets, "Buckets of the hash table.",
		func(w *whole) uint64 { return 1 << w.table.Power() }),
	hashGrows,
	ofWhole("hash_expansions", figure.Counter, figure.None, "Times the hash table grew.",
		func(w *whole) uint64 { return uint64(w.table.Expansions()) }),
	ofWhole("page_size", figure.Gauge, figure.Bytes, "Bytes of a slab page.",
		func(w *whole) uint64 { return uint64(w.arena.PageSize()) }),
	ofWhole("pages_total", figure.Gauge, figure.Pages, "Slab pages that there may be.",
		func(w *whole) uint64 { return uint64(w.arena.Pages()) }),
	ofWhole("pages_used", figure.Gauge, figure.Pages, "Slab pages that a class owns.",
		func(w *whole) uint64 { return uint64(w.arena.Owned()) }),
	ofWhole("pages_free", figure.Gauge, figure.Pages, "Slab pages that no class owns.",
		func(w *whole) uint64 { return uint64(w.left) }),
	ofWhole("pages_beyond", figure.Gauge, figure.Pages, "Slab pages that are still in use though cache_memlimit has lowered the limit.",
		func(w *whole) uint64 { return uint64(w.arena.Stranded()) }),
	ofWhole("pages_most", figure.Gauge, figure.Pages, "Slab pages that cache_memlimit can allow at most.",
		func(w *whole) uint64 { return uint64(w.arena.Most()) }),
	ofWhole("pages_donated", figure.Counter, figure.Pages,
		"Runs of pages that went to another class when a client needed one: it had none, or had to evict while this one was unused.",
		func(w *whole) uint64 { return w.donated.Load() }),
	ofWhole("pages_balanced", figure.Counter, figure.Pages,
		"Runs of pages that went to a class where they bring more hits.",
		func(w *whole) uint64 { return w.balancer.moved.Load() }),
	ofWhole("items_relocated", figure.Counter, figure.Items, "Items that moved to another chunk when the page in which they lay changed hands.",
		func(w *whole) uint64 { return w.balancer.relocated.Load() }),
	ofWhole("bytes_released", figure.Counter, figure.Bytes, "Bytes of unused pages that were given back to the system.",
		func(w *whole) uint64 { return uint64(w.arena.Released()) }),
	ofWhole("pages_lent", figure.Gauge, figure.None, "Blocks of pages, as long as the largest item or longer, in which a value lies that is being sent from there.",
		func(w *whole) uint64 { return uint64(w.lending.blocks.Load()) }),
	ofWhole("pages_receiving", figure.Gauge, figure.None, "Blocks of pages into which a value is being received that comes in many parts.",
		func(w *whole) uint64 { return uint64(w.receiving.blocks.Load()) }),
	ofWhole("lru_promotions", figure.Counter, figure.None,
		"Times an item that was used since was passed over, where the oldest of its class was to go.",
		func(w *whole) uint64 { return w.promotions }),
	ofWhole("expired_searches", figure.Counter, figure.None, "Times expired items were looked for near the end of a list.",
		func(w *whole) uint64 { return w.searches }),
	ofWhole("flushes", figure.Counter, figure.None, "Times flush_all took effect.",
		func(w *whole) uint64 { return uint64(w.flush.count.Load()) }),
	ofWhole("cas_last", figure.Counter, figure.None, "The last CAS that was given out.",
		func(w *whole) uint64 { return w.cas.Load() }),
}

// memoryRows are what the engine takes from the system. What is in no use goes back after a while (release.go).
var memoryRows = []row[*whole]{
	ofWhole("memory_items", figure.Gauge, figure.Bytes, "Bytes of slab pages that the system has found memory for, "+
		"a few megabytes ahead of need included. They are what -m limits.",
		func(w *whole) uint64 { return uint64(w.arena.Backed(w.unused)) }),
	ofWhole("memory_items_unused", figure.Gauge, figure.Bytes, "Those of them in which no item lies: unused chunks and ends of pages, "+
		"pages that no class owns, and what is ahead of need.",
		func(w *whole) uint64 { return uint64(max(0, w.arena.Backed(w.unused)-w.used)) }),
	ofWhole("memory_hash_table", figure.Gauge, figure.Bytes, "Bytes of the buckets of the hash table, four each, as far as the system "+
		"has found memory for them.",
		func(w *whole) uint64 { return uint64(w.table.Resident()) }),
	ofWhole("memory_page_table", figure.Gauge, figure.Bytes, "Bytes that say which size each slab page is for, and when something "+
		"in it is over: up to 1 % of memory_items, and nearly none where no item expires.",
		func(w *whole) uint64 { return uint64(w.arena.TableBytes() + w.due.bytes()) }),
	ofWhole("memory_ghosts", figure.Gauge, figure.Bytes, "Bytes that tell which items were evicted last, four each.",
		func(w *whole) uint64 { return uint64(w.ghosts.Bytes()) }),
	ofWhole("memory_curve", figure.Gauge, figure.Bytes, "Bytes that the curve takes to follow a sample of the keys.",
		func(w *whole) uint64 { return uint64(w.sample.Resident()) }),
}

// modernRows are general figures of memcached 1.6, under its names.
var modernRows = []row[*whole]{
	hashPower,
	ofWhole("hash_bytes", figure.Gauge, figure.Bytes, "Bytes of the hash table.",
		func(w *whole) uint64 { return uint64(w.table.Bytes()) }),
	hashGrows,
	ofWhole("slabs_moved", figure.Counter, figure.Pages, "Slab pages that went from one class to another.",
		func(w *whole) uint64 { return w.donated.Load() + w.balancer.moved.Load() }),
}

func (e *Engine) statsOwn(_ engine.Query, emit emitter) {
	emit(engine.NameRow.Name, e.Info().Name)
	e.statsChosen(emit)
	e.emitWhole(ownRows, emit)
}

func (e *Engine) statsMemory(_ engine.Query, emit emitter) { e.emitWhole(memoryRows, emit) }

func (e *Engine) statsModern(_ engine.Query, emit emitter) { e.emitWhole(modernRows, emit) }

// emitWhole emits rows of the engine as a whole.
func (e *Engine) emitWhole(rows []row[*whole], emit emitter) {
	w := e.whole()
	for _, r := range rows {
		emit(r.Name, text(r.of(w)))
	}
}

func yes(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
