package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	// longCall is the time from which a call is looked into.
	longCall = 500 * time.Microsecond

	// readEvery is how often a thread's own times are read, which takes a microsecond or two: never within a call.
	readEvery = 100 * time.Microsecond

	// tooLong is what no call should take.
	tooLong = time.Millisecond
)

// times counts how long calls took by the clock; and of the long ones apart, what the engine can be blamed for.
//
//	ran     what the thread ran on a processor, all that the system did for it included
//	slept   all of a call in which it slept, as it does to wait for a lock, or in which the goroutine changed threads
//
// The rest is time in which the thread wanted to run and had no processor: another thread had it, or the virtual machine
// was stopped and its kernel was told so. Sleep can come from that too: if the one who holds the lock has no processor.
type times struct {
	*hdrhistogram.Histogram
	clock, ran, slept longest
	meter             *meter
}

// longest is the longest call, and how many took longer than they should.
type longest struct {
	time time.Duration
	at   int // the item that was being stored, or how many there were
	over int
}

func (l *longest) add(d time.Duration, at int) {
	if d > l.time {
		l.time, l.at = d, at
	}
	if d > tooLong {
		l.over++
	}
}

func (l *longest) String() string { return fmt.Sprintf("%11s%10d%6d", micros(l.time), l.at, l.over) }

func newTimes(m *meter) *times {
	return &times{Histogram: hdrhistogram.New(1, int64(time.Minute), 3), meter: m}
}

func (t *times) call(at int, f func()) {
	start := t.meter.start()
	f()
	d := time.Since(start)
	t.clock.add(d, at)
	if d <= longCall {
		t.ran.add(d, at)
	} else if ran, slept := t.meter.since(); slept {
		t.slept.add(d, at)
	} else {
		t.ran.add(min(d, ran), at)
	}
	_ = t.RecordValue(int64(max(1, min(d, time.Minute)))) // cannot fail within these bounds
}

func printHeading() {
	fmt.Printf("%64s", "")
	for _, what := range []string{"longest by the clock", "longest that it ran", "longest with sleep"} {
		fmt.Printf("  %-25s", what)
	}
	fmt.Printf("\n%20s%11s%11s%11s%11s", "calls", "p50", "p99", "p99.9", "p99.99")
	for range 3 {
		fmt.Printf("%11s%10s%6s", "", "at item", ">1ms")
	}
	fmt.Println()
}

func (t *times) print(what string) {
	fmt.Printf("  %-6s%12d", what, t.TotalCount())
	for _, p := range []float64{50, 99, 99.9, 99.99} {
		fmt.Printf("%11s", micros(time.Duration(t.ValueAtPercentile(p))))
	}
	fmt.Printf("%v%v%v\n", &t.clock, &t.ran, &t.slept)
}

func micros(d time.Duration) string { return fmt.Sprintf("%.1f µs", float64(d)/1e3) }

// meter knows what the thread under a goroutine has done since it last looked. It looks between calls, now and then, so
// that a long call can be told from what others did meanwhile; short calls before it, less than readEvery, count with it.
type meter struct {
	at   time.Time
	last thread
}

// thread is what a thread has done so far.
type thread struct {
	id    int
	ran   time.Duration // on a processor
	slept int64         // how often it gave its processor away because it had to wait
}

// start returns when a call begins.
func (m *meter) start() time.Time {
	now := time.Now()
	if now.Sub(m.at) < readEvery {
		return now
	}
	runtime.Gosched() // else the runtime asks for it every ten milliseconds, in the middle of a call
	m.last = readThread()
	m.at = time.Now()
	return m.at
}

// since returns how long the thread has run since the meter looked, and whether it slept.
func (m *meter) since() (ran time.Duration, slept bool) {
	now, last := readThread(), m.last
	m.last, m.at = now, time.Now()
	return now.ran - last.ran, now.id != last.id || now.slept != last.slept
}
