package bench

import (
	"fmt"
	"strconv"
)

// Ratio shows the median and the spread of a ratio; ? if there is none.
func Ratio(s *Summary) string {
	switch {
	case s == nil || s.Median == 0:
		return "?"
	case s.Min == s.Max:
		return fmt.Sprintf("%.2f", s.Median)
	}
	return fmt.Sprintf("%.2f (%.2f..%.2f)", s.Median, s.Min, s.Max)
}

// Cost shows the median of times in nanoseconds as microseconds; ? if it is not known.
func Cost(s *Summary) string {
	if s == nil || s.Median == 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f µs", s.Median/1e3)
}

// Span shows a time in microseconds with its three digits.
func Span(us float64) string {
	switch {
	case us >= 1e6:
		return strconv.FormatFloat(us/1e6, 'f', -1, 64) + " s"
	case us >= 1e3:
		return strconv.FormatFloat(threeDigits(us/1e3), 'f', -1, 64) + " ms"
	}
	return strconv.FormatFloat(us, 'f', -1, 64) + " µs"
}
