package rim

import (
	"sync/atomic"
	"testing"
)

// TestPace: a loop lets go of its processor before 10 ms are over, as far as it has enough waits, and not more often than
// need be.
func TestPace(t *testing.T) {
	for waits, want := range map[int]int{500: 500 / minYield, 2000: 2000 / 15, 6000: 6000 / 46, 100_000: 100_000 / maxYield} {
		p := pace{every: maxYield}
		var awake atomic.Uint32
		got := 0
		for range 3 {
			got = 0
			for range waits {
				if p.due(&awake) {
					got++
				}
			}
			awake.Add(1)
		}
		if got < want*95/100 || got > want*105/100 {
			t.Errorf("%d waits a second: lets go %d times, want %d", waits, got, want)
		}
	}
}
