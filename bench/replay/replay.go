package replay

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gocached/bench"
)

// Config says how a trace is played.
type Config struct {
	Trace Trace
	Conns int  // connections; a key always goes through the same one, so its requests keep their order
	Batch int  // requests sent before the first answer is read; never two of the same key
	Held  bool // ask for every key in the end, to tell which bytes the server still holds
	// Progress is told how many requests were answered since the last time. It may be nil, and is called from several
	// goroutines.
	Progress func(requests int)
}

// Result is what came of a trace on one server.
type Result struct {
	Target    bench.Target  `json:"-"`
	Requests  int           `json:"requests"`
	Counted   []Count       `json:"counted"`           // in each window of the trace
	Refused   int64         `json:"refused"`           // sets that the server refused, for want of memory or for their size
	Limit     int64         `json:"limit"`             // its limit_maxbytes; 0 if it does not say
	Evictions int64         `json:"evictions"`         // -1 if it does not say
	Items     int64         `json:"items"`             // by its own account, in the end; -1 if it does not say
	HeldItems int64         `json:"held_items"`        // those that it gave out in the end; 0 if it was not asked
	HeldBytes int64         `json:"held_bytes"`        // their keys and values
	RSS       uint64        `json:"rss"`               // resident memory in the end, in bytes; 0 if not known
	CPU       time.Duration `json:"processor_time_ns"` // of the server, user and system; 0 if not known
	Elapsed   time.Duration `json:"elapsed_ns"`
}

// Count counts the gets of a part of a trace.
type Count struct {
	Gets int64 `json:"gets"`
	Hits int64 `json:"hits"`
}

// Ratio is the share of gets that found something.
func (c Count) Ratio() float64 {
	if c.Gets == 0 {
		return 0
	}
	return float64(c.Hits) / float64(c.Gets)
}

// Misses are the gets that found nothing.
func (c Count) Misses() int64 { return c.Gets - c.Hits }

// Hits counts all gets but those of the warm-up.
func (r Result) Hits() (sum Count) {
	for _, c := range r.Counted {
		sum.Gets += c.Gets
		sum.Hits += c.Hits
	}
	return sum
}

// Play plays the trace against the server: each get that misses is followed by a set. An answer that is not what the
// protocol and the keys' values demand ends the run with an error.
func Play(t bench.Target, cfg Config) (Result, error) {
	return replay(t, cfg, &atomic.Bool{})
}

// OnAll plays the trace against all servers at the same time, so that what depends on time is the same for all. If
// one fails, all end.
func OnAll(targets []bench.Target, cfg Config) ([]Result, error) {
	results, faults := make([]Result, len(targets)), make([]error, len(targets))
	var stop atomic.Bool
	var wait sync.WaitGroup
	for i, t := range targets {
		wait.Go(func() { results[i], faults[i] = replay(t, cfg, &stop) })
	}
	wait.Wait()
	return results, errors.Join(faults...)
}

// replay plays the trace until it ends or somebody says stop, as it does itself when something fails.
func replay(t bench.Target, cfg Config, stop *atomic.Bool) (Result, error) {
	res := Result{Target: t, Requests: cfg.Trace.Count, Counted: make([]Count, max(1, cfg.Trace.Windows))}
	err := measureReplay(t, cfg, &res, stop)
	if err != nil {
		stop.Store(true)
	}
	return res, err
}

func measureReplay(t bench.Target, cfg Config, res *Result, stop *atomic.Bool) error {
	if t.Network() == "udp" {
		return t.Fault(errors.New("a replay needs a connection, not datagrams"))
	}
	id, err := t.Identify()
	if err != nil {
		return err
	}
	before := bench.ReadProcess(id.PID)
	start := time.Now()
	keys, err := deal(t, cfg, res, stop)
	if err != nil {
		return t.Fault(err)
	}
	res.Elapsed = time.Since(start)
	after := bench.ReadProcess(id.PID)
	if before.Known && after.Known {
		res.CPU, res.RSS = after.CPU-before.CPU, after.RSS
	}
	stats, err := t.Stats()
	if err != nil {
		return err
	}
	res.Limit = max(0, bench.FigureOf(stats, "limit_maxbytes"))
	res.Evictions, res.Items = bench.FigureOf(stats, "evictions"), bench.FigureOf(stats, "curr_items")
	return t.Fault(countHeld(t, keys, res, stop))
}
