package engine

import "gocached/clock"

// Item is a handle on the memory of one item that its holder may touch. The zero Item is none.
type Item struct {
	// Value is exactly the length that was asked for. For an item from Allocate the holder writes it; for one that was
	// lent it must not be changed. It is valid until Store or Release.
	Value []byte

	// Ref is the engine's own name for the item. Zero means none.
	Ref uint64

	// CAS is what Store gives the item if its op has WithCAS (see Chosen). The holder of an item from Allocate may set it.
	CAS uint64

	// Joined is where Store writes how long a value has become by OpAppend or OpPrepend. Nil, as Allocate leaves it, asks for
	// nothing, and it means nothing unless the status is OK and there was an item.
	Joined *int

	// Draft is not nil if the item has no memory of the engine's yet. Then Value is the caller's own, and Ref is zero.
	Draft *Draft
}

// Draft is what Allocate would be told of an item. It is for a value that is all there and not long: Store may find memory for it
// that Allocate cannot, as it knows what is under the key by then.
type Draft struct {
	Key     []byte
	Flags   uint32
	Exptime clock.Time
}

// Key is one key of a run for Get.
type Key struct {
	Bytes   []byte
	Touch   bool       // give the item the expiry below
	Exptime clock.Time // used only with Touch
	Look    *Look      // a meta get asks for more; nil asks for no more. Then Touch is not looked at
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

// Removal describes a deletion, or what a meta delete (md) does instead:
//
//	nothing  deletes the item
//	Empty    leaves it with an empty value, the flags Flags and the expiry Exptime, as if it was just stored, but with its
//	         old CAS, or As. It is not stale, nobody has won, and its key is no longer noted as spelled in base64. There may
//	         be NoMemory for it: then the item is left as it was
//	Stale    leaves it as it is, but stale, and nobody has won (see Look). Its expiry becomes Exptime if Touch is set, its CAS
//	         a new one, or As. It is no use of the item, and no statistic counts it
//	both     one after the other
type Removal struct {
	CAS     uint64 // if not zero, the item's must be equal; if not, it is left
	Compare bool   // so it must if it is zero

	// Silent says that no client has asked for this, and no statistic counts it as a deletion: the item is the old value of a
	// set that found no memory.
	Silent bool

	Stale, Empty bool
	Touch        bool
	Exptime      clock.Time
	Flags        uint32
	As           Chosen
}

// Op is a way of storing, perhaps with some of what can be added to it.
type Op uint16

// The ways of storing; Engine.Store tells them apart.
const (
	OpSet Op = iota
	OpAdd
	OpReplace
	OpAppend
	OpPrepend
	OpCAS

	opMask Op = 1<<4 - 1
)

// What can be added to them. Allocate and Store of an item are told the same, but for Gradually.
const (
	// Gradually is for Allocate alone; see there.
	Gradually Op = 1 << (iota + 4)

	// Base64 notes that the key was spelled in base64, for as long as this item is stored under it. A join, or a number that
	// gets longer, makes another item of it, which is not noted.
	Base64

	// WithCAS has Store give the item the CAS in its handle: see Chosen. The CAS need not be known before Store.
	WithCAS

	// Vivify has OpAppend and OpPrepend store the item as it is if there is none to join it with (ms N), whatever CAS was
	// given.
	Vivify

	// Invalidate has OpCAS store over an item whose CAS is greater than the one given, which must not be zero, too. Then the
	// item keeps the expiry of the one before, is stale, and somebody has won if somebody had (see Look). With others it means
	// nothing (ms I).
	Invalidate

	// Exact has OpCAS fail in an engine without CAS if there is an item, as in memcached 1.6.
	Exact
)

// Way returns the way of storing alone.
func (o Op) Way() Op { return o & opMask }

// Arithmetic describes an incr or decr.
//
// The old value must be a decimal number of 64 bits as C's strtoull reads it: leading white space and a plus sign are
// allowed, and so is anything after a white space; an empty value counts as zero. incr wraps at 2^64; decr stops at
// zero. A result that is shorter than the old value is padded with blanks on the right, so that the length stays; a
// longer one makes the value longer. Flags and expiry stay, the CAS changes. What Look tells of an item stays too if the value
// does not get longer; else it is as that of an item that was just stored: neither fetched nor stale, and nobody has won.
type Arithmetic struct {
	Delta    uint64
	Decrease bool
	CAS      uint64 // if not zero, the item's must be equal

	Create  bool       // store Initial if there is no item
	Initial uint64     // the value then, and the result
	Exptime clock.Time // its expiry then; its flags are zero

	// What follows is for meta commands (ma).

	NoEmpty bool   // an empty value is no number, as in memcached 1.6
	Base64  bool   // the key of an item that is created is noted as spelled in base64. memcached 1.6.45 never notes it
	As      Chosen // the item's CAS, whether it was there or is created
	Steps   Steps  // are taken when it has its new value

	// Shown is the expiry at the step NoteExptime. The engine writes it.
	Shown clock.Time
}
