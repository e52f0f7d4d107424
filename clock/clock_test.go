package clock

import (
	"math"
	"slices"
	"testing"
	"time"

	"gocached/internal/eventually"
)

func TestExptime(t *testing.T) {
	c := NewFake(1_700_000_000)
	c.Advance(100)
	now := c.Now()
	for _, row := range []struct {
		n    int64
		want Time
	}{
		{0, Never}, {-1, Past}, {math.MinInt64, Past}, {1, now + 1}, {MaxRelative, now + MaxRelative},
		{MaxRelative + 1, Past}, {1_700_000_100, Past}, {1_700_000_101, now + 1}, {1_700_000_099, Past},
		{math.MaxUint32, Time(math.MaxUint32-1_700_000_100) + now}, {math.MaxInt64, math.MaxUint32},
	} {
		if got := c.Exptime(row.n); got != row.want {
			t.Errorf("Exptime(%d) = %d, want %d", row.n, got, row.want)
		}
	}
}

// TestExptimeBeforeTheEpoch: a wall clock that is set to a time before 1970 makes no date overflow.
func TestExptimeBeforeTheEpoch(t *testing.T) {
	c := NewFake(-1000)
	for n, want := range map[int64]Time{
		MaxRelative + 1: Time(MaxRelative+1+1000) + c.Now(), math.MaxInt64: math.MaxUint32, math.MaxInt64 - 1000: math.MaxUint32, -1: Past,
	} {
		if got := c.Exptime(n); got != want {
			t.Errorf("Exptime(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestFake(t *testing.T) {
	c := NewFake(1000)
	if c.Now() != First || c.Unix() != 1000 {
		t.Errorf("starts at %d and %d", c.Now(), c.Unix())
	}
	at := c.Now() + 50
	c.Advance(10)
	if c.Now() != First+10 || c.UnixOf(at) != 1050 {
		t.Errorf("after 10 seconds: %d, %d", c.Now(), c.UnixOf(at))
	}
	c.SetUnix(5000)
	if c.Now() != First+10 || c.UnixOf(c.Now()) != 5000 {
		t.Error("a jump of the wall clock moves only the wall clock")
	}
}

// TestAdvance turns the real clock by hand: the wall clock's jumps leave the other alone.
func TestAdvance(t *testing.T) {
	c := New()
	for _, row := range []struct {
		after time.Duration
		now   Time
	}{
		{999 * time.Millisecond, First}, {time.Second, First + 1}, {1999 * time.Millisecond, First + 1},
		{time.Hour, First + 3600}, {137 * 365 * 24 * time.Hour, math.MaxUint32}, {math.MaxInt64, math.MaxUint32},
	} {
		if c.advance(row.after, 0); c.Now() != row.now {
			t.Errorf("after %v: %d, want %d", row.after, c.Now(), row.now)
		}
	}
}

// TestWallClockJumps turns both sources by hand. Whatever the wall clock does, seconds are seconds; a date that is given
// after the jump is a date by the new time, and one from before it ends when it was to end.
func TestWallClockJumps(t *testing.T) {
	const start = int64(1_700_000_000)
	for _, jump := range []int64{-86400, -1, 0, 1, 86400, 70 * 365 * 86400} {
		c := New()
		c.advance(10*time.Second, start)
		before := c.Exptime(start + 100) // a date, in a hundred seconds
		relative := c.Exptime(100)
		c.advance(15*time.Second, start+5+jump)
		now := c.Now()
		if now != First+15 || before != First+110 || relative != before {
			t.Errorf("jump %d: now %d, a date from before %d, %d", jump, now, before, relative)
		}
		unix := start + 5 + jump
		for what, got := range map[string][2]Time{
			"in a minute":     {c.Exptime(60), now + 60},
			"on a later date": {c.Exptime(unix + 60), now + 60},
			"on this date":    {c.Exptime(unix), Past},
			"on a past date":  {c.Exptime(unix - 60), Past},
		} {
			if got[0] != got[1] {
				t.Errorf("jump %d: %s is %d, want %d", jump, what, got[0], got[1])
			}
		}
		if c.Unix() != unix || c.UnixOf(now+60) != unix+60 {
			t.Errorf("jump %d: it is %d, and %d in a minute", jump, c.Unix(), c.UnixOf(now+60))
		}
	}
}

// TestStandstill: after a stop both clocks are right at once, in one step.
func TestStandstill(t *testing.T) {
	c := New()
	c.advance(3*time.Second, 1000)
	at := c.Exptime(50)
	c.advance(time.Hour, 4600)
	if c.Now() != First+3600 || c.Unix() != 4600 || at >= c.Now() {
		t.Errorf("now %d, %d", c.Now(), c.Unix())
	}
}

// TestRun lets the clock run until it has moved once.
func TestRun(t *testing.T) {
	c := New()
	ended := make(chan struct{})
	ticks := 0
	go func() {
		c.Run(func() { ticks++ })
		close(ended)
	}()
	eventually.True(t, "a tick", func() bool { return c.Now() != First })
	c.Stop()
	<-ended
	if ticks < 2 { // one at the start
		t.Errorf("%d ticks", ticks)
	}
}

// TestTell: whoever wants to know is told of each second, after it has begun.
func TestTell(t *testing.T) {
	c := NewFake(1000)
	var told []Time
	c.Tell(func() { told = append(told, c.Now()) })
	c.Advance(1)
	c.Advance(5)
	c.advance(time.Hour, 2000)
	want := []Time{First + 1, First + 6, First + 3600}
	if !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}
