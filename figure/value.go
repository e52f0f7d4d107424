package figure

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Value is what a figure says: a number that knows how memcached 1.4.5 prints it, or words.
type Value struct {
	form form
	bits uint64 // the number, unless it is words
	text string // the words
}

// form is what a value is and how it is printed.
type form uint8

const (
	words form = iota
	whole      // bits
	signed
	seconds // bits are nanoseconds
)

// Uint is a whole number.
func Uint(n uint64) Value { return Value{form: whole, bits: n} }

// Int is a whole number that may be negative.
func Int(n int64) Value { return Value{form: signed, bits: uint64(n)} }

// Bool is 1 or 0.
func Bool(yes bool) Value {
	if yes {
		return Uint(1)
	}
	return Uint(0)
}

// Duration is a time that is not negative, which is printed in seconds with six digits behind the point.
func Duration(d time.Duration) Value { return Value{form: seconds, bits: uint64(d)} }

// Text is words, or a number that somebody else has printed.
func Text(s string) Value { return Value{text: s} }

// String is the value as `stats` prints it.
func (v Value) String() string {
	switch v.form {
	case whole:
		return strconv.FormatUint(v.bits, 10)
	case signed:
		return strconv.FormatInt(int64(v.bits), 10)
	case seconds:
		return fmt.Sprintf("%d.%06d", v.bits/uint64(time.Second), v.bits%uint64(time.Second)/uint64(time.Microsecond))
	}
	return v.text
}

// Number is the value in the row's unit; false if it is none. Beyond 2^53 it is rounded.
func (v Value) Number() (float64, bool) {
	switch v.form {
	case whole:
		return float64(v.bits), true
	case signed:
		return float64(int64(v.bits)), true
	case seconds:
		return time.Duration(v.bits).Seconds(), true
	}
	n, err := strconv.ParseFloat(v.text, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}
