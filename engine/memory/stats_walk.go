package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
	"gocached/item"
	"gocached/slab"
)

// sizeStep is the width of a bucket of "sizes" in bytes.
const sizeStep = 32

// sizeRow describes each line of the group "sizes".
var sizeRow = figure.New("{size}", figure.Gauge, figure.Items,
	"Items of this many bytes or up to 31 less, each as large as it would be in memcached 1.4.5.")

// statsSizes counts items by their nominal size. It goes through memory page by page, so that a class is locked only for the
// time of one page. An item that is stored or deleted meanwhile may or may not be counted.
func (e *Engine) statsSizes(_ engine.Query, emit emitter) {
	now := e.clock.Now()
	found := make([]uint64, e.itemMax/sizeStep+2)
	e.arena.EachPage(func(page uint32, number int) {
		c := &e.classes[number]
		c.mu.Lock()
		defer c.mu.Unlock()
		if e.arena.ClassOf(e.arena.Chunk(page, 0)) != number {
			return // changing hands
		}
		e.eachChunk(c, page, func(_ slab.Ref, h *item.Header) {
			if h.State() == item.Linked && !e.expired(h, now) {
				found[(h.NominalSize()+sizeStep-1)/sizeStep]++
			}
		})
	})
	for i, n := range found {
		if n > 0 {
			emit(text(i*sizeStep), text(n))
		}
	}
}

// unix returns the Unix time of an expiry.
func (e *Engine) unix(t clock.Time) int64 { return e.started + int64(t) }
