package bench

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// LoadConfig is the shape of a load: a closed loop, in which each connection sends its next batch when the last one is
// answered in full.
type LoadConfig struct {
	Conns    int           // connections
	Depth    int           // requests in a batch
	Multi    int           // keys in a get
	Value    int           // bytes in a value
	Gets     int           // requests of a hundred that are gets; the others are sets
	Keys     int           // keys, all of which are stored first; each request takes any of them
	Rounds   int           // how often each server gets its turn
	Duration time.Duration // of a turn
	// Progress is told after each turn. It may be nil.
	Progress func(turns int)
}

// Bounds of a load, which also bound the generator's memory.
const (
	maxConns = 10_000
	maxBatch = 100_000 // keys a batch
	maxValue = 1 << 20
	maxKeys  = 1 << 26
)

// Validate says everything that is wrong with the configuration.
func (c LoadConfig) Validate() error {
	var faults []error
	within := func(name string, n, low, high int) {
		if n < low || n > high {
			faults = append(faults, fmt.Errorf("%s is %d, but must be from %d to %d", name, n, low, high))
		}
	}
	within("conns", c.Conns, 1, maxConns)
	within("depth", c.Depth, 1, maxBatch)
	within("multiget", c.Multi, 1, maxBatch)
	within("value", c.Value, 0, maxValue)
	within("gets", c.Gets, 0, 100)
	within("keys", c.Keys, 1, maxKeys)
	within("rounds", c.Rounds, 1, 1000)
	if faults == nil {
		within("keys in a batch", c.Depth*c.Multi, 1, maxBatch)
	}
	if c.Duration < 10*tick {
		faults = append(faults, fmt.Errorf("a turn of %v is too short for a clock with steps of %v", c.Duration, tick))
	}
	return errors.Join(faults...)
}

// Turn is what one server did in one turn.
type Turn struct {
	Requests int64 // answered
	Keys     int64 // asked for or set
	Misses   int64
	Refused  int64 // sets that a full server refused
	Elapsed  time.Duration
	CPU      time.Duration // the server's, user and system; 0 if not known
	Own      time.Duration // the generator's
	Latency  histogram     // of whole batches
}

// LoadResult is what one server did in all its turns.
type LoadResult struct {
	Target Target
	Turns  []Turn
	RSS    uint64 // resident memory at the end, in bytes; 0 if not known
}

// Load fills each server and then lets them work in turn: A B A B, so that whatever else the machine does falls on all
// of them alike. The first wrong answer ends the run with an error.
func Load(targets []Target, cfg LoadConfig) ([]LoadResult, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	results := make([]LoadResult, len(targets))
	generators := make([]*generator, len(targets))
	for i, t := range targets {
		results[i].Target = t
		if err := preload(t, cfg); err != nil {
			return nil, fmt.Errorf("%s: filling it: %w", t.Name, err)
		}
		g, err := newGenerator(t, cfg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		defer g.close()
		generators[i] = g
	}
	for range cfg.Rounds {
		for i, t := range targets {
			turn, rss, err := takeTurn(t, generators[i], cfg.Duration)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.Name, err)
			}
			results[i].Turns = append(results[i].Turns, turn)
			results[i].RSS = rss
			if cfg.Progress != nil {
				cfg.Progress(1)
			}
		}
	}
	return results, nil
}

func takeTurn(t Target, g *generator, d time.Duration) (turn Turn, rss uint64, err error) {
	before, err := t.process()
	if err != nil {
		return turn, 0, err
	}
	own := ownCPU()
	if turn, err = g.run(d); err != nil {
		return turn, 0, err
	}
	turn.Own = ownCPU() - own
	after, err := t.process()
	if before.known && after.known {
		turn.CPU = after.cpu - before.cpu
	}
	return turn, after.rss, err
}

// Rate is how many requests were answered in a second.
func (t Turn) Rate() float64 { return float64(t.Requests) / t.Elapsed.Seconds() }

// Cost is the server's processor time for a request.
func (t Turn) Cost() time.Duration { return perRequest(t.CPU, t.Requests) }

// OwnCost is the generator's processor time for a request.
func (t Turn) OwnCost() time.Duration { return perRequest(t.Own, t.Requests) }

func perRequest(d time.Duration, n int64) time.Duration {
	if n == 0 {
		return 0
	}
	return d / time.Duration(n)
}

// median is the middle of what of gives for each turn.
func median[T cmp.Ordered](turns []Turn, of func(Turn) T) T {
	var all []T
	for _, t := range turns {
		all = append(all, of(t))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
