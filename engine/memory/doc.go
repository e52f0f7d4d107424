// Package memory is the default engine: items in slab memory outside the Go heap, found through a hash table, evicted by
// use. It puts together slab (chunks), item (their layout), assoc (the table) and lru (which item goes first). Only it unlinks.
//
// # Locks
//
//	reaper   one for the engine     items that are over are taken out (reap.go)
//	moving   one for the engine     a page is on its way from one class to another (donate.go, balance.go)
//	expand   one for the table      buckets are moved to a bigger table (package assoc)
//	stripe   1024, by key           buckets, chains, and most of each item in them
//	class    one per slab class     its LRU, its free chunks, its counters
//	page     one for the arena      pages that belong to nobody
//	flush    one for the engine     the flush horizon moves
//	curve    one for the engine     what is known of sampled keys (package curve); nothing is locked under it
//
// They are taken in this order, never backwards. No call holds two stripes or two classes at once. An eviction or a donor comes
// from a class to an item, and so needs the item's stripe in the wrong order. It only tries that lock, and goes on to the next
// candidate if it fails. If there is no other candidate, it unlocks the class and waits for the stripe (evictWaiting).
//
// A get takes one stripe lock, and no other but for a sampled key (curve.go). It marks the item as used, and an eviction looks
// at the mark (package lru). A set takes one or two class locks to find a chunk, then the key's stripe, and inside it the
// class's lock to link the item. item/header.go draws which lock guards what in an item.
//
// # Which class an item goes to
//
// Every item has two classes. The nominal class is the one in which memcached 1.4.5 would put it, by the size that clients
// know. The fitting class has the smallest chunks that hold the item here. It is often a size smaller, since the header is
// half as large. The first page of a class is filled with items for which it is the nominal class. Further pages go to the
// fitting class (take in alloc.go). So a small cache shows in its statistics what 1.4.5 would show, and a large one holds
// more.
//
// # The limit
//
// The memory limit is a number of pages, for any mix of sizes, and at least one page. If a class needs its first page when
// all pages are taken, it gets one from a donor class, whose items in that page are evicted (donate.go, borrow.go).
// memcached breaks the limit then. Pages also move to where they are needed most (balance.go). Before anything is evicted, a
// page in which no chunk is in use is taken from its class, so that any class can have it. A class keeps its only page for a
// second. With -M nothing is evicted, so only a page without living items is handed over.
//
// # What stays where it is
//
// A large value is not copied for its reader but lent: its item stays where it is until the reader gives it back. An item
// that is filled gradually stays where it is until it is whole. A page with such an item cannot be given to another class.
// So at most a quarter of the pages may hold something lent (lend.go), and half of them something that is being filled
// (gradual.go). Then slow clients keep nobody from storing.
//
// # Flush and expiry
//
// item.Expired is the only test whether an item is over. flush.go says why a flush is exact, reap.go how items that are over
// leave memory, and due.go how they are found among a thousand million others.
//
// Read next: get.go, then store.go, alloc.go and evict.go.
package memory
