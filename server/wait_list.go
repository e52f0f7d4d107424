package server

// waiters are the requests of one loop that wait for memory, in the order in which they came. Thousands may leave in any
// order, so each knows its place, and one that leaves leaves a gap: it costs the same however many there are. tidy closes
// the gaps once there are more of them than requests, so that each moves others about once.
type waiters struct {
	all  []*hungry // nil is a gap
	gaps int
}

func (w *waiters) count() int { return len(w.all) - w.gaps }

func (w *waiters) add(h *hungry) {
	h.place = len(w.all)
	w.all = append(w.all, h)
}

func (w *waiters) remove(h *hungry) {
	w.all[h.place] = nil
	w.gaps++
}

// each yields those that wait. Any of them may leave meanwhile, and who comes is yielded too.
func (w *waiters) each(yield func(*hungry) bool) {
	for i := 0; i < len(w.all); i++ {
		if h := w.all[i]; h != nil && !yield(h) {
			return
		}
	}
}

// tidy gives those that wait new places. It must not be called while anybody goes through them.
func (w *waiters) tidy() {
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
