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
	"gocached/slab"
)

// Engine stores items in memory of its own, up to a limit, and evicts by a policy: -o lru. It implements
// engine.Engine; doc.go says how it works inside.
type Engine struct {
	clock    *clock.Clock
	noCAS    bool
	noEvict  bool
	itemMax  int
	lendFrom int
	started  int64 // Unix time at which the clock stood at 0, for cachedump
	initial  uint64

	arena   *slab.Arena
	table   *assoc.Table
	classes []class // by number; 0 is no class
	finder  finder
	ghosts  *slab.Memory // see package lru

	flush     flusher
	lending   pins // what Get lends
	receiving pins // what Allocate hands out to be filled gradually

	_   [cacheLine]byte // all calls read the fields above; every change writes the CAS
	cas counter         // the last CAS given out
	_   [cacheLine]byte

	misses misses
	curve  curve.Curve
	limit  int64 // bytes that items may take, for the curve

	due      due
	reaper   reaper
	balancer balancer
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
	sizes := slab.Sizes(s.ItemMax, s.ChunkMin, s.Factor)
	limit := s.MemoryLimit - int64(min(s.InitialMalloc, uint64(max(0, s.MemoryLimit))))
	arena, huge, err := slab.NewArena(slab.Config{Limit: limit, PageSize: s.ItemMax, ChunkSmall: sizes[0]})
	if err != nil {
		return fmt.Errorf("memory: reserve memory for items: %w", err)
	}
	if huge != nil && s.LargePages {
		s.Warn(fmt.Sprintf("large pages are not available: %v", huge))
	}
	if limit/int64(s.ItemMax) > int64(arena.Pages()) {
		s.Warn(fmt.Sprintf("the memory limit of %d MB is cut to %d MB, as no more chunks of this size can be numbered",
			s.MemoryLimit>>20, int64(arena.Pages())*int64(s.ItemMax)>>20))
	}
	table, err := e.newTable(arena)
	if err != nil {
		return errors.Join(fmt.Errorf("memory: reserve the hash table: %w", err), arena.Close())
	}
	e.clock, e.arena, e.table = s.Clock, arena, table
	e.noCAS, e.noEvict, e.itemMax = s.NoCAS, s.NoEvict, s.ItemMax
	e.lendFrom, e.initial = s.LendFrom, s.InitialMalloc
	e.started = s.Clock.UnixOf(0)
	e.classes = makeClasses(sizes, s.ItemMax)
	e.finder.init(sizes)
	e.lending.init(arena.Pages(), lentShare)
	e.receiving.init(arena.Pages(), gradualShare)
	if err := e.due.init(arena.Pages(), arena.Bits()); err != nil {
		return errors.Join(fmt.Errorf("memory: reserve memory for bounds: %w", err), table.Close(), arena.Close())
	}
	if err := e.startPolicies(s.Options[lruOption], limit); err != nil {
		return errors.Join(err, e.due.close(), table.Close(), arena.Close())
	}
	e.startCurve(limit)
	e.startBalancer()
	e.startReaper()
	return nil
}

// Shutdown gives the memory back.
func (e *Engine) Shutdown(context.Context) error {
	e.stopReaper()
	e.stopBalancer()
	return errors.Join(e.table.Close(), e.due.close(), e.ghosts.Free(), e.arena.Close())
}

func (e *Engine) at(r slab.Ref) *item.Header { return item.At(e.arena, r) }

func (e *Engine) classOf(r slab.Ref) *class { return &e.classes[e.arena.ClassOf(r)] }

// expired is item.Expired as of now.
func (e *Engine) expired(h *item.Header, now clock.Time) bool {
	return h.Expired(now, e.flush.horizon.Load())
}
