package memory

import "gocached/slab"

// lentShare is which part of the blocks may have something lent, as a divisor: see pins. At most half of them have something that
// is filled gradually (gradual.go), so a quarter is always left.
const lentShare = 4

// lent marks the handle of a lent item. Only large items are lent, so small ones pay nothing for this.
const lent = 1 << 32

// takeBack ends a loan.
func (e *Engine) takeBack(ref slab.Ref) {
	at := e.pinOf(ref)
	if h := e.at(ref); h.UnpinLarge() {
		e.release(ref, h)
	}
	e.lending.giveBack(at)
}
