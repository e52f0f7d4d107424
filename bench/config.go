package bench

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"
)

// LoadConfig is the shape of a load. The fields from Protocol on may be left at zero, which is the plain case.
type LoadConfig struct {
	Conns    int           // connections to each server
	Depth    int           // requests in a batch; a connection sends its next batch when the last is answered in full
	Multi    int           // keys in a get
	Value    Dist          // bytes in a value
	Gets     int           // requests of a hundred that are gets; the others are sets
	Keys     int           // keys, all of which are stored first
	Rounds   int           // how often each server gets its turn
	Duration time.Duration // of a turn
	Rate     Rate          // requests a second in all; none is a closed loop

	Poisson  bool          // send at random moments, as many independent users would, instead of even ones
	Protocol string        // text, which is the default, or binary
	Key      Dist          // bytes in a key; the default is 32. Shorter ones than tell all keys apart are lengthened
	OddKeys  bool          // put control bytes, quotes and bytes beyond ASCII into every eighth key
	Exptime  Dist          // seconds that a set gives an item; 0 is for ever
	Zipf     float64       // exponent of the keys' popularity; 0 makes all equally popular
	Timeout  time.Duration // how long an answer may take before the run is given up; the default is 10s
	Lost     time.Duration // when a request by datagram is counted as lost; the default is 250ms

	// Progress is told several times a second how far the run is. It may be nil.
	Progress func(Progress)
}

// Progress says how far a run is.
type Progress struct {
	Stage       Stage
	Server      string
	Round       int     // from 1, while loading
	Done, Total int64   // keys while filling, else milliseconds
	Rate        float64 // requests answered in a second so far in this turn
}

// Stage is a part of a run.
type Stage string

// The stages of a run.
const (
	Filling     Stage = "filling"
	Calibrating Stage = "calibrating"
	Loading     Stage = "loading"
)

// Bounds of a load, which also bound the generator's memory.
const (
	maxConns    = 10_000
	maxBatch    = 100_000 // keys a batch
	maxValue    = 1 << 20
	maxKeys     = 1 << 26
	maxExptime  = 30 * 24 * 3600 // beyond it is a date
	maxBytes    = 256 << 20      // of the values of a batch
	maxPackets  = 1000           // datagrams a batch
	minKey      = 1
	shortest    = 100 * time.Millisecond
	defaultKey  = 32
	defaultLost = 250 * time.Millisecond
)

// complete fills the defaults in.
func (c LoadConfig) complete() LoadConfig {
	c.Protocol = cmp.Or(c.Protocol, "text")
	if c.Key.parts == nil {
		c.Key = Fixed(defaultKey)
	}
	c.Timeout, c.Lost = c.timeout(), c.lostAfter()
	return c
}

func (c *LoadConfig) timeout() time.Duration   { return cmp.Or(c.Timeout, Patience) }
func (c *LoadConfig) lostAfter() time.Duration { return cmp.Or(c.Lost, defaultLost) }

// Validate says everything that is wrong with the configuration.
func (c LoadConfig) Validate() error {
	c = c.complete()
	faults := []error{checkProtocol(c.Protocol)}
	within := func(name string, n, low, high int) {
		if n < low || n > high {
			faults = append(faults, fmt.Errorf("%s is %d, but must be from %d to %d", name, n, low, high))
		}
	}
	sizes := func(name string, d Dist, low, high int) {
		if err := d.within(low, high); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", name, err))
		}
	}
	within("conns", c.Conns, 1, maxConns)
	within("depth", c.Depth, 1, maxBatch)
	within("multiget", c.Multi, 1, maxBatch)
	within("gets", c.Gets, 0, 100)
	within("keys", c.Keys, 1, maxKeys)
	within("rounds", c.Rounds, 1, 1000)
	sizes("value", c.Value, 0, maxValue)
	sizes("keysize", c.Key, minKey, MaxKey)
	sizes("exptime", c.Exptime, 0, maxExptime)
	return errors.Join(append(faults, c.checkTimes(), c.checkBatch())...)
}

func (c *LoadConfig) checkTimes() error {
	switch {
	case c.Duration < shortest || c.Duration > 24*time.Hour:
		return fmt.Errorf("a turn of %v is not within %v and a day", c.Duration, shortest)
	case c.Timeout < 0 || c.Lost < 0:
		return errors.New("a time must not be negative")
	case c.Poisson && c.Rate == Rate{}:
		return errors.New("poisson is a way to keep a rate, and there is none")
	case c.Zipf < 0 || c.Zipf > 10 || math.IsNaN(c.Zipf):
		return fmt.Errorf("zipf is %v, but must be from 0 to 10", c.Zipf)
	}
	return nil
}

// checkBatch bounds what a batch asks for. Faults of the factors have been told already.
func (c *LoadConfig) checkBatch() error {
	if c.Depth > maxBatch || c.Multi > maxBatch || c.Depth < 1 || c.Multi < 1 {
		return nil
	}
	keys := c.Depth * c.Multi
	if keys > maxBatch {
		return fmt.Errorf("%d keys in a batch, depth times multiget, are more than %d", keys, maxBatch)
	}
	if bytes := keys * min(c.Value.most(), maxValue); bytes > maxBytes {
		return fmt.Errorf("%d bytes of values in a batch are more than %d", bytes, maxBytes)
	}
	return nil
}

// checkTarget says what a server's transport cannot carry.
func (c *LoadConfig) checkTarget(t Target) error {
	network, _, err := splitAddress(t.Address)
	switch {
	case err != nil:
		return t.Fault(err)
	case network != "udp":
		return nil
	case c.Protocol == "binary" && c.Multi > 1:
		return fmt.Errorf("%s: multiget over UDP is for text: in binary each key is answered by itself, in no order", t.Name)
	}
	if c.Depth > maxPackets {
		return fmt.Errorf("%s: depth is %d, but over UDP at most %d", t.Name, c.Depth, maxPackets)
	}
	set := frameSize + headerSize + 64 + MaxKey + min(c.Value.most(), maxValue)
	get := frameSize + c.Multi*(headerSize+MaxKey+1) + headerSize
	if c.Gets < 100 && set > maxRequest || get > maxRequest {
		return fmt.Errorf("%s: a request may be larger than the %d bytes that go into a datagram", t.Name, maxRequest)
	}
	return nil
}

// describe spells the configuration for a Report.
func (s *shape) describe(rate float64) ReportConfig {
	return ReportConfig{
		Protocol: s.Protocol, Conns: s.Conns, Depth: s.Depth, Multiget: s.Multi, Gets: s.Gets, Keys: s.Keys,
		KeySize: s.Key.String(), ValueSize: s.Value.String(), Exptime: s.Exptime.String(), Zipf: s.Zipf, OddKeys: s.OddKeys,
		Rounds: s.Rounds, TurnSeconds: s.Duration.Seconds(), Rate: s.Rate.String(), Poisson: s.Poisson,
		RatePerSecond: significant(rate, digits), Threads: s.threads,
	}
}
