package protocol

import "math"

// The numbers of meta commands are read more strictly than those of other text commands (number.go), and as memcached 1.6.45 reads
// them: nothing but digits, and a minus sign where the number may be negative; no more characters than it takes, zeros in front
// included. No digits at all are a zero behind a minus sign, and no number else.

const (
	maxDigits32 = 11
	maxDigits64 = 22
)

// metaUint64 reads the number behind a flag.
func metaUint64(word []byte) (n uint64, ok bool) {
	return metaDigits(word, maxDigits64, math.MaxUint64)
}

// metaUint32 does so.
func metaUint32(word []byte) (n uint32, ok bool) {
	wide, ok := metaDigits(word, maxDigits32, math.MaxUint32)
	return uint32(wide), ok
}

// metaExptime reads the expiry behind a flag.
func metaExptime(word []byte) (n int64, ok bool) {
	if len(word) == 0 || word[0] != '-' {
		wide, ok := metaDigits(word, maxDigits32, math.MaxInt32)
		return int64(wide), ok
	}
	if len(word) == 1 {
		return 0, true
	}
	wide, ok := metaDigits(word[1:], maxDigits32-1, -math.MinInt32)
	return -int64(wide), ok
}

// metaLength reads the length of a data block.
func metaLength(word []byte) (n int, ok bool) {
	wide, ok := metaExptime(word)
	return int(wide), ok && wide >= 0 && wide <= maxValue
}

// metaDigits reads an unsigned number of so many characters and so large a value at most.
func metaDigits(word []byte, maxLen int, largest uint64) (n uint64, ok bool) {
	if len(word) == 0 || len(word) > maxLen {
		return 0, false
	}
	for _, c := range word {
		digit := uint64(c - '0')
		if digit > 9 || n > (largest-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, true
}
