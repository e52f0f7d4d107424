package bench

import "time"

// result is what one server did in one turn.
type result struct {
	counts  Counts
	elapsed time.Duration
	cpu     time.Duration // the server's processor time, user and system; 0 if not known
	own     time.Duration // the generator's
	rss     uint64        // resident memory at the end, in bytes; 0 if not known
	latency *latencies    // of batches
}

// course is one server's part of a run.
type course struct {
	target    Target
	identity  Identity
	generator *generator
	before    uint64 // resident memory before it was filled, in bytes
	filled    uint64 // and after
	results   []result
}

// run is a load under way.
type run struct {
	cfg     LoadConfig
	shape   *shape
	courses []*course
	rate    float64 // requests a second; 0 is a closed loop
}

// Load fills each server and then lets them work in turn: A B A B, so that whatever else the machine does falls on all
// of them alike. Misses, wrong values and answers that say an error are counted. What cannot be read at all, a connection
// that breaks or an answer that does not come end the run with an error that names the server.
//
// At a rate which is a share, the first server first shows in a closed loop what it can do.
func Load(targets []Target, cfg LoadConfig) (*Report, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	for _, t := range targets {
		if err := cfg.checkTarget(t); err != nil {
			return nil, err
		}
	}
	cfg = cfg.complete()
	started := time.Now()
	r := &run{cfg: cfg, shape: newShape(cfg), rate: cfg.Rate.perSecond}
	defer r.close()
	for _, t := range targets {
		if err := r.open(t); err != nil {
			return nil, err
		}
	}
	calibration, err := r.calibrate()
	if err != nil {
		return nil, err
	}
	if err := r.rounds(); err != nil {
		return nil, err
	}
	report := r.report()
	report.Started, report.Calibration = started.Round(time.Second), calibration
	return report, nil
}

// open fills a server and connects to it.
func (r *run) open(t Target) error {
	id, err := t.Identify()
	if err != nil {
		return err
	}
	c := &course{target: t, identity: id, before: ReadProcess(id.PID).RSS}
	if err := r.fill(t); err != nil {
		return t.Fault(err)
	}
	c.filled = ReadProcess(id.PID).RSS
	if c.generator, err = newGenerator(t, r.shape); err != nil {
		return err
	}
	r.courses = append(r.courses, c)
	return nil
}

// fill stores all keys. Faults in the answers are not noted: they will show in the turns.
func (r *run) fill(t Target) error {
	last := time.Time{}
	return fill(t, r.shape, new(notes), func(keys int) {
		if now := time.Now(); r.cfg.Progress != nil && (now.Sub(last) > pulse || keys == r.cfg.Keys) {
			last = now
			r.cfg.Progress(Progress{Stage: Filling, Server: t.Name, Done: int64(keys), Total: int64(r.cfg.Keys)})
		}
	})
}

func (r *run) close() {
	for _, c := range r.courses {
		c.generator.close()
	}
}

// calibrationTime is the length of a calibration, if turns are not shorter.
const calibrationTime = 2 * time.Second

// calibrate finds the rate out if it is a share of what the first server can do.
func (r *run) calibrate() (*Calibration, error) {
	if r.cfg.Rate.share == 0 {
		return nil, nil
	}
	c, length := r.courses[0], min(r.cfg.Duration, calibrationTime)
	p := Progress{Stage: Calibrating, Server: c.target.Name, Total: length.Milliseconds()}
	res, err := r.turn(c, length, 0, p)
	if err != nil {
		return nil, err
	}
	capacity := res.rate()
	r.rate = capacity * r.cfg.Rate.share
	return &Calibration{Server: c.target.Name, OpsPerSecond: significant(capacity, digits), Seconds: length.Seconds()}, nil
}

func (r *run) rounds() error {
	turn := r.cfg.Duration.Milliseconds()
	total := turn * int64(r.cfg.Rounds*len(r.courses))
	done := int64(0)
	for round := range r.cfg.Rounds {
		for _, c := range r.courses {
			p := Progress{Stage: Loading, Server: c.target.Name, Round: round + 1, Done: done, Total: total}
			res, err := r.turn(c, r.cfg.Duration, r.rate, p)
			if err != nil {
				return err
			}
			c.results = append(c.results, res)
			done += turn
		}
	}
	return nil
}

// turn lets a server work, and measures it.
func (r *run) turn(c *course, length time.Duration, rate float64, p Progress) (result, error) {
	stop := r.watch(c.generator, length, p)
	before, own := ReadProcess(c.identity.PID), ownCPU()
	res, err := c.generator.run(length, rate)
	res.own = ownCPU() - own
	after := ReadProcess(c.identity.PID)
	stop()
	if before.Known && after.Known {
		res.cpu, res.rss = after.CPU-before.CPU, after.RSS
	}
	return res, err
}

// pulse is how often progress is told.
const pulse = 100 * time.Millisecond

// watch tells the progress of a turn until the returned function is called. It starts from p.
func (r *run) watch(g *generator, length time.Duration, p Progress) (stop func()) {
	if r.cfg.Progress == nil {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		beat := time.NewTicker(pulse)
		defer beat.Stop()
		for start, from := time.Now(), p.Done; ; {
			select {
			case <-ended:
				p.Done = from + length.Milliseconds()
				r.cfg.Progress(p)
				return
			case <-beat.C:
				passed := time.Since(start)
				p.Done = from + min(passed, length).Milliseconds()
				p.Rate = float64(g.requests()) / passed.Seconds()
				r.cfg.Progress(p)
			}
		}
	}()
	return func() { close(ended); <-gone }
}

// rate is how many requests were answered in a second.
func (r *result) rate() float64 { return float64(r.counts.Requests) / r.elapsed.Seconds() }

// cost is a time for each request, in nanoseconds.
func (r *result) cost(d time.Duration) float64 {
	return float64(d) / float64(max(r.counts.Requests, 1))
}
