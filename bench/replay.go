package bench

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// ReplayConfig says how a trace is played.
type ReplayConfig struct {
	Trace Trace
	Conns int  // connections; a key always goes through the same one, so its requests keep their order
	Batch int  // requests sent before the first answer is read; never two of the same key
	Held  bool // ask for every key in the end, to tell which bytes the server still holds
	// Progress is told how many requests were answered since the last time. It may be nil, and is called from several
	// goroutines.
	Progress func(requests int)
}

// ReplayResult is what came of a trace on one server.
type ReplayResult struct {
	Target    Target        `json:"-"`
	Requests  int           `json:"requests"`
	Counted   []HitCount    `json:"counted"`           // in each window of the trace
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

// HitCount counts the gets of a part of a trace.
type HitCount struct {
	Gets int64 `json:"gets"`
	Hits int64 `json:"hits"`
}

// Ratio is the share of gets that found something.
func (c HitCount) Ratio() float64 {
	if c.Gets == 0 {
		return 0
	}
	return float64(c.Hits) / float64(c.Gets)
}

// Misses are the gets that found nothing.
func (c HitCount) Misses() int64 { return c.Gets - c.Hits }

// Hits counts all gets but those of the warm-up.
func (r ReplayResult) Hits() (sum HitCount) {
	for _, c := range r.Counted {
		sum.Gets += c.Gets
		sum.Hits += c.Hits
	}
	return sum
}

// Replay plays the trace against the server: each get that misses is followed by a set. An answer that is not what the
// protocol and the keys' values demand ends the run with an error.
func Replay(t Target, cfg ReplayConfig) (ReplayResult, error) {
	return replay(t, cfg, &atomic.Bool{})
}

// ReplayOnAll plays the trace against all servers at the same time, so that what depends on time is the same for all. If
// one fails, all end.
func ReplayOnAll(targets []Target, cfg ReplayConfig) ([]ReplayResult, error) {
	results, faults := make([]ReplayResult, len(targets)), make([]error, len(targets))
	var stop atomic.Bool
	var wait sync.WaitGroup
	for i, t := range targets {
		wait.Go(func() { results[i], faults[i] = replay(t, cfg, &stop) })
	}
	wait.Wait()
	return results, errors.Join(faults...)
}

// replay plays the trace until it ends or somebody says stop, as it does itself when something fails.
func replay(t Target, cfg ReplayConfig, stop *atomic.Bool) (ReplayResult, error) {
	res := ReplayResult{Target: t, Requests: cfg.Trace.Count, Counted: make([]HitCount, max(1, cfg.Trace.Windows))}
	err := measureReplay(t, cfg, &res, stop)
	if err != nil {
		stop.Store(true)
	}
	return res, err
}

func measureReplay(t Target, cfg ReplayConfig, res *ReplayResult, stop *atomic.Bool) error {
	if t.network() == "udp" {
		return t.fault(errors.New("a replay needs a connection, not datagrams"))
	}
	id, err := t.identify()
	if err != nil {
		return err
	}
	before := readProcess(id.pid)
	start := time.Now()
	keys, err := deal(t, cfg, res, stop)
	if err != nil {
		return t.fault(err)
	}
	res.Elapsed = time.Since(start)
	after := readProcess(id.pid)
	if before.known && after.known {
		res.CPU, res.RSS = after.cpu-before.cpu, after.rss
	}
	stats, err := t.stats()
	if err != nil {
		return err
	}
	res.Limit = max(0, figureOf(stats, "limit_maxbytes"))
	res.Evictions, res.Items = figureOf(stats, "evictions"), figureOf(stats, "curr_items")
	return t.fault(countHeld(t, keys, res, stop))
}

// figureOf reads a figure, -1 if there is none.
func figureOf(stats map[string]string, name string) int64 {
	n, err := strconv.ParseInt(stats[name], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// MemoryLimit is how many megabytes the server may take, as it says itself.
func (t Target) MemoryLimit() (megabytes int, err error) {
	stats, err := t.stats()
	if err != nil {
		return 0, err
	}
	if megabytes = int(figureOf(stats, "limit_maxbytes") >> 20); megabytes < 1 {
		return 0, t.fault(errors.New("it does not tell its limit_maxbytes"))
	}
	return megabytes, nil
}
