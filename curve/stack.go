package curve

import "gocached/clock"

// stack keeps keys in the order of their last use, and knows how many bytes lie above each. A key that is used moves to the
// slot behind the last one. When there are no slots left the keys are moved together.
type stack struct {
	keys  [slots]key
	bytes [slots]uint32 // of the item whose key is in the slot; 0 if there is none
	sums  sums          // of bytes
	index index

	low, top int    // slots below low, and from top on, are empty
	count    int    // of keys
	total    uint64 // of bytes
	ends     clock.Time
}

const (
	maxKeys = 20 << 10
	slots   = maxKeys + maxKeys/2
)

// key is what is known of a sampled key and its item. A get of an item that was evicted is a miss, and mostly its client
// stores the item anew, to live once more as long. In a larger cache the get would be a hit, and the item would end when it
// was to end first. So there are two ends.
type key struct {
	rank, tag uint32     // the halves of its hash: by the upper one it is in the sample, by the lower one it is found
	ends      clock.Time // the end of the item that was stored last
	ideal     clock.Time // the end of the item that a cache without a limit has
	lasts     clock.Time // from the store to the end; Never if there is no end
	missed    bool       // a get has missed what a cache without a limit has: a store is expected
}

func newKey(hash uint64) key { return key{rank: uint32(hash >> 32), tag: uint32(hash)} }

// stored notes a store.
func (k *key) stored(ends, now clock.Time) {
	k.ends = ends
	if !k.missed {
		k.ideal = ends
		k.lasts = ends - min(ends, now)
	}
	k.missed = false
}

// over says whether an end is past.
func over(ends, now clock.Time) bool { return ends != clock.Never && ends <= now }

// gone says whether there is no item any more, however large the cache.
func (k *key) gone(now clock.Time) bool { return over(k.ends, now) && over(k.ideal, now) }

// lastEnd returns when it will be gone.
func (k *key) lastEnd() clock.Time {
	if k.ends == clock.Never || k.ideal == clock.Never {
		return clock.Never
	}
	return max(k.ends, k.ideal)
}

// find returns where in the index a key stands, and its slot. The slot is -1 if it is not there.
func (s *stack) find(tag uint32) (at, slot int) {
	at = int(tag) % indexSize
	for ; s.index[at] != 0; at = (at + 1) % indexSize {
		if slot = int(s.index[at]) - 1; s.keys[slot].tag == tag {
			return at, slot
		}
	}
	return at, -1
}

// above returns how many bytes were used since the key in a slot was.
func (s *stack) above(slot int) uint64 {
	below := s.sums.until(slot / block)
	for _, n := range s.bytes[slot/block*block : slot+1] {
		below += uint64(n)
	}
	return s.total - below
}

// put writes a key into the top slot, of which there must be one. at is where the index has a place for it.
func (s *stack) put(at int, k key, bytes uint32) {
	s.keys[s.top], s.bytes[s.top] = k, bytes
	s.sums.add(s.top/block, uint64(bytes))
	s.total += uint64(bytes)
	s.top++
	s.count++
	s.index[at] = uint16(s.top)
	s.ending(k.lastEnd())
}

// take empties a slot. The index still has it.
func (s *stack) take(slot int) {
	bytes := uint64(s.bytes[slot])
	s.sums.add(slot/block, -bytes)
	s.total -= bytes
	s.bytes[slot] = 0
	s.count--
}

// remove takes the key in a slot out.
func (s *stack) remove(at, slot int) {
	s.take(slot)
	s.index.remove(at, func(slot int) uint32 { return s.keys[slot].tag })
}

// removeLast takes the key out that was not used for longest. There must be one.
func (s *stack) removeLast() {
	for s.bytes[s.low] == 0 {
		s.low++
	}
	at, slot := s.find(s.keys[s.low].tag)
	s.remove(at, slot)
	s.low++
}

// keep moves all keys of a rank below one together, in their order, and forgets the others.
func (s *stack) keep(below uint32) {
	low, top := s.low, s.top
	s.clear()
	for from := low; from < top; from++ {
		k, bytes := s.keys[from], s.bytes[from]
		s.bytes[from] = 0
		if bytes > 0 && k.rank < below {
			at, _ := s.find(k.tag)
			s.put(at, k, bytes)
		}
	}
}

// clear forgets all keys, but leaves the slots as they are.
func (s *stack) clear() {
	clear(s.index[:])
	s.sums.clear()
	s.low, s.top, s.count, s.total, s.ends = 0, 0, 0, 0, clock.Never
}

// reset empties the stack.
func (s *stack) reset() {
	clear(s.bytes[s.low:s.top])
	s.clear()
}

// ending notes when an item ends.
func (s *stack) ending(t clock.Time) {
	if t != clock.Never && (s.ends == clock.Never || t < s.ends) {
		s.ends = t
	}
}

// expire takes out what has ended.
func (s *stack) expire(now clock.Time) {
	if s.ends == clock.Never || s.ends > now {
		return
	}
	s.ends = clock.Never
	for slot := s.low; slot < s.top; slot++ {
		if s.bytes[slot] == 0 {
			continue
		}
		if k := &s.keys[slot]; k.gone(now) {
			at, _ := s.find(k.tag)
			s.remove(at, slot)
		} else {
			s.ending(k.lastEnd())
		}
	}
}
