package bench

import (
	"math/bits"
	"time"
)

// histogram counts times in buckets that are an eighth of a power of two wide, so a percentile is right to about a
// tenth. Zero is an empty one.
type histogram struct {
	count   int64
	buckets [64 * 8]int64
}

func bucketOf(d time.Duration) int {
	n := uint64(max(d, 1))
	power := bits.Len64(n) - 1
	if power < 3 {
		return int(n)
	}
	return power*8 + int(n>>(power-3)&7)
}

// upper is the largest time that falls into a bucket.
func upper(bucket int) time.Duration {
	power, eighth := bucket/8, bucket%8
	if power < 3 {
		return time.Duration(bucket)
	}
	return time.Duration((uint64(8+eighth)+1)<<(power-3) - 1)
}

// note counts a time.
func (h *histogram) note(d time.Duration) {
	h.count++
	h.buckets[bucketOf(d)]++
}

// add adds what another has counted.
func (h *histogram) add(other *histogram) {
	h.count += other.count
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// percentile is a time that this share of those counted do not exceed.
func (h *histogram) percentile(share float64) time.Duration {
	left := int64(share * float64(h.count))
	for i, n := range h.buckets {
		if left -= n; left < 0 {
			return upper(i)
		}
	}
	return 0
}
