// Package engine is the contract between the server and whatever stores its items: thirteen calls, the words they use,
// and nothing that stores. The default engine is engine/memory; engine/null shows the least that plugs in;
// engine/delay makes the callers of another wait; every engine must pass engine/enginetest.
//
// The server calls an engine from many goroutines at once, so every call is safe for concurrent use, Initialize and
// Shutdown excepted. No call may keep a slice it was given after it returns: the bytes belong to a connection's buffer.
//
// Read next: engine/memory/get.go.
package engine

import (
	"context"

	"gocached/clock"
	"gocached/figure"
)

// Engine stores items. Its calls are numbered as in the interface that memcached's engine branch drew up.
type Engine interface {
	// Info describes the engine (1). It may be called at any time and always returns the same.
	Info() Info

	// Initialize makes the engine ready (2). It is the first call after the engine was made and happens once. An error
	// says what could not be had; nothing else may be called after it.
	Initialize(Settings) error

	// Shutdown ends the engine (3), after all other calls have returned. Nothing may be called later.
	Shutdown(context.Context) error

	// Stats reports a group of figures (4), each through emit, in order. Unsupported means there is no such group.
	// The groups that a server asks for are listed at Query. Names and values do not outlive the call to emit. Each name is
	// described in Info.Figures, and is emitted once at most.
	Stats(q Query, emit func(name, value string)) Status

	// CanStore says whether an item of this shape could ever be stored (5): OK or TooLarge. A key has 1 to 250 bytes. The server asks before it
	// reads a value, so that it can answer and skip the bytes.
	CanStore(keyLen, valueLen int, flags uint32) Status

	// Allocate returns memory for an item (6), to be filled and then given to Store, or to Release if it comes to
	// nothing. The item is invisible until then. key is copied. TooLarge, NoClass and NoMemory leave nothing to release.
	//
	// valueLen must be what CanStore has allowed; the engine checks it again before it takes memory.
	//
	// op is what Store will be told, and with it Gradually if the item is not filled at once but as slowly as a client likes. Then
	// the status may be Busy: so much is being filled gradually that more would leave others without memory, and
	// when some of it was stored or released there may be room. Unless op is OpSet, what becomes of the store depends on the item that is under the
	// key now, so that one is never evicted to make room for this.
	Allocate(key []byte, valueLen int, flags uint32, exptime clock.Time, op Op) (Item, Status)

	// Release gives back an item (7): one from Allocate that is not stored, or one that a Hit lent. Once each.
	Release(Item)

	// Remove deletes the item under key (8), or makes less of it. See Removal for the rules. The statuses: OK, NotFound, Exists
	// (its CAS differs), and NoMemory, only with Removal.Empty or a chosen CAS.
	Remove(key []byte, r Removal) Status

	// Store makes an item from Allocate, or a Draft, visible under its key (9) and returns the CAS it was given.
	//
	// What must be true of the item already there, and the status if it is not:
	//
	//	OpSet                        nothing
	//	OpAdd                        there is none                     NotStored
	//	OpReplace                    there is one                      NotStored
	//	OpAppend, OpPrepend          there is one                      NotStored
	//	    and if cas is not zero   its CAS equals cas                Exists
	//	OpCAS                        there is one                      NotFound
	//	                             its CAS equals cas, even zero     Exists
	//
	// OpAppend and OpPrepend join the values and keep the flags and the expiry of the item already there; NotStored if
	// the two do not fit together, NoMemory if there is none for both, and then the item is left as it was. An expired
	// item counts as none. Test and change are one step: no other call sees the key in between.
	//
	// More can be asked by what is added to op: Vivify, Invalidate, WithCAS, Base64, Exact. An item that is stored is not stale
	// but for Invalidate, nobody has won it (see Look), and it was not fetched.
	//
	// In an engine without CAS (Settings.NoCAS) every item's is 0. Store then takes every CAS as equal, as memcached 1.4.5 does,
	// but Remove and Arithmetic compare.
	//
	// Store takes the item over: the caller must neither touch its bytes nor Release it. But with NoMemory, which only a
	// join is told, it is still the caller's, to be given to Store again or to Release. Of a Draft all that is needed is copied,
	// there is nothing to Release, and Store may say whatever Allocate may: then nothing has changed.
	Store(it Item, op Op, cas uint64) (newCAS uint64, status Status)

	// Get looks up a run of keys (10), and calls to.Hit or to.Miss for each of them in order, so that the cache misses
	// of the whole run can overlap. It returns how many keys were answered: all, unless Hit reported false.
	//
	// A key with Touch set gives its item a new expiry before it is shown, as one step. A key with a Look asks for more, and may
	// store an empty item. Get does not allocate.
	//
	// With Prefetch as the reader nobody asks for items: the keys are those of calls that follow, of another kind, and the
	// engine may fetch from memory what they will need. It answers none, and nothing else changes.
	Get(keys []Key, to Reader) (answered int)

	// Touch gives the item under key a new expiry (11) and returns its flags and its CAS, which do not change. NotFound if
	// there is none.
	Touch(key []byte, exptime clock.Time) (flags uint32, cas uint64, status Status)

	// Arithmetic adds to or takes from the decimal number stored under key (12), as one step. See Arithmetic for the
	// rules. The statuses: OK, NotFound, Exists (its CAS differs), NonNumeric, NoMemory, NotStored (it should have been
	// created and somebody else just did).
	Arithmetic(key []byte, a *Arithmetic) (value, newCAS uint64, status Status)

	// Flush makes everything stored until then invisible (13): at once if at is Never, else when that second begins,
	// and then what is stored until that moment goes too. A later call replaces one whose moment has not come.
	Flush(at clock.Time) Status
}

// Info is what an engine says of itself.
type Info struct {
	Name     string // as after -E
	Version  string
	Features []string // words for people, shown by stats gocached

	// Blocks says that calls may wait for a disk or a network: Stats, Remove, Store, Get, Touch, Arithmetic and Flush, but not
	// Info, CanStore, Allocate and Release, which need nothing but the process's own memory. The server never makes calls
	// that may wait on an event loop: it hands the round to workers, and reads nothing more from the connections in it until
	// they are back.
	Blocks bool

	// Options are the keys of -o that are this engine's own. None may be the server's.
	Options []Option

	// Figures describes what Stats emits, by Query.Group; "cachedump", "reset" and walks are no figures. A counter or a gauge is
	// emitted as a decimal number, in the row's unit. Engines share the rows General, SlabTotals and NameRow. Nobody may
	// change the map or the rows.
	Figures map[string][]figure.Row
}

// Settings is what an engine needs to know of the command line.
type Settings struct {
	Clock *clock.Clock

	MemoryLimit int64   // -m, in bytes
	ItemMax     int     // -I, in bytes: also the size of a slab page in memcached, and so in statistics
	ChunkMin    int     // -n, in bytes: least room for key, value and flags
	Factor      float64 // -f, growth factor between slab classes
	NoEvict     bool    // -M, refuse instead of evicting
	NoCAS       bool    // -C
	LargePages  bool    // -L, insist on huge pages: warn when there are none

	// LendFrom is the length in bytes from which Get lends a value in a Hit instead of only showing it, if it can (see
	// Hit.Lent).
	LendFrom int

	// InitialMalloc is counted as already allocated (T_MEMD_INITIAL_MALLOC, in bytes, may exceed 2^32). It lowers what
	// the limit leaves and raises total_malloced, and exists for memcached's own tests.
	InitialMalloc uint64

	// Steering is where Initialize says what can be changed later; nil if nobody will.
	Steering *Steering

	Options Values           // of the options that the engine declares: those given, else their defaults
	Warn    func(msg string) // one line for the operator; never nil
}

// Query names a group of figures for Stats.
//
// The groups: "" (bytes, curr_items, total_items, evictions, reclaimed, in this order), "items", "slabs", "sizes",
// "cachedump" (with Class and Limit; name is the key, value what follows it), "reset" (emits nothing: sets the counters
// to zero, but not the gauges), "gocached" (whatever is the engine's own).
//
// "metadump" and "mgdump" walk over all items, some with each call, and need Cursor. They emit about Limit items, perhaps fewer or
// none, and move the Cursor. An item that is there during the whole walk is emitted once; one that comes, goes or is replaced
// meanwhile may be or not. Nothing is locked while emit runs. name is the key, as its bytes are; the value is what memcached 1.6
// shows behind it: "exp=-1 la=1700000000 cas=2 fetch=no cls=1 size=65 flags=0", and for "mgdump" it is "b" if the key was spelled
// in base64, else "".
//
// Three more are for engines that can tell:
// "memory" (bytes that the engine has from the system, beside Go's heap: memory_items, and whatever else under names of its
// own), "curve" (what the hit ratio would be with less memory, or more), "modern" (those of memcached 1.6's general figures
// that the engine can say truly, under their names there and in their order).
type Query struct {
	Group string
	Class int // slab class
	Limit int // how many items at most; 0 is no limit

	// ZeroForever has "cachedump" show 0 for an item that does not expire, else the time at which the server started.
	ZeroForever bool

	Cursor  *Cursor // of a walk; nobody else may use it during the call
	Classes []int   // of a walk: items of these slab classes alone; nil is of all
}
