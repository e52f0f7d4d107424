// Package eventually is how tests wait for what comes by itself: a connection that is noticed, a line in a log, the end of
// a process. It is for tests alone.
package eventually

import (
	"testing"
	"time"
)

// Patience is how long a test waits for what must come, on a machine that may be slow and busy.
const Patience = 2 * time.Minute

// The pauses between two looks grow: most of what a test waits for comes at once, and the rest should not be disturbed.
const (
	firstPause = 20 * time.Microsecond
	lastPause  = 5 * time.Millisecond
)

// True waits until cond holds, and fails the test if it does not within Patience. what names what is waited for, as in
// "a PID file". instead tells what there is in its place, where that is not plain.
//
// It must be called, and it calls cond, in the goroutine of the test.
func True(t testing.TB, what string, cond func() bool, instead ...func() string) {
	t.Helper()
	within(t, Patience, what, cond, instead)
}

// within is True with another patience.
func within(t testing.TB, patience time.Duration, what string, cond func() bool, instead []func() string) {
	t.Helper()
	pause := firstPause
	// The last look comes after the time is over, in case the process had no turn meanwhile.
	for begin, late := time.Now(), false; !cond(); late = time.Since(begin) > patience {
		if late {
			text := ""
			for _, there := range instead {
				text += "\n" + there()
			}
			t.Fatalf("waited %v for %s%s", patience, what, text)
		}
		time.Sleep(pause)
		pause = min(2*pause, lastPause)
	}
}
