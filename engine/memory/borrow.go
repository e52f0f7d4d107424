package memory

import "gocached/slab"

// near is how many times larger than needed a borrowed chunk may be before other ways are tried.
const near = 8

// findWay finds a chunk for an item whose classes have no page, or only held items, while all pages are taken. It tries, in this
// order:
//
//  1. a class gives a page that it does not use, were it its only one
//  2. the item borrows a chunk of a larger class that is near
//  3. a class with several pages gives one
//  4. the item borrows a chunk of a class however large
//  5. a class gives its only page
//
// Borrowing wastes the rest of a chunk. But with more sizes in use than pages, moving pages to and fro would evict a whole page
// for every item that is stored. A class that often borrows is given a page later (balance.go). again says that a page has
// changed hands, so that the caller should try once more.
func (e *Engine) findWay(w *want) (ref slab.Ref, again bool) {
	if e.empty.Load() > 0 && e.donate(w, unused) {
		return slab.None, true
	}
	if ref := e.borrow(w, near*w.fitting.chunks.Size); ref != slab.None {
		return ref, false
	}
	if e.donate(w, oneOfSeveral) {
		return slab.None, true
	}
	if ref := e.borrow(w, e.itemMax); ref != slab.None {
		return ref, false
	}
	return slab.None, e.donate(w, theOnly)
}

// borrow takes a chunk of a larger class than the item's own: of the smallest one that has a chunk to give. The chunk has at
// most limit bytes.
func (e *Engine) borrow(w *want, limit int) slab.Ref {
	for i := w.nominal.chunks.ID + 1; i < len(e.classes) && e.classes[i].chunks.Size <= limit; i++ {
		c := &e.classes[i]
		if c.pages.Load() == 0 {
			continue
		}
		wide := *w
		wide.nominal, wide.fitting = c, c
		if ref := e.try(&wide); ref != slab.None {
			return ref
		}
	}
	return slab.None
}
