package clock

// NewFake returns a clock that stands at First, with the wall clock at the given Unix time, and that only Advance and
// SetUnix move. It is for tests: nothing that uses a Clock can tell the difference.
func NewFake(unix int64) *Clock {
	c := New()
	c.wall.Store(unix)
	return c
}

// Advance lets n seconds pass on both clocks.
func (c *Clock) Advance(n int) {
	c.wall.Add(int64(n))
	c.now.Add(uint32(n))
	c.tell()
}

// SetUnix makes the wall clock jump without any time passing.
func (c *Clock) SetUnix(unix int64) { c.wall.Store(unix) }
