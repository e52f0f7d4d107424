package server

// waiterList holds the requests of one loop that wait for memory, in the order in which they came. Thousands may leave, in any
// order. So each knows its place, and leaves a gap: that costs the same however many there are. tidy closes the gaps when there
// are more gaps than requests. So for each that leaves, about one other moves.
type waiterList struct {
	all  []*waiter // nil is a gap
	gaps int
}

func (w *waiterList) count() int { return len(w.all) - w.gaps }

func (w *waiterList) add(h *waiter) {
	h.place = len(w.all)
	w.all = append(w.all, h)
}

func (w *waiterList) remove(h *waiter) {
	w.all[h.place] = nil
	w.gaps++
}

// each yields the requests. Meanwhile any of them may leave; one that comes is yielded too.
func (w *waiterList) each(yield func(*waiter) bool) {
	for i := 0; i < len(w.all); i++ {
		if h := w.all[i]; h != nil && !yield(h) {
			return
		}
	}
}

// tidy gives the requests new places. It must not be called during each.
func (w *waiterList) tidy() {
	if w.gaps <= len(w.all)/2 {
		return
	}
	kept := w.all[:0]
	for h := range w.each {
		h.place = len(kept)
		kept = append(kept, h)
	}
	clear(w.all[len(kept):])
	w.all, w.gaps = kept, 0
}
