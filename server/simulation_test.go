package server

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gocached/server/oplog"
)

// The simulation runs the server's own code, from gnet's events to the system calls, and the engine, in worlds of which
// everything follows from a seed: see world. A seed that fails is played again by the command that the failure names.
//
//	go test ./server -run '^TestSimulation$' -sim.seeds 100000 -v
var (
	simSeeds = flag.Int("sim.seeds", 0, "how many seeds TestSimulation plays (0: as many as a test should)")
	simStart = flag.Uint64("sim.start", 1, "the first of them")
	simSteps = flag.Int("sim.steps", 1500, "how many steps each world lives")
)

// The numbers of seeds that TestSimulation plays without being told how many.
const (
	seedsUsual = 400
	seedsShort = 30
)

// TestSimulation plays many seeds. What must have happened in some of them is asserted if there were enough.
func TestSimulation(t *testing.T) {
	t.Parallel()
	seeds := *simSeeds
	switch {
	case seeds > 0:
	case testing.Short():
		seeds = seedsShort
	default:
		seeds = seedsUsual
	}
	began := time.Now()
	p := playSeeds(*simStart, seeds, *simSteps)
	took := time.Since(began)
	if p.failure != "" {
		t.Fatal(p.failure)
	}
	t.Logf("%d seeds in %v, %.0f a second; hash of all events %x\n%s", seeds, took.Round(time.Millisecond),
		float64(seeds)/took.Seconds(), p.hash, p.tally.String())
	if missing := p.tally.missing(); seeds >= seedsUsual && len(missing) > 0 {
		t.Errorf("never seen: %s", strings.Join(missing, ", "))
	}
}

// TestSimulationRepeats: the same seed gives the same run, event for event.
func TestSimulationRepeats(t *testing.T) {
	for seed := range uint64(10) {
		first, second := playSeed(seed, *simSteps), playSeed(seed, *simSteps)
		if first.trace.hash != second.trace.hash || first.trace.count != second.trace.count {
			t.Fatalf("seed %d: %d events with hash %x, then %d with %x", seed, first.trace.count, first.trace.hash,
				second.trace.count, second.trace.hash)
		}
	}
}

// playing is what came of many seeds.
type playing struct {
	mu      sync.Mutex
	tally   tally
	hash    uint64 // of all traces, the same in whatever order they were played
	failure string // of the lowest seed that failed
	failed  uint64
}

// worldsGC is how much the heap grows between two collections, in percent.
const worldsGC = 1000

// playSeeds plays seeds on all processors, up to the first that fails.
func playSeeds(start uint64, seeds, steps int) *playing {
	defer debug.SetGCPercent(debug.SetGCPercent(worldsGC)) // a world is short, and nearly all it makes is garbage at its end
	p := &playing{failed: start + uint64(seeds)}
	var next atomic.Uint64
	next.Store(start)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			stage := newStage()
			defer stage.close()
			for p.goesOn() {
				seed := next.Add(1) - 1
				if seed >= start+uint64(seeds) {
					return
				}
				p.note(seed, stage, stage.play(seed, steps))
			}
		})
	}
	workers.Wait()
	return p
}

func (p *playing) goesOn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failure == ""
}

func (p *playing) note(seed uint64, s *stage, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.add(&s.tally)
	p.hash ^= s.trace.hash
	if err != nil && seed < p.failed {
		p.failed = seed
		p.failure = fmt.Sprintf("seed %d: %v\nthe last events:\n%s%splay it again: go test ./server -run '^TestSimulation$' -sim.start %d -sim.seeds 1 -sim.steps %d",
			seed, err, s.trace.String(), s.logged(), seed, s.steps)
	}
}

// stage is what one world after another uses.
type stage struct {
	trace trace
	tally tally
	steps int
	lines *lastLines
	log   *oplog.Log
}

func newStage() *stage {
	s := &stage{lines: new(lastLines)}
	s.log = oplog.New(s.lines)
	return s
}

func (s *stage) close() { _ = s.log.Close() }

// maxWorldPause is far longer than nothing may happen in a world, on however busy a machine. It only bounds a hang within the
// server or the engine.
const maxWorldPause = 2 * time.Minute

// watch sees to it that a hang names its seed, until stop is closed.
func (s *stage) watch(seed uint64, stop <-chan struct{}) {
	ticks := time.NewTicker(maxWorldPause)
	defer ticks.Stop()
	for seen := int64(-1); ; {
		select {
		case <-stop:
			return
		case <-ticks.C:
		}
		before := seen
		if seen = s.trace.seen.Load(); seen == before {
			panic(fmt.Sprintf("seed %d hangs", seed))
		}
	}
}

// play plays one seed.
func (s *stage) play(seed uint64, steps int) error {
	s.steps = steps
	stop := make(chan struct{})
	defer close(stop)
	go s.watch(seed, stop)
	w := newWorld(seed, steps, s.log, &s.trace, nil)
	err := w.run()
	s.tally = w.tally
	return err
}

// logged returns what the server has logged last. The stage is not used after it.
func (s *stage) logged() string {
	s.close()
	return s.lines.String()
}

func playSeed(seed uint64, steps int) *stage {
	s := newStage()
	defer s.close()
	_ = s.play(seed, steps)
	return s
}

// lastLines keeps the last of what is written to it.
type lastLines struct {
	mu sync.Mutex
	b  []byte
}

func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b = append(l.b, p...)
	if n := len(l.b) - 4000; n > 4000 {
		l.b = append(l.b[:0], l.b[n:]...)
	}
	return len(p), nil
}

func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.b) == 0 {
		return ""
	}
	return "the server's log ends:\n" + string(l.b) + "\n"
}
