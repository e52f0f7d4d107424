package eventually

import (
	"fmt"
	"testing"
	"time"
)

// failing is a test that keeps why it failed.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	panic(f)
}

// wait runs within on such a test, and returns why that failed.
func wait(patience time.Duration, cond func() bool, instead ...func() string) string {
	f := new(failing)
	func() {
		defer func() { _ = recover() }()
		within(f, patience, "a miracle", cond, instead)
	}()
	return f.text
}

// TestHolds: what holds at once, and what holds after some looks, is no failure.
func TestHolds(t *testing.T) {
	for _, after := range []int{0, 1, 20} {
		looks := 0
		text := wait(time.Minute, func() bool { looks++; return looks > after })
		if text != "" || looks != after+1 {
			t.Errorf("%d looks, %q", looks, text)
		}
	}
}

// TestNeverHolds: a failure says what was waited for, for how long, and what there is instead.
func TestNeverHolds(t *testing.T) {
	const patience = 20 * time.Millisecond
	looks, begin := 0, time.Now()
	text := wait(patience, func() bool { looks++; return false }, func() string { return "only water" })
	if text != "waited 20ms for a miracle\nonly water" {
		t.Errorf("it says %q", text)
	}
	if took := time.Since(begin); took < patience || looks < 2 || looks > 15 {
		t.Errorf("%d looks in %v", looks, took)
	}
}

// TestLastLook: what comes true while the test has no turn is seen, though the time is over.
func TestLastLook(t *testing.T) {
	looks := 0
	if text := wait(0, func() bool { looks++; return looks == 2 }); text != "" {
		t.Error(text)
	}
}
