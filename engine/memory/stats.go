package memory

import (
	"fmt"
	"strconv"

	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// emitter receives a figure: see engine.Stats.
type emitter = func(name, value string)

// Stats reports the groups that engine.Query lists. Every figure is true at the moment when its class was looked at;
// classes are looked at one after the other.
func (e *Engine) Stats(q engine.Query, emit func(name, value string)) engine.Status {
	groups := map[string]func(engine.Query, emitter){
		"":          e.statsGeneral,
		"items":     e.statsItems,
		"slabs":     e.statsSlabs,
		"sizes":     e.statsSizes,
		"cachedump": e.statsCachedump,
		"reset":     e.statsReset,
		"gocached":  e.statsOwn,
		"memory":    e.statsMemory,
		"modern":    e.statsModern,
	}
	group := groups[q.Group]
	if group == nil {
		return engine.Unsupported
	}
	e.now() // a flush that is due comes first
	group(q, emit)
	return engine.OK
}

// view is what statistics need of a class, copied under its lock.
type view struct {
	id, size, perPage, pages int
	free, unused, items      int
	bytes                    uint64
	age                      uint32
	counts                   counts
	hits, incr, decr, badval uint64
}

func (e *Engine) view(c *class, now clock.Time) view {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	v := view{
		id: c.chunks.ID, size: c.chunks.Size, perPage: c.chunks.PerPage, pages: c.chunks.Pages(),
		free: c.chunks.Free(), unused: c.chunks.Unused(), items: c.living.items, bytes: c.living.bytes, counts: c.counts,
	}
	c.tallies.read(&v)
	v.age = e.age(c, now)
	return v
}

// age returns for how long the oldest living item of the class was not used. If there are many others at the tail it is that
// of one of them. Needs the class lock.
func (e *Engine) age(c *class, now clock.Time) (age uint32) {
	ref := c.list.Tail
	for n := tries; ref != slab.None && n > 0; n-- {
		h := e.at(ref)
		age = h.Idle(now)
		if !e.expired(h, now) {
			break
		}
		ref = c.list.Before(e.arena, ref)
	}
	return age
}

// views calls f for each class.
func (e *Engine) views(f func(v view)) {
	now := e.clock.Now()
	for i := range e.classes[1:] {
		f(e.view(&e.classes[i+1], now))
	}
}

func text[N int | int64 | uint32 | uint64](n N) string { return fmt.Sprint(n) }

// general is a row of the statistics without a group: its name, and what a class adds to it.
var general = []struct {
	name string
	of   func(v *view) uint64
}{
	{"bytes", func(v *view) uint64 { return v.bytes }},
	{"curr_items", func(v *view) uint64 { return uint64(v.items) }},
	{"total_items", func(v *view) uint64 { return v.counts.linked }},
	{"evictions", func(v *view) uint64 { return v.counts.unlinked[evicted] }},
	{"reclaimed", func(v *view) uint64 { return v.counts.unlinked[reclaimed] }},
}

func (e *Engine) statsGeneral(_ engine.Query, emit emitter) {
	sums := make([]uint64, len(general))
	e.views(func(v view) {
		for i := range general {
			sums[i] += general[i].of(&v)
		}
	})
	for i, row := range general {
		emit(row.name, text(sums[i]))
	}
}

// itemRows are the rows of a class in the group "items". memcached 1.4.5 prints under age the second at which the oldest
// item was last used, since the start of the server; its documents, and all other versions, have for how long it was not.
// That is what is printed here.
var itemRows = []struct {
	name string
	of   func(v *view) uint64
}{
	{"number", func(v *view) uint64 { return uint64(v.items) }},
	{"age", func(v *view) uint64 { return uint64(v.age) }},
	{"evicted", func(v *view) uint64 { return v.counts.unlinked[evicted] }},
	{"evicted_nonzero", func(v *view) uint64 { return v.counts.nonzero }},
	{"evicted_time", func(v *view) uint64 { return uint64(v.counts.evictedTime) }},
	{"outofmemory", func(v *view) uint64 { return v.counts.outOfMemory }},
	{"tailrepairs", func(*view) uint64 { return 0 }}, // nothing can leak here
	{"reclaimed", func(v *view) uint64 { return v.counts.unlinked[reclaimed] }},
}

func (e *Engine) statsItems(_ engine.Query, emit emitter) {
	e.views(func(v view) {
		if v.items == 0 {
			return
		}
		for _, row := range itemRows {
			emit("items:"+strconv.Itoa(v.id)+":"+row.name, text(row.of(&v)))
		}
	})
}

// slabRows are the rows of a class in the group "slabs".
var slabRows = []struct {
	name string
	of   func(v *view) uint64
}{
	{"chunk_size", func(v *view) uint64 { return uint64(v.size) }},
	{"chunks_per_page", func(v *view) uint64 { return uint64(v.perPage) }},
	{"total_pages", func(v *view) uint64 { return uint64(v.pages) }},
	{"total_chunks", func(v *view) uint64 { return uint64(v.pages * v.perPage) }},
	{"used_chunks", func(v *view) uint64 { return uint64(v.pages*v.perPage - v.free - v.unused) }},
	{"free_chunks", func(v *view) uint64 { return uint64(v.free) }},
	{"free_chunks_end", func(v *view) uint64 { return uint64(v.unused) }},
	{"mem_requested", func(v *view) uint64 { return v.counts.requested }},
	{"get_hits", func(v *view) uint64 { return v.hits }},
	{"cmd_set", func(v *view) uint64 { return v.counts.sets }},
	{"delete_hits", func(v *view) uint64 { return v.counts.unlinked[removed] }},
	{"incr_hits", func(v *view) uint64 { return v.incr }},
	{"decr_hits", func(v *view) uint64 { return v.decr }},
	{"cas_hits", func(v *view) uint64 { return v.counts.unlinked[swapped] }},
	{"cas_badval", func(v *view) uint64 { return v.badval }},
}

func (e *Engine) statsSlabs(_ engine.Query, emit emitter) {
	active, malloced := 0, e.initial
	e.views(func(v view) {
		if v.pages == 0 {
			return
		}
		active++
		malloced += uint64(v.pages * v.perPage * v.size)
		for _, row := range slabRows {
			emit(strconv.Itoa(v.id)+":"+row.name, text(row.of(&v)))
		}
	})
	emit("active_slabs", text(active))
	emit("total_malloced", text(malloced))
}

// statsReset zeroes the counters of every class, but not the gauges.
func (e *Engine) statsReset(engine.Query, emitter) {
	for i := range e.classes {
		c := &e.classes[i]
		c.mu.Lock()
		c.counts = counts{requested: c.counts.requested}
		c.tallies.reset()
		c.mu.Unlock()
	}
}

// statsOwn reports what only this engine has.
func (e *Engine) statsOwn(_ engine.Query, emit emitter) {
	var promotions, searches uint64
	e.views(func(v view) {
		promotions += v.counts.promotions
		searches += v.counts.searches
	})
	pages, left := e.arena.Pages(), e.arena.Left()
	emit("engine", e.Info().Name)
	emit("header_bytes", text(item.ShapeOf(0, 0, false, e.noCAS).Size(0)))
	emit("hash_items", text(e.table.Items()))
	emit("hash_power_level", text(e.table.Power()))
	emit("hash_buckets", text(int64(1)<<e.table.Power()))
	emit("hash_is_expanding", text(yes(e.table.Growing())))
	emit("hash_expansions", text(e.table.Expansions()))
	emit("page_size", text(e.itemMax))
	emit("pages_total", text(pages))
	emit("pages_used", text(pages-left))
	emit("pages_free", text(left))
	emit("pages_donated", text(e.donated.Load()))
	emit("pages_balanced", text(e.balancer.moved.Load()))
	emit("pages_lent", text(e.lending.pages.Load()))
	emit("lru_promotions", text(promotions))
	emit("expired_searches", text(searches))
	emit("flushes", text(e.flush.count.Load()))
	emit("cas_last", text(e.cas.Load()))
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}
