package settings

import (
	"math"
	"strconv"
	"strings"
)

// atoi reads a number as C's atoi does: white space, a sign, digits, and whatever follows is ignored; no digits are 0.
// What does not fit in 32 bits becomes the nearest number that does, where C would cut bits off.
func atoi(s string) int {
	n := strtol(s, 10)
	return int(max(math.MinInt32, min(math.MaxInt32, n)))
}

// strtol reads a number as C's strtol does, without the forms that begin with 0x. Out of range gives the nearest number.
func strtol(s string, base int) int64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if end < len(s) && (s[0] == '-' || s[0] == '+') {
		end++
	}
	for end < len(s) && s[end] >= '0' && int(s[end]-'0') < base {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], base, 64) // the value is right, or the nearest, whatever the error
	return n
}

// atof reads a number as C's atof does, in decimal: the longest beginning that is a number, 0 if there is none. Neither
// infinity nor "not a number" are numbers here.
func atof(s string) float64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	for end < len(s) && strings.IndexByte("+-.0123456789eE", s[end]) >= 0 {
		end++
	}
	for ; end > 0; end-- {
		f, err := strconv.ParseFloat(s[:end], 64)
		if err == nil {
			return f
		}
	}
	return 0
}

// size reads a number of bytes that may end in k or m, in either case, as -I takes it.
func size(s string) int64 {
	scale := int64(1)
	if s != "" {
		switch s[len(s)-1] {
		case 'k', 'K':
			scale = 1 << 10
		case 'm', 'M':
			scale = 1 << 20
		}
	}
	return int64(atoi(s)) * scale
}

// inBytes reads a size as people write it elsewhere: 200m, 1.5GB, 64 KiB. ok is false without a unit.
func inBytes(s string) (bytes int64, ok bool) {
	all := strings.ToLower(strings.TrimSpace(s))
	digits := strings.TrimRight(all, " bikmgt")
	unit := strings.TrimSpace(all[len(digits):])
	shift, ok := map[string]int{"k": 10, "m": 20, "g": 30, "t": 40}[strings.TrimSuffix(strings.TrimSuffix(unit, "b"), "i")]
	if unit == "b" {
		shift, ok = 0, true
	}
	f, err := strconv.ParseFloat(digits, 64)
	f *= float64(int64(1) << shift)
	return int64(f), ok && err == nil && f > 0 && f < 1<<60
}

// splitList splits a list at commas and semicolons and leaves empty parts out.
func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' })
}

// appendNew appends those of more that the list does not hold yet.
func appendNew(list, more []string) []string {
	for _, m := range more {
		known := false
		for _, l := range list {
			known = known || l == m
		}
		if !known {
			list = append(list, m)
		}
	}
	return list
}
