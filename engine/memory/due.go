package memory

import (
	"sync/atomic"
	"unsafe"

	"gocached/clock"
	"gocached/slab"
)

// due finds where in memory an item may be over, without looking at the items. Some neighbouring chunks are a block. Each block
// has a bound: no item in the block is over before that second. Some neighbouring blocks share a bound in the level above, the
// least of theirs, and so on, up to a level of a few words. A search begins at the top, and goes down only where something may
// be over:
//
//	level 2                     4                            each word is the least of those below it; 0 is never
//	level 1          4          9          0          7
//	level 0      12  4  0  9    9  0  0    0  0  0    7  30
//	blocks       ..  ^ here is something over in second 4
//
// Bounds take a fraction of a byte for each item. An item that never expires costs no time, and one with an exptime mostly a
// look at its block's word. A bound does not rise when an item goes, but when its block is looked at. A block is looked at once
// at most for each item that was linked in it with an exptime, however large memory is.
//
// There are no locks. note only lowers a word. take clears a word first, then looks at what is below it, then lowers the
// word to what it has found there. So a time that is noted meanwhile is either seen by take, or finds the word cleared and
// lowers it.
type due struct {
	memory *slab.Memory
	levels []dueLevel
}

// dueLevel is the words of one level.
type dueLevel struct {
	words []uint32
	shift uint // from the number of a ref to that of its word
}

const (
	// blockBits is the logarithm of the number of chunks in a block. With more, bounds would take less memory and looks at
	// blocks more time.
	blockBits = 4

	// fanBits is the logarithm of the number of words that share one word of the level above.
	fanBits = 6
	fan     = 1 << fanBits
)

// init makes it ready for so many pages, numbered from 1. bits is how many low bits of a ref number the chunks of a page. A
// block never reaches beyond its page.
func (d *due) init(pages, bits int) (err error) {
	shift := uint(min(blockBits, bits))
	sizes := dueSizes(uint64(pages+1) << uint(bits) >> shift)
	total := uint64(0)
	for _, n := range sizes {
		total += n
	}
	if d.memory, err = slab.Reserve(uintptr(total)*4, 0); err != nil {
		return err
	}
	rest := unsafe.Slice((*uint32)(d.memory.Start), total)
	for _, n := range sizes {
		d.levels = append(d.levels, dueLevel{words: rest[:n:n], shift: shift})
		rest, shift = rest[n:], shift+fanBits
	}
	return nil
}

// dueSizes returns how many words the levels over so many blocks have.
func dueSizes(blocks uint64) (sizes []uint64) {
	for words := blocks; ; words = (words + fan - 1) >> fanBits {
		sizes = append(sizes, words)
		if words <= fan {
			return sizes
		}
	}
}

func (d *due) close() error { return d.memory.Free() }

// bytes returns how much memory the bounds take. Those of pages in which nothing ever expires take none.
func (d *due) bytes() int64 { return d.memory.Resident() }

// block returns how many chunks are in a block.
func (d *due) block() int { return 1 << d.levels[0].shift }

// note lowers the bounds over a chunk, so that the chunk is looked at in second t or earlier. t is not clock.Never. note is
// called after the item was written that must be found.
func (d *due) note(r slab.Ref, t clock.Time) {
	for i := range d.levels {
		l := &d.levels[i]
		if !lower(&l.words[uint64(r)>>l.shift], t) {
			return
		}
	}
}

// lower lowers a word, and reports whether that was needed.
func lower(word *uint32, t clock.Time) bool {
	for {
		old := atomic.LoadUint32(word)
		if uint32(t)-1 >= old-1 { // never, which is 0, comes last
			return false
		}
		if atomic.CompareAndSwapUint32(word, old, uint32(t)) {
			return true
		}
	}
}

// has says whether something may be over by now.
func (d *due) has(now clock.Time) bool {
	top := d.levels[len(d.levels)-1].words
	for i := range top {
		if t := atomic.LoadUint32(&top[i]); t != uint32(clock.Never) && t <= uint32(now) {
			return true
		}
	}
	return false
}

// take clears the bound of each block in which an item may be over by now, and then calls look with the block's first ref.
// look must note what is left in the block. If look returns false take ends, and what was not looked at stays due. Only one
// goroutine at a time may call it.
func (d *due) take(now clock.Time, look func(first slab.Ref) bool) bool {
	top := len(d.levels) - 1
	for i := range d.levels[top].words {
		if !d.takeWord(top, uint64(i), now, look) {
			return false
		}
	}
	return true
}

func (d *due) takeWord(level int, i uint64, now clock.Time, look func(slab.Ref) bool) (goOn bool) {
	word := &d.levels[level].words[i]
	t := atomic.LoadUint32(word)
	if t == uint32(clock.Never) || t > uint32(now) {
		return true
	}
	atomic.StoreUint32(word, uint32(clock.Never))
	if level == 0 {
		goOn = look(slab.Ref(i << d.levels[0].shift))
		if !goOn {
			lower(word, clock.Time(t))
		}
		return goOn
	}
	first, below := i<<fanBits, d.levels[level-1].words
	below = below[first:min(first+fan, uint64(len(below)))]
	goOn = true
	for j := 0; j < len(below) && goOn; j++ {
		goOn = d.takeWord(level-1, first+uint64(j), now, look)
	}
	least := uint32(clock.Never)
	for j := range below {
		if t := atomic.LoadUint32(&below[j]); t-1 < least-1 {
			least = t
		}
	}
	if least != uint32(clock.Never) {
		lower(word, clock.Time(least))
	}
	return goOn
}

// bound returns the highest of the bounds over a chunk. ok says whether each level has one. It is for checks.
func (d *due) bound(r slab.Ref) (t clock.Time, ok bool) {
	for i := range d.levels {
		l := &d.levels[i]
		w := clock.Time(atomic.LoadUint32(&l.words[uint64(r)>>l.shift]))
		if w == clock.Never {
			return 0, false
		}
		t = max(t, w)
	}
	return t, true
}
