package curve

import (
	"math"
	"sync"
	"sync/atomic"
	"unsafe"

	"gocached/clock"
)

// Curve follows the keys of a cache. Init must come first. All methods are safe for concurrent use. They take the Curve's
// lock and no other, and allocate nothing. Those that are given a hash may be called with every key, but only sampled ones
// count: callers look first whether Samples says so.
type Curve struct {
	// Kept is which part of the hits that the model loses with less memory the cache keeps. 0 is none; it is set after Init.
	Kept float64

	below atomic.Uint32 // keys of a lower rank are in the sample

	_     [60]byte // what follows is written with each sampled key
	mu    sync.Mutex
	stack *stack
	hist  histogram
	gets  Gets // all there were, by weight
	limit float64
	count func() Gets
	last  Gets // what count returned last

	second clock.Time // that goes on
	work   int        // sampled keys in it
	aged   clock.Time // when weights were last made smaller
	peak   int        // the most work in a second since then
}

// Gets counts gets by what came of them.
type Gets struct{ Hits, Misses float64 }

// Item is what must be known of an item: the bytes of memory that it takes, and when it ends.
type Item struct {
	Bytes int
	Ends  clock.Time
}

const (
	// everyKey is above all ranks but one.
	everyKey = math.MaxUint32

	// leastShare is the share of keys that stay in the sample however busy the cache is.
	leastShare = everyKey / 4096

	// maxWork is how many sampled keys there may be in a second before the sample is halved: 0.6 % of one processor's time.
	maxWork = 16_000

	// ageStep is how often weights are made smaller, in seconds, and ageBy by how much: to one half in an hour.
	ageStep = 15 * 60
	ageBy   = 0.8409
)

// Size is how many bytes a Curve needs to follow keys.
const Size = unsafe.Sizeof(stack{})

// Init prepares a Curve for a cache with so many bytes of memory. count returns how many gets of all keys there were until
// now. It is called under the lock. room is Size bytes of zeros, which the Curve may use as long as it is used; if it is nil
// they are taken from Go's heap.
func (c *Curve) Init(limit int64, count func() Gets, room unsafe.Pointer) {
	if c.stack = (*stack)(room); room == nil {
		c.stack = new(stack)
	}
	c.limit = float64(max(limit, 1))
	c.hist.unit = c.limit / binsToLimit
	c.count = count
	c.below.Store(everyKey)
}

// SetLimit changes the memory that the curve is about. What was counted is forgotten, since it was counted for another; the keys
// are not.
func (c *Curve) SetLimit(limit int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = float64(max(limit, 1))
	c.hist = histogram{unit: c.limit / binsToLimit}
	c.gets, c.last = Gets{}, c.count()
}

// Samples says whether the key with this hash is in the sample.
func (c *Curve) Samples(hash uint64) bool { return uint32(hash>>32) < c.below.Load() }

// enter begins work on a key, and reports whether it is in the sample. Needs the lock.
func (c *Curve) enter(hash uint64, now clock.Time) bool {
	if now != c.second {
		c.begin(now)
	}
	if !c.Samples(hash) {
		return false
	}
	if c.work++; c.work <= maxWork {
		return true
	}
	if c.below.Load() <= leastShare {
		return false // very few keys are used so often: what else happens in this second is not followed
	}
	c.work = maxWork / 2
	c.resample(c.below.Load() / 2)
	return c.Samples(hash)
}

// Hit counts a get that was a hit.
func (c *Curve) Hit(hash uint64, it Item, now clock.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.enter(hash, now) {
		return
	}
	at, slot := c.stack.find(uint32(hash))
	k := newKey(hash)
	if slot < 0 {
		c.hist.count(c.limit) // as far as is known
		k.stored(it.Ends, now)
	} else {
		k = c.stack.keys[slot]
		c.hist.count(c.distance(slot))
		if over(k.ideal, now) {
			c.hist.lose()
			k.ideal = now + k.lasts
		}
		k.ends = it.Ends
	}
	c.renew(at, slot, k, it.Bytes)
}

// Miss counts a get that was a miss. In a larger cache it may have been a hit.
func (c *Curve) Miss(hash uint64, now clock.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.enter(hash, now) {
		return
	}
	at, slot := c.stack.find(uint32(hash))
	if slot < 0 {
		c.hist.count(math.Inf(1))
		return
	}
	k := c.stack.keys[slot]
	switch {
	case over(k.ideal, now):
		c.hist.count(math.Inf(1))
		c.stack.remove(at, slot)
		return
	case over(k.ends, now):
		c.hist.count(max(c.distance(slot), c.limit+1))
	default:
		c.hist.count(c.distance(slot))
	}
	k.missed = true
	c.renew(at, slot, k, int(c.stack.bytes[slot]))
}

// Use notes that an item was stored, or used otherwise than by a get.
func (c *Curve) Use(hash uint64, it Item, now clock.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.enter(hash, now) {
		return
	}
	at, slot := c.stack.find(uint32(hash))
	k := newKey(hash)
	if slot >= 0 {
		k = c.stack.keys[slot]
	}
	k.stored(it.Ends, now)
	c.renew(at, slot, k, it.Bytes)
}

// Remove notes that what is stored under a key was removed, also if there was nothing: a larger cache may have had it.
func (c *Curve) Remove(hash uint64, now clock.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.enter(hash, now) {
		return
	}
	if at, slot := c.stack.find(uint32(hash)); slot >= 0 {
		c.stack.remove(at, slot)
	}
}

// Flush notes that all items were removed.
func (c *Curve) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stack.reset()
}

// Reset forgets what was counted, but not the keys and their order. It is called when count has begun at 0 again.
func (c *Curve) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gets, c.last = Gets{}, Gets{}
	c.hist.scale(0)
}

// distance returns the reuse distance of the key in a slot.
func (c *Curve) distance(slot int) float64 {
	return float64(c.stack.above(slot))/c.share() + float64(c.stack.bytes[slot])
}

// share is the share of keys in the sample.
func (c *Curve) share() float64 { return float64(c.below.Load()) / everyKey }

// renew puts a key on top, which was in a slot or, if that is -1, nowhere.
func (c *Curve) renew(at, slot int, k key, bytes int) {
	s := c.stack
	if slot >= 0 {
		s.take(slot)
	}
	s.put(at, k, uint32(min(max(bytes, 1), math.MaxUint32)))
	for float64(s.total) > Reach*c.limit*c.share() && s.count > 1 {
		s.removeLast()
	}
	if s.count == maxKeys {
		c.resample(c.below.Load() / 8 * 7)
	} else if s.top == slots {
		s.keep(everyKey)
	}
}

// resample makes the sample smaller or larger. Weights become what they would be, had it been so from the start.
func (c *Curve) resample(below uint32) {
	c.hist.scale(float64(below) / float64(c.below.Load()))
	c.below.Store(below)
	c.stack.keep(below)
}

// begin begins a second.
func (c *Curve) begin(now clock.Time) {
	c.peak = max(c.peak, c.work)
	c.second, c.work = now, 0
	c.stack.expire(now)
	if now >= c.aged+ageStep {
		c.age(now)
		c.grow()
	}
}

// age makes what was counted weigh less.
func (c *Curve) age(now clock.Time) {
	c.book()
	by := math.Pow(ageBy, float64((now-c.aged)/ageStep))
	c.hist.scale(by)
	c.gets.Hits *= by
	c.gets.Misses *= by
	c.aged = now
}

// grow makes the sample twice as large if there has been room for four times as much. Of the keys that come in, the last use is
// not known: until they are used, distances seem smaller than they are.
func (c *Curve) grow() {
	if c.peak <= maxWork/4 && c.stack.count <= maxKeys/4 && c.below.Load() < everyKey-1 {
		c.resample(min(c.below.Load(), everyKey/2) * 2)
	}
	c.peak = 0
}

// book adds the gets since the last time. Needs the lock.
func (c *Curve) book() {
	now := c.count()
	c.gets.Hits += max(now.Hits-c.last.Hits, 0)
	c.gets.Misses += max(now.Misses-c.last.Misses, 0)
	c.last = now
}
