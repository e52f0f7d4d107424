// Package slab keeps memory in pages, chunks and classes. It deals in chunks and knows nothing of items, except for one
// agreement: bytes 4 to 11 of a chunk are two refs, which slab uses as links while the chunk is free (an item uses them
// for its place in the LRU, under the same lock).
//
//	arena   one reserved mapping, outside the Go heap; untouched pages cost only addresses
//	+--------+--------+--------+--------+-----
//	| page 0 | page 1 | page 2 | page 3 | ...      page p begins at base + p * stride
//	+--------+--------+--------+--------+-----     page 0 is never used, so that ref 0 can mean none
//	         |        |_________________|
//	         |                 a run of pages belongs to one class, and is cut into chunks of that class's size
//	         v
//	         +-------+-------+-------+-------+--+
//	         | chunk | chunk | chunk | chunk |  |  what is left at the end is wasted
//	         +-------+-------+-------+-------+--+
//
//	ref     number of the run's first page (high bits) | chunk number (low bits)
//
// All runs of a class have the same length, its Span. It is chosen so that little is left at the end (layout.go); a large chunk has
// a run of its own. Runs lie in blocks as long as the longest one. So any run can be made where nothing keeps a block's pages where
// they are. Pages that nobody owns are in the pool (pool.go), which finds runs of them, and gives their memory back to the system
// after a while (release.go).
//
// The number of low bits is chosen once, from the most chunks that a run has; the all-ones chunk number is left out, so that the
// all-ones ref names nothing and package assoc may use it as a mark. With pages of 64 KiB there are 11 low bits, which leaves room
// for 128 GiB.
//
// The page table has one 32-bit word a page: chunk size and class, or how far it is from the first page of its run. It is read and
// written with atomic operations, since the lookup of a run derefs hints that may be stale (package assoc); everybody else has a
// lock that keeps the page from changing hands. A second word counts the chunks in use, so that runs that nobody needs any more
// are found. A run goes to another class only when every chunk in it is free (move.go).
//
// Locks: a Class is guarded by its owner's class lock, which this package does not see. The Arena has the page lock,
// held only while a page changes hands.
//
// The limit (-m) is a limit on pages, whatever the mix of sizes. The mapping may be larger, so that the limit can rise; pages beyond
// it are in no pool and cannot be had (resize.go). memcached breaks its limit, by giving each class a first page from beyond it; here its first run comes from
// classes that can spare one when the limit is reached (package memory).
package slab
