package engine

import "gocached/clock"

// Look is what a meta get (mg, me) asks of a key beyond its value, and what it is told. All of it is one step: no other call sees
// the item in between.
//
// The engine does this, in order:
//
//  1. finds the item. If there is none, and Vivify is set, it stores an empty one without flags that never expires, which is New:
//     its CAS is As, its key is noted as Base64 says. If there is no memory for it the key is a miss.
//  2. notes in Seen what the item is like before anybody uses it now.
//  3. takes the Steps.
//  4. decides who has won, and so should store a new value. Sent says that somebody had won before this look. The one who looks
//     wins (Won) if nobody had, and the item is New, or stale, or a Recache step says so. From then on it is Sent for others,
//     until a new value is stored or the item is made stale again.
//  5. notes that the item was used, unless Still is set. So it does with an item that is New.
//  6. shows it to Reader.Hit, with the value and the CAS that it has now.
//
// A reader that need not see the value if its CAS is some (mg C) compares Hit.CAS itself; everything above happens all the same.
// Hits and misses count as those of any other get, a New item as a hit.
type Look struct {
	Still  bool // the look is no use: neither its time, nor that it was fetched, nor the policy of eviction notices (mg u)
	Vivify bool // store an empty item if there is none (mg N); Steps say when it ends
	Base64 bool // such an item's key was spelled in base64. memcached 1.6.45 never notes this of items that are made so
	As     Chosen
	Steps  Steps

	Seen Seen // the engine writes it before it calls Reader.Hit; after a miss it means nothing
}

// Seen is what a Look tells, before the look itself counted as a use.
type Seen struct {
	Exptime clock.Time // at the step NoteExptime if there is one, else as the item was found. Never is an item that does not end
	Idle    uint32     // seconds since the item was last used or stored
	Fetched bool       // a get or a touch used it since it was stored (h); incr and a failed add do not
	Base64  bool       // its key was spelled in base64 when it was stored (b)

	New   bool // it was made by this look
	Stale bool // it was made stale, by a Removal or a store with Invalidate (X)
	Won   bool // who looks has won now (W). Never together with Sent
	Sent  bool // somebody else had won (Z)

	Class int // slab class, as statistics number them
	Size  int // bytes that memcached 1.6 computes for such an item
}

// Steps are what a meta command does with the time at which its item ends, in the order of its flags. The first zero Step ends
// them.
type Steps [4]Step

// Step is one of them.
type Step struct {
	Do StepKind
	At clock.Time
}

// StepKind is what a Step does.
type StepKind uint8

// The steps.
const (
	// SetExptime gives the item the expiry At (T).
	SetExptime StepKind = iota + 1

	// SetExptimeOfNew does so if this call has made it (N).
	SetExptimeOfNew

	// Recache has the one who looks win, if nobody has, the item is not New, and it ends before At: so an item without an expiry
	// never, and At Never never (R). Arithmetic ignores it.
	Recache

	// NoteExptime notes the expiry that the item has now, for the answer (t).
	NoteExptime
)

// Taken is what comes of Steps.
type Taken struct {
	Exptime clock.Time // the item's from now on
	Shown   clock.Time // at NoteExptime, or before all steps
	Recache bool       // a Recache step found that the item ends too early
}

// Take takes the steps, for an item with this expiry.
func (s *Steps) Take(exptime clock.Time, isNew bool) Taken {
	t := Taken{Exptime: exptime, Shown: exptime}
	for _, step := range s {
		switch step.Do {
		case SetExptime:
			t.Exptime = step.At
		case SetExptimeOfNew:
			if isNew {
				t.Exptime = step.At
			}
		case Recache:
			t.Recache = !isNew && t.Exptime != clock.Never && t.Exptime < step.At
		case NoteExptime:
			t.Shown = t.Exptime
		case 0:
			return t
		}
	}
	return t
}

// Chosen is a CAS that a client has chosen for what a call stores (E). The zero value leaves it to the engine. A chosen CAS need
// not be new, or differ from others, and may be 0. It orders nothing: a flush ends the item like any other. In an engine without CAS
// it is ignored.
type Chosen struct {
	Given bool
	CAS   uint64
}
