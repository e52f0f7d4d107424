// Package memory is the default engine: items in slab memory outside the Go heap, found through a hash table, evicted by
// age. It puts together slab (chunks), item (their layout), assoc (the table) and lru (who goes first), and only it unlinks.
//
// # Locks
//
//	reaper   one for the engine     what is over is taken out (reap.go)
//	moving   one for the engine     a page is on its way from one class to another (donate.go, balance.go)
//	expand   one for the table      buckets are moved to a bigger table (package assoc)
//	stripe   1024, by key           buckets, chains, and most of each item in them
//	class    one per slab class     its LRU, its free chunks, its counters
//	page     one for the arena      pages that belong to nobody
//	flush    one for the engine     the flush horizon moves; nothing is locked under it
//
// They are taken in this order and never backwards, and nobody holds two stripes or two classes at once. A call that
// comes from a class to an item, an eviction or a donor, meets the item's stripe in the wrong order; so it only tries
// that lock, and goes on to the next candidate if it fails. Only when there is no other candidate does it let the class
// go and wait for the stripe (evictWaiting).
//
// A get takes one stripe lock, and no other: it marks the item as used, and the eviction asks for the mark (package lru). A
// set takes one or two class locks to find a chunk, the key's stripe, and inside it the class's lock to link the item.
// What a lock guards in an item is drawn in item/header.go.
//
// # Which class an item goes to
//
// Every item has two classes. The nominal one is where memcached 1.4.5 would put it, by the size that clients know. The
// fitting one has the smallest chunks that hold it here, often a size smaller, as the header is half as large. The first
// page of a class is filled with the items for which it is the nominal one; further pages are taken by the fitting class
// (try in alloc.go). So a small cache shows in its statistics what 1.4.5 would show, and a large one holds more.
//
// # The limit
//
// The memory limit is one on pages, for any mix of sizes; never less than one page. A class that needs its first page
// when all pages are taken gets it from a donor class, whose items in it are evicted (donate.go, borrow.go); memcached
// breaks the limit then. Pages also move on to where they are needed most (balance.go). A page in which no chunk is in use
// goes to nobody, where every class finds it, before anything is evicted; a class keeps its only one for a second. With -M
// nothing is evicted, so only a page without living items is handed over.
//
// # What stays where it is
//
// A large value is not copied for its reader but lent, and its item stays where it is until the reader gives it back. So
// does one that is filled gradually, until it is whole. A page with such an item can be given to no other class. So at most a
// quarter of the pages may hold something lent (lend.go), and half of them something that is being filled (gradual.go): clients
// who take their time keep nobody from storing.
//
// # Flush and expiry
//
// item.Expired is the only test of life. flush.go says why a flush is exact, reap.go how what is over leaves memory, and
// due.go how it is found among a thousand million others.
//
// Read next: get.go, then store.go, alloc.go and evict.go.
package memory
