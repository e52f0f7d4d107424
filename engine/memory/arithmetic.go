package memory

import (
	"strconv"

	"gocached/clock"
	"gocached/engine"
	"gocached/item"
)

// Arithmetic changes the number under a key. If there is none it stores the initial value, if it may. If another call stores
// something between these two steps, Arithmetic begins again.
func (e *Engine) Arithmetic(key []byte, a *engine.Arithmetic) (value, newCAS uint64, status engine.Status) {
	for {
		value, newCAS, status = e.calculate(key, a)
		if status != engine.NotFound || !a.Create {
			return value, newCAS, status
		}
		value, newCAS, status = e.create(key, a)
		if status != engine.NotStored {
			return value, newCAS, status
		}
	}
}

// calculate changes the number in place if the result is not longer than the old value and the value is not lent. Else it
// makes a new item.
func (e *Engine) calculate(key []byte, a *engine.Arithmetic) (value, newCAS uint64, status engine.Status) {
	s := sum{Arithmetic: a}
	c := change{hash: e.table.Hash(key), key: key, now: e.now()}
	newCAS, done, status := e.inPlace(&c, &s)
	if !done {
		newCAS, status = e.change(&c, func(old found) (form, engine.Status) {
			if status := e.add(old, &s); status != engine.OK {
				return form{}, status
			}
			return s.form(old, c.now), engine.OK
		}, s.fill)
	}
	if status == engine.OK {
		s.count(c.hash)
	}
	return s.result, newCAS, status
}

// sum is one addition or subtraction under way.
type sum struct {
	*engine.Arithmetic
	result uint64
	class  *class // of the item that was changed
	digits [20]byte
}

func (s *sum) text() []byte { return strconv.AppendUint(s.digits[:0], s.result, 10) }

// form says what an item is like that is made anew for the result.
func (s *sum) form(old found, now clock.Time) form {
	t := s.Steps.Take(old.h.Exptime(), false)
	s.Shown = t.Shown
	f := form{length: len(s.text()), flags: old.h.Flags(), exptime: t.Exptime, as: s.As}
	if f.length <= old.h.ValueLen() {
		f.length, f.use = old.h.ValueLen(), old.h.LastUse().At(now)
	}
	return f
}

// fill writes the result into that item. If its value is as long as before what is known of the old one stays.
func (s *sum) fill(old found, h *item.Header) {
	s.write(h.Value())
	if h.ValueLen() == old.h.ValueLen() {
		h.Inherit(old.h)
	}
}

// write puts the result in a value, padded with blanks.
func (s *sum) write(value []byte) {
	n := copy(value, s.text())
	for i := n; i < len(value); i++ {
		value[i] = ' '
	}
}

func (s *sum) count(hash uint64) {
	if t := s.class.tallies.of(hash); s.Decrease {
		t.decrHits.Add(1)
	} else {
		t.incrHits.Add(1)
	}
}

// add computes the result from the item there. Needs the stripe lock.
func (e *Engine) add(old found, s *sum) engine.Status {
	if old.h == nil {
		return engine.NotFound
	}
	if s.CAS != 0 && old.h.CAS() != s.CAS {
		return engine.Exists
	}
	n, ok := number(old.h.Value())
	switch {
	case !ok, s.NoEmpty && old.h.ValueLen() == 0:
		return engine.NonNumeric
	case !s.Decrease:
		s.result = n + s.Delta
	case s.Delta > n:
		s.result = 0
	default:
		s.result = n - s.Delta
	}
	s.class = e.classOf(old.ref)
	return engine.OK
}

// inPlace writes the result into the item itself. done is false if that is not possible.
func (e *Engine) inPlace(c *change, s *sum) (newCAS uint64, done bool, status engine.Status) {
	stripe := e.table.Stripe(c.hash)
	stripe.Lock()
	defer stripe.Unlock()
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(c.hash, c.key, c.now, horizon)
		if status := e.add(old, s); status != engine.OK {
			return 0, true, status
		}
		if len(s.text()) > old.h.ValueLen() || old.h.Lent() || !e.hasRoom(old.h, s.As) {
			return 0, false, engine.OK
		}
		if stamp, ok := e.stamp(horizon); ok {
			s.write(old.h.Value())
			t := s.Steps.Take(old.h.Exptime(), false)
			s.Shown = t.Shown
			e.setExptime(s.class, old.ref, old.h, t.Exptime, c.now)
			e.bump(s.class, old.h, c.now)
			e.used(c.hash, s.class, old.h, c.now)
			e.restamp(old.h, stamp, s.As)
			return old.h.CAS(), true, engine.OK
		}
	}
}

// creating is how the initial value is stored.
func creating(a *engine.Arithmetic) engine.Op {
	op := engine.OpAdd
	if a.Base64 {
		op |= engine.Base64
	}
	if a.As.Given {
		op |= engine.WithCAS
	}
	return op
}

// create stores the initial value. It returns NotStored if another call has stored something meanwhile.
func (e *Engine) create(key []byte, a *engine.Arithmetic) (value, newCAS uint64, status engine.Status) {
	var digits [20]byte
	text := strconv.AppendUint(digits[:0], a.Initial, 10)
	t := a.Steps.Take(a.Exptime, true)
	a.Shown = t.Shown
	op := creating(a)
	it, status := e.Allocate(key, len(text), 0, t.Exptime, op)
	if status != engine.OK {
		return 0, 0, status
	}
	copy(it.Value, text)
	it.CAS = a.As.CAS
	newCAS, status = e.store(it, op, 0, 0)
	return a.Initial, newCAS, status
}
