package bench

import (
	"testing"
	"time"
)

func TestHistogram(t *testing.T) {
	var h, other histogram
	for i := 1; i <= 1000; i++ {
		h.note(time.Duration(i) * time.Microsecond)
	}
	other.add(&h)
	for share, want := range map[float64]time.Duration{0.5: 500 * time.Microsecond, 0.99: 990 * time.Microsecond, 0: time.Microsecond} {
		got := other.percentile(share)
		if got < want || got > want+want/7 {
			t.Errorf("percentile %.2f is %v, want %v and at most a seventh more", share, got, want)
		}
	}
	if (&histogram{}).percentile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
}

// TestBucketBounds: no time exceeds its bucket's upper bound, and it does exceed that of the bucket below.
func TestBucketBounds(t *testing.T) {
	for d := time.Duration(1); d < time.Hour; d += 1 + d/17 {
		b := bucketOf(d)
		if upper(b) < d || d >= 8 && upper(b-1) >= d && b%8 != 0 {
			t.Fatalf("%d is in bucket %d, up to %d", d, b, upper(b))
		}
	}
}

func TestValues(t *testing.T) {
	for _, size := range []int{0, 1, 7, 8, 9, 1000} {
		v := appendValue(nil, "key", size)
		if len(v) != size || !isValue("key", v) {
			t.Errorf("size %d: %d bytes, not recognised", size, len(v))
		}
		if size >= 8 && isValue("other", v) {
			t.Errorf("size %d: taken for another key's", size)
		}
	}
}
