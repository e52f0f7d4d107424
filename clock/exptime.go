package clock

import "math"

// MaxRelative is the longest expiry, in seconds, that is counted from now; a larger number is a Unix time. The value is
// memcached's: thirty days.
const MaxRelative = 60 * 60 * 24 * 30

// Exptime turns the number a client gave for an expiry into a Time:
//
//	0                   Never
//	negative            Past: the item is over at once
//	up to MaxRelative   that many seconds from now
//	above               the Unix time of that number; Past if that moment is gone
//
// A date beyond the clock's range (136 years after the start) is the last moment the clock can name.
func (c *Clock) Exptime(n int64) Time {
	switch {
	case n == 0:
		return Never
	case n < 0:
		return Past
	case n <= MaxRelative:
		return clamp(int64(c.Now()) + n)
	}
	unix := c.Unix()
	switch {
	case n <= unix:
		return Past
	case n > unix+math.MaxUint32: // before the two are subtracted, which may overflow
		return math.MaxUint32
	}
	return clamp(int64(c.Now()) + n - unix)
}

// clamp is t as a Time. What is beyond the last moment is the last moment.
func clamp(t int64) Time { return Time(min(t, math.MaxUint32)) }
