// Package memory is the default engine: items in slab memory outside the Go heap, found through a hash table, evicted by
// use. It puts together slab (chunks), item (their layout), assoc (the table) and lru (which item goes first). Only it unlinks.
//
// # Locks
//
//	reaper   one for the engine     items that are over are taken out (reap.go)
//	moving   one for the engine     a page is on its way from one class to another (donate.go, balance.go)
//	flush    one for the engine     the flush horizon moves
//	expand   one for the table      buckets are moved to a bigger table (package assoc)
//	stripe   1024, by key           buckets, chains, and most of each item in them
//	class    one per slab class     its LRU, its free chunks, its counters
//	page     one for the arena      pages that belong to nobody
//	ghosts   one for the engine     memory for ghosts (lru.GhostMemory); nothing is locked under it
//	curve    one for the engine     what is known of sampled keys (package curve); nothing is locked under it
//
// They are taken in this order, never backwards. No call holds two stripes or two classes at once. An eviction or a donor comes
// from a class to an item, and so needs the item's stripe in the wrong order. It only tries that lock, and goes on to the next
// candidate if it fails. If there is no other candidate, it unlocks the class and waits for the stripe (evictWaiting).
//
// A get takes one stripe lock, and no other but for a sampled key (curve.go). It marks the item as used, and an eviction looks
// at the mark (package lru). A set takes one or two class locks to find a chunk, then the key's stripe, and inside it the
// class's lock to link the item. But where an item of the class lies under the key already, it is written over, most often under the
// stripe lock alone (overwrite.go). item/header.go draws which lock guards what in an item.
//
// # Which class an item goes to
//
// An item has a nominal size, which memcached 1.4.5 would compute and clients know, and a real one, which is smaller. Chunks come
// in many sizes, and an item goes to the smallest that holds it. A class is one size of chunks for the items of one of memcached's
// classes (sizes.go). So statistics show memcached's classes by adding ours up, and small caches are divided finely.
//
// # The limit
//
// The memory limit is a number of pages, for any mix of sizes, and at least as many as the largest item takes. A class owns runs
// of one or more neighbouring pages. If it needs its first one when the pool has none, it borrows chunks that are hardly larger,
// or gets one from a donor class (borrow.go, donate.go). Where the donor's runs are shorter a stretch is emptied that belongs to
// several classes (transfer.go). memcached breaks the limit then. Pages also move to where they bring most hits (worth.go,
// balance.go). When a run is taken away its living items move to other chunks of their class, and as many of the next victims go
// (relocate.go). Runs in which no chunk is in use go to the pool within a second, and a class that evicts takes them at once; a
// class keeps its only one for a second. With -M nothing is evicted, so only what can move is moved. What has been in the pool for
// some seconds goes back to the system (release.go).
//
// The limit can change while the engine runs, and an operator can move pages, and say how readily they move by themselves
// (engine.Steering, resize.go, steer.go). The balancer's goroutine does what that takes.
//
// # What stays where it is
//
// A large value is not copied for its reader but lent: its item stays where it is until the reader gives it back. An item
// that is filled gradually stays where it is until it is whole. Where such an item lies no long run can be made. So memory is
// counted in blocks as long as the longest run: at most a quarter of them may have something lent (lend.go), and half of them
// something that is being filled (gradual.go). Then slow clients keep nobody from storing.
//
// # Flush and expiry
//
// item.Expired is the only test whether an item is over. flush.go says why a flush is exact, reap.go how items that are over
// leave memory, and due.go how they are found among a thousand million others.
//
// Read next: get.go, then store.go, alloc.go and evict.go.
package memory
