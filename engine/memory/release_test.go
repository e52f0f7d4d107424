//go:build linux && !race

package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
)

// TestMemoryGoesBack: when all items are over, their memory goes back to the system within ten seconds, and as many fit in again.
// With release_after=0 it stays.
func TestMemoryGoesBack(t *testing.T) {
	for _, after := range []string{"4", "0"} {
		e, h := alone(t, func(s *engine.Settings) {
			s.MemoryLimit, s.Options = 32<<20, engine.Values{releaseOption: after}
		})
		value := strings.Repeat("v", 1000)
		fill := func(exptime clock.Time) (n int) {
			for ; e.arena.MayHave(1); n++ {
				h.Put(engine.OpSet, fmt.Sprint("k", n), value, 0, exptime, 0)
			}
			return n
		}
		stored := fill(h.Clock.Now() + 5)
		full := e.arena.Backed(0)
		pass(e, h, 15)
		if left, back := e.arena.Backed(0), e.arena.Released(); after == "0" {
			h.Expect("kept", left, full)
		} else if left > full/4 || back < 24<<20 {
			t.Errorf("%d bytes of %d are left, %d went back", left, full, back)
		}
		if again := fill(clock.Never); again < stored*9/10 {
			t.Errorf("%d items fit in again, there were %d", again, stored)
		}
		if err := e.Check(); err != nil {
			t.Error(err)
		}
	}
}
