package replay

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gocached/bench"
)

// portion is a run of requests for one connection, which count in the same window.
type portion struct {
	requests []Request
	window   int // notCounted, or from 0
}

const notCounted = -1

// How a trace is dealt out.
const (
	portionSize  = 256 // requests
	portionsOpen = 4   // that a connection may be behind the dealer
	paceSteps    = 200 // how often a second the dealer waits, if there is a rate
)

// dealer deals a trace out to players, in portions.
type dealer struct {
	Config
	stop   *atomic.Bool
	queues []chan portion
	open   []portion           // what is not sent yet, for each queue
	keys   map[string]struct{} // all that were asked for; nil if nobody wants to know
	start  time.Time           // of the part that has a rate
}

// deal plays the trace over several connections, waits for all of them, and returns the keys it asked for, if these are
// wanted.
func deal(t bench.Target, cfg Config, res *Result, stop *atomic.Bool) ([]string, error) {
	n := max(cfg.Conns, 1)
	d := &dealer{Config: cfg, stop: stop, queues: make([]chan portion, n), open: make([]portion, n)}
	if cfg.Held {
		d.keys = map[string]struct{}{}
	}
	faults := make([]error, n)
	var wait sync.WaitGroup
	for i := range d.queues {
		d.queues[i] = make(chan portion, portionsOpen)
		wait.Go(func() { faults[i] = playQueue(t, d.queues[i], cfg, res, stop) })
	}
	d.all()
	wait.Wait()
	return slices.Sorted(maps.Keys(d.keys)), errors.Join(faults...)
}

// all deals the whole trace.
func (d *dealer) all() {
	defer func() {
		for _, q := range d.queues {
			close(q)
		}
	}()
	i := 0
	for r := range d.Trace.Requests {
		if d.stop.Load() {
			return
		}
		d.keepRate(i)
		d.add(r, d.window(i))
		i++
	}
	d.flush()
}

// window is where request number i counts.
func (d *dealer) window(i int) int {
	t := &d.Trace
	if i < t.Warm || t.Count <= t.Warm {
		return notCounted
	}
	return min((i-t.Warm)*max(1, t.Windows)/(t.Count-t.Warm), max(1, t.Windows)-1)
}

// keepRate waits, now and then, until request number i is due.
func (d *dealer) keepRate(i int) {
	i -= d.Trace.Fill
	if d.Trace.Rate == 0 || i < 0 || i%max(1, d.Trace.Rate/paceSteps) != 0 {
		return
	}
	d.flush()
	if i == 0 {
		d.start = time.Now()
	}
	time.Sleep(time.Until(d.start.Add(time.Duration(float64(i) / float64(d.Trace.Rate) * float64(time.Second)))))
}

// add puts a request into the portion of its key's connection.
func (d *dealer) add(r Request, window int) {
	if d.keys != nil {
		d.keys[r.Key] = struct{}{}
	}
	i := bench.Hash(r.Key) % uint64(len(d.queues))
	if p := &d.open[i]; len(p.requests) == portionSize || p.window != window {
		d.send(int(i))
	}
	d.open[i].requests = append(d.open[i].requests, r)
	d.open[i].window = window
}

// send sends what is open for a connection.
func (d *dealer) send(i int) {
	if len(d.open[i].requests) > 0 {
		d.queues[i] <- d.open[i]
		d.open[i] = portion{requests: make([]Request, 0, portionSize)}
	}
}

func (d *dealer) flush() {
	for i := range d.queues {
		d.send(i)
	}
}

// playQueue plays portions until there are no more. If it fails it says stop, and takes the rest without playing it, so
// that the dealer does not wait.
func playQueue(t bench.Target, queue chan portion, cfg Config, res *Result, stop *atomic.Bool) error {
	defer func() {
		for range queue {
		}
	}()
	p, err := newPlayer(t, res)
	if err != nil {
		stop.Store(true)
		return err
	}
	defer p.conn.Close()
	for part := range queue {
		if stop.Load() {
			return nil
		}
		if err := p.playPortion(part, cfg); err != nil {
			stop.Store(true)
			return err
		}
	}
	return nil
}
