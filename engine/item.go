package engine

import "gocached/clock"

// Item is a handle on the memory of one item that its holder may touch. The zero Item is none.
type Item struct {
	// Value is exactly the length that was asked for. For an item from Allocate the holder writes it; for one that was
	// lent it must not be changed. It is valid until Store or Release.
	Value []byte

	// Ref is the engine's own name for the item. Zero means none.
	Ref uint64
}

// Key is one key of a run for Get.
type Key struct {
	Bytes   []byte
	Touch   bool       // give the item the expiry below
	Exptime clock.Time // used only with Touch
	Scratch [2]uint64  // the engine's, between its stages; its content means nothing to anybody else
}

// Hit is an item that Get found. Value is valid until Reader.Hit returns, unless it was lent.
type Hit struct {
	Value []byte
	CAS   uint64
	Flags uint32

	// Shared says of a value that is lent that this costs nobody anything: it keeps no memory from others that earlier loans
	// do not keep from them already.
	Shared bool

	// Lent is not zero when the value is at least Settings.LendFrom bytes long and the engine lends it: then Value stays
	// valid, and the bytes unchanged, until the reader calls Release with it, which it must do exactly once. An engine
	// that has lent so much already that others might find no memory lends no more, and only shows the value.
	Lent uint64
}

// Item returns the handle to release for a hit that was lent.
func (h *Hit) Item() Item { return Item{Value: h.Value, Ref: h.Lent} }

// Reader receives what Get finds. i is the index of the key in the run. Its methods are called with locks held: they
// copy and return, and must call no engine.
type Reader interface {
	// Hit shows an item. False says that this is the last key the reader can take now.
	Hit(i int, h Hit) (more bool)
	// Miss says that there is no such item.
	Miss(i int)
}

// Prefetch is the Reader of a Get that asks for nothing: see there. An engine that knows no better returns 0 at once.
type Prefetch struct{}

// Hit is never called.
func (Prefetch) Hit(int, Hit) bool { panic("engine: an item is shown to a prefetch") }

// Miss is never called either.
func (Prefetch) Miss(int) { panic("engine: a miss is told to a prefetch") }

// Removal describes a deletion.
type Removal struct {
	CAS uint64 // if not zero, the item's must be equal; if not, it is left

	// Silent says that no client has asked for this, and no statistic counts it as a deletion: the item is the old value of a
	// set that found no memory.
	Silent bool
}

// Op is a way of storing.
type Op uint8

// The ways of storing; Engine.Store tells them apart.
const (
	OpSet Op = iota
	OpAdd
	OpReplace
	OpAppend
	OpPrepend
	OpCAS

	// Gradually is added to one of them for Allocate alone; see there.
	Gradually Op = 1 << 7
)

// Arithmetic describes an incr or decr.
//
// The old value must be a decimal number of 64 bits as C's strtoull reads it: leading white space and a plus sign are
// allowed, and so is anything after a white space; an empty value counts as zero. incr wraps at 2^64; decr stops at
// zero. A result that is shorter than the old value is padded with blanks on the right, so that the length stays; a
// longer one makes the value longer. Flags and expiry stay, the CAS changes.
type Arithmetic struct {
	Delta    uint64
	Decrease bool
	CAS      uint64 // if not zero, the item's must be equal

	Create  bool       // store Initial if there is no item
	Initial uint64     // the value then, and the result
	Exptime clock.Time // its expiry then; its flags are zero
}
