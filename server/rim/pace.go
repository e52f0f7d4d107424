package rim

import "sync/atomic"

// pace tells a loop when to yield its processor to other goroutines. If a goroutine does not yield for 10 ms, Go's monitor
// takes it for one that runs for too long. Then it takes its place from it in every wait, and never sleeps for longer than
// 20 µs itself. With one client at 2,000 requests a second that costs a quarter of the processor time. Yielding wakes
// another thread, so it must be rare: just often enough that less than 10 ms pass, and at most once in maxYield waits.
//
// pace asks no clock. The server counts seconds anyway, and those tell how many waits there are in a second. pace learns
// that one second late. The bounds are such that a wrong number costs little.
type pace struct {
	waits  uint32 // since it last let go
	every  uint32 // so many there shall be; maxYield at first
	total  uint32 // in this second
	second uint32 // see Config.Awake
}

const (
	minYield     = 8   // waits between two times
	maxYield     = 64  // the same, at most
	yieldASecond = 128 // times, if that is within the two
)

// due counts a wait, and says whether to let go before it.
func (p *pace) due(awake *atomic.Uint32) bool {
	if p.waits++; p.waits < p.every {
		return false
	}
	p.total += p.waits
	p.waits = 0
	if now := awake.Load(); now != p.second {
		if p.every = maxYield; now == p.second+1 { // else it was quiet in between, which says nothing of what comes now
			p.every = min(max(p.total/yieldASecond, minYield), maxYield)
		}
		p.total, p.second = 0, now
	}
	return true
}
