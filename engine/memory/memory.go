package memory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"gocached/assoc"
	"gocached/clock"
	"gocached/curve"
	"gocached/engine"
	"gocached/item"
	"gocached/lru"
	"gocached/slab"
)

// Engine stores items in memory of its own, up to a limit, and evicts by a policy: -o lru. It implements
// engine.Engine; doc.go says how it works inside.
type Engine struct {
	clock        *clock.Clock
	noCAS        bool
	noEvict      bool
	itemMax      int
	lendFrom     int
	longest      int           // pages of the longest run
	releaseAfter clock.Time    // seconds after which the memory of unused pages goes back to the system; 0 is never
	options      engine.Values // what -o chose, and the defaults for the rest
	started      int64         // Unix time at which the clock stood at 0, for cachedump
	initial      uint64

	arena   *slab.Arena
	table   *assoc.Table
	classes []class // by number; 0 is no class
	sizes   sizes
	ghosts  *lru.GhostMemory

	flush     flusher
	lending   pins // what Get lends
	receiving pins // what Allocate hands out to be filled gradually

	_   [cacheLine]byte // all calls read the fields above; every change writes the CAS
	cas counter         // the last CAS given out
	_   [cacheLine]byte

	misses misses
	curve  curve.Curve
	sample *slab.Memory // what the curve needs
	walks  sync.Pool    // of *walk
	limit  atomic.Int64 // bytes that items may take

	due      due
	reaper   reaper
	balancer balancer
	resizer  resizer
	simulate *Simulation // see Simulate
	checker  selfChecker // nothing but in builds with the tag gocachedcheck

	empty   atomic.Int64 // pages that belong to a class and have no chunk in use
	surplus atomic.Int64 // how many of those others may take before they evict anything

	moving  sync.Mutex           // held while a page changes hands; before every other lock
	donated counter              // pages that changed hands
	scarce  [theOnly + 1]counter // by sacrifice: the moment at which no class had a page to give
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine that waits for Initialize.
func New() *Engine { return &Engine{} }

// Info describes the engine. It never blocks.
func (e *Engine) Info() engine.Info {
	return engine.Info{
		Name: "memory", Version: "1.0", Features: []string{"cas", "lru", "lend", "page donors"}, Figures: figureRows, Options: options,
	}
}

// Initialize reserves the memory. It always asks the system for huge pages, and works without them. It warns that there are
// none only with -L.
func (e *Engine) Initialize(s engine.Settings) error {
	if s.Clock == nil || s.ItemMax < 1 || s.ItemMax > slab.MaxPage || s.ChunkMin < 1 || s.Factor <= 1 {
		return errors.New("memory: settings without a clock, or with sizes that make no classes")
	}
	limit := s.MemoryLimit - int64(min(s.InitialMalloc, uint64(max(0, s.MemoryLimit))))
	pageSize := e.pageSize(limit)
	nominal, err := nominalSizes(&s)
	if err != nil {
		return err
	}
	layouts := layouts(&s, nominal, limit, pageSize)
	arena, huge, err := slab.NewArena(slab.Config{
		Limit: limit, Reserve: reserveFor(&s, limit), PageSize: pageSize, ChunkSmall: layouts[0].Size, Chunks: mostChunks(layouts, pageSize),
		ChunkLarge: layouts[len(layouts)-1].Size, Block: blockPages(limit, pageSize, s.ItemMax),
	})
	if err != nil {
		return fmt.Errorf("memory: reserve memory for items: %w", err)
	}
	if huge != nil && s.LargePages {
		s.Warn(fmt.Sprintf("large pages are not available: %v", huge))
	}
	if limit/int64(pageSize) > int64(arena.Pages()) {
		s.Warn(fmt.Sprintf("the memory limit of %d MB is cut to %d MB, as no more chunks of this size can be numbered",
			s.MemoryLimit>>20, int64(arena.Pages())*int64(pageSize)>>20))
	}
	table, err := e.newTable(arena)
	if err != nil {
		return errors.Join(fmt.Errorf("memory: reserve the hash table: %w", err), arena.Close())
	}
	e.clock, e.arena, e.table = s.Clock, arena, table
	e.noCAS, e.noEvict, e.itemMax = s.NoCAS, s.NoEvict, s.ItemMax
	e.lendFrom, e.initial = s.LendFrom, s.InitialMalloc
	e.cas.Store(1) // the first item's is 2, as in memcached 1.6: so a client can name one that is older than any item
	e.started = s.Clock.UnixOf(0)
	e.releaseAfter = clock.Time(s.Options.Number(releaseOption))
	e.options = e.Info().Values(s.Options)
	e.sizes.init(nominal, layouts)
	e.classes = makeClasses(&e.sizes, pageSize)
	e.longest = longestRun(limit, pageSize, s.ItemMax)
	e.lending.init((arena.Most()-1)/e.longest+1, lentShare)
	e.receiving.init((arena.Most()-1)/e.longest+1, gradualShare)
	if err := e.due.init(arena.Most(), arena.Bits()); err != nil {
		return errors.Join(fmt.Errorf("memory: reserve memory for bounds: %w", err), table.Close(), arena.Close())
	}
	if err := e.startPolicies(s.Options[lruOption], limit); err != nil {
		return errors.Join(err, e.due.close(), table.Close(), arena.Close())
	}
	if err := e.startCurve(limit); err != nil {
		return errors.Join(err, e.ghosts.Close(), e.due.close(), table.Close(), arena.Close())
	}
	e.boundPins()
	e.setAutomove(automoveOf(s.Options))
	e.startBalancer()
	e.startReaper()
	e.steer(s.Steering)
	return nil
}

const (
	// A chunk is at most so many times as large as the next smaller one: with much memory there are pages enough for more sizes.
	growthMuch, growthLittle = 1.03, 1.06
	muchMemory               = 64 << 20

	// spanShare is which part of memory, as a divisor, one run of pages may be that has several chunks; but a few pages it may
	// always have.
	spanShare, spanLeast = 128, 8

	// manyBlocks is how many blocks there are at least when they are longer than the longest run. Long ones waste less of their
	// ends.
	manyBlocks = 64

	// fewPages is how many pages there should be, if need be smaller ones.
	fewPages     = 512
	smallestPage = 16 << 10
)

// pageSize returns the bytes of a page for a limit.
func (e *Engine) pageSize(limit int64) int {
	if e.simulate != nil && e.simulate.PageSize > 0 {
		return e.simulate.PageSize
	}
	size := slab.PageSize
	for size > smallestPage && limit/int64(size) < fewPages {
		size /= 2
	}
	return size
}

func growth(limit int64) float64 {
	if limit >= muchMemory {
		return growthMuch
	}
	return growthLittle
}

// spans returns how many pages a run of several chunks may have.
func spans(limit int64, pageSize int) int {
	pages := max(1, limit/int64(pageSize))
	return int(min(max(pages/spanShare, min(spanLeast, (pages+spanLeast-1)/spanLeast)), slab.MaxSpan))
}

// mostChunks returns the most chunks that a run has.
func mostChunks(layouts []slab.Layout, pageSize int) (most int) {
	for _, l := range layouts {
		most = max(most, l.Span*pageSize/l.Size)
	}
	return most
}

// longestRun returns how many pages the longest run has.
func longestRun(limit int64, pageSize, itemMax int) int {
	return max(spans(limit, pageSize), (itemMax+pageSize-1)/pageSize)
}

// blockPages returns how many pages a block should have.
func blockPages(limit int64, pageSize, itemMax int) int {
	pages := longestRun(limit, pageSize, itemMax)
	for limit/int64(pageSize)/int64(2*pages) >= manyBlocks {
		pages *= 2
	}
	return pages
}

// Shutdown gives the memory back.
func (e *Engine) Shutdown(context.Context) error {
	e.stopReaper()
	e.stopBalancer()
	return errors.Join(e.table.Close(), e.due.close(), e.ghosts.Close(), e.sample.Free(), e.arena.Close())
}

func (e *Engine) at(r slab.Ref) *item.Header { return item.At(e.arena, r) }

func (e *Engine) classOf(r slab.Ref) *class { return &e.classes[e.arena.ClassOf(r)] }

// expired is item.Expired as of now.
func (e *Engine) expired(h *item.Header, now clock.Time) bool {
	return h.Expired(now, e.flush.horizon.Load())
}
