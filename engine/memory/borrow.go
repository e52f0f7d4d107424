package memory

import "gocached/slab"

// How many times larger than needed a borrowed chunk may be: hardly, before a page is moved for the item, and not near before
// a class must give its last one.
const (
	hardly = 1.2
	near   = 8
)

// findWay finds a chunk for an item whose class has no page, or only held items, while all pages are taken. It tries, in this
// order:
//
//  1. a class gives pages that it does not use, were they its only ones
//  2. the item borrows a chunk that is hardly larger, of another class
//  3. a class with several runs of pages gives one
//  4. the item borrows a chunk that is near
//  5. the item borrows a chunk however large
//  6. a class gives its only run
//
// Borrowing wastes the rest of a chunk. But with more sizes in use than pages, moving pages to and fro would evict a whole page
// for every item that is stored. A class that often borrows is given a page later (balance.go). again says that a page has
// changed hands, so that the caller should try once more.
func (e *Engine) findWay(w *want) (ref slab.Ref, again bool) {
	if e.empty.Load() > 0 && e.donate(w, unused) {
		return slab.None, true
	}
	size := float64(w.class.chunks.Size)
	if ref := e.borrow(w, int(hardly*size)); ref != slab.None {
		return ref, false
	}
	if e.donate(w, oneOfSeveral) {
		return slab.None, true
	}
	for _, limit := range []int{int(near * size), slab.MaxPage} {
		if ref := e.borrow(w, limit); ref != slab.None {
			return ref, false
		}
	}
	return slab.None, e.donate(w, theOnly)
}

// borrow takes a chunk of another class than the item's own: of the one with the smallest chunks that has one to give. The chunk
// has at most limit bytes.
func (e *Engine) borrow(w *want, limit int) slab.Ref {
	for i := e.sizes.from(w.class.chunks.Size); i < len(e.classes) && e.classes[i].chunks.Size <= limit; i++ {
		c := &e.classes[i]
		if c == w.class || c.pages.Load() == 0 {
			continue
		}
		wide := *w
		wide.class = c
		if ref := e.try(&wide); ref != slab.None {
			return ref
		}
	}
	return slab.None
}
