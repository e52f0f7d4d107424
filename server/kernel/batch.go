package kernel

import "gocached/uring"

// A round reads from many connections and writes to them, and each of these calls is so short that entering the kernel
// and leaving it is much of its price: a fifth to two fifths of what a get costs in all, by machine. So a loop collects
// the calls of a round and makes them together, through io_uring (package uring). Where the kernel has none, or is told
// not to by -o no_io_uring, they are made one by one; nothing else differs.

// Call is a send or receive that is made together with others.
type Call = uring.Call

// batchBytes is how many bytes are moved together, about: more take so long that the system call is little beside
// it, and the process does nothing else meanwhile.
const batchBytes = 256 << 10

// Batch collects calls and makes them together. The zero Batch is empty. Its room is used again and again. What a call
// points to must not change until the calls have been made.
type Batch struct {
	// Pieces holds the vectors of the calls, one behind the other. A vector for a single call may be built here as well. Forget
	// empties it.
	Pieces Vector

	calls  []Call
	volume int
}

// Add collects a call. bytes is how many it may move, and may be 0 if they are few.
func (b *Batch) Add(c Call, bytes int) {
	b.calls = append(b.calls, c)
	b.volume += bytes
}

// Len returns how many calls there are.
func (b *Batch) Len() int { return len(b.calls) }

// Full says whether there are so many calls, or so many bytes to move, that the calls should be made.
func (b *Batch) Full(calls int) bool { return len(b.calls) == calls || b.volume >= batchBytes }

// Make makes the calls. It returns how many of them cost no system call of their own.
func (b *Batch) Make(k Kernel) (batched int) {
	if len(b.calls) == 0 {
		return 0
	}
	return k.Together(b.calls)
}

// Calls returns the calls in the order in which they were added, with what has become of them. It is valid until Forget.
func (b *Batch) Calls() []Call { return b.calls }

// Forget empties the batch, and lets go of what it points to.
func (b *Batch) Forget() {
	clear(b.calls)
	clear(b.Pieces)
	b.calls, b.Pieces, b.volume = b.calls[:0], b.Pieces[:0], 0
}

// Together makes calls through the ring, as far as there is one, and returns how many that were.
func (s System) Together(calls []Call) (batched int) {
	return uring.Make(s.ring, calls, s.single)
}

func (s System) single(c *Call) { MakeCall(s, c) }

// MakeCall makes one call of several by itself.
func MakeCall(k Kernel, c *Call) {
	switch {
	case c.Receive && c.Vector != nil:
		c.N, c.Err = k.ReceiveVector(c.FD, c.Vector)
	case c.Receive:
		c.N, c.Err = k.Receive(c.FD, c.Bytes)
	case c.Vector != nil:
		c.N, c.Err = k.SendVector(c.FD, c.Vector)
	default:
		c.N, c.Err = k.Send(c.FD, c.Bytes)
	}
}
