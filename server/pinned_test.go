package server

import (
	"fmt"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/server/settings"
)

// filler fills the memory with values of one size.
type filler struct {
	*client
	size, stored int
}

func (f *filler) store(values int) {
	f.t.Helper()
	value := strings.Repeat("f", f.size)
	for range values {
		f.send(fmt.Sprintf("set filler%d 0 0 %d noreply\r\n%s\r\n", f.stored, f.size, value))
		f.stored++
	}
	f.noop()
}

// sender is a client who stores one value after the other, and takes his time.
type sender struct {
	*client
	number, size int
	rest         string // what is to be sent of the value under way
}

// goOn sends so many bytes more.
func (s *sender) goOn(bytes int) {
	s.t.Helper()
	for bytes > 0 {
		if s.rest == "" {
			s.rest = fmt.Sprintf("set begun%d 0 0 %d noreply\r\n%s\r\n", s.number, s.size, strings.Repeat("x", s.size))
		}
		n := min(bytes, len(s.rest))
		s.send(s.rest[:n])
		s.rest = s.rest[n:]
		bytes -= n
	}
}

// finish sends what is left of the value under way.
func (s *sender) finish() { s.goOn(len(s.rest)) }

// begin has clients send the beginning of a value each of the size with which the memory is filled. Between two of them so
// many others are stored that there are some in every page.
func (ts *testServer) begin(clients, size int) (f *filler, all []*sender) {
	ts.t.Helper()
	f = &filler{client: ts.dial(), size: size}
	perPage := 900_000 / size
	for f.stat("gocached", "pages_free") != "0" {
		f.store(perPage)
	}
	for i := range clients {
		s := &sender{client: ts.dial(), number: i, size: size}
		s.goOn(100)
		all = append(all, s)
		f.store(max(1, 8*perPage/clients))
	}
	want := ts.placeOf(size) * int64(clients)
	if size < shortStore {
		want = int64(size * clients)
	}
	eventually.True(ts.t, "all have begun", func() bool { return ts.filling.Load()+ts.shorts.Load() >= want })
	return f, all
}

// TestShortValuesKeepNoPage: values of 2 to 16 KB that have begun and do not end keep nobody from storing a value of another size,
// of which there is no page yet, not even for a while.
func TestShortValuesKeepNoPage(t *testing.T) {
	for _, size := range []int{2048, 5000, shortStore - 1} {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
		_, held := ts.begin(150, size)
		c := ts.dial()
		for i, other := range []int{315_000, 600_000, 20_000, 1_000_000, 100, 315_000} {
			c.ask(fmt.Sprintf("set other%d 0 0 %d\r\n%s\r\n", i, other, strings.Repeat("o", other)), "STORED\r\n")
		}
		if waits := ts.sum(storeWaits); waits != 0 {
			t.Errorf("%d bytes: %d stores have waited", size, waits)
		}
		for i, h := range held {
			h.finish()
			h.ask(fmt.Sprintf("get begun%d\r\n", i), fmt.Sprintf("VALUE begun%d 0 %d\r\n%s\r\nEND\r\n", i, size, strings.Repeat("x", size)))
		}
		ts.nobodyWaits()
	}
}

// TestLongValuesKeepHalf: values from 16 KB on that have begun and do not end are in half of the pages at most, so whole
// values of any size can be stored.
func TestLongValuesKeepHalf(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, 1 })
	f, held := ts.begin(100, shortStore)
	if pages := f.stat("gocached", "pages_receiving"); pages != "4" {
		t.Errorf("they are in %s pages", pages)
	}
	c := ts.dial()
	for i, other := range []int{100, 15_000, 1000, 10_000, 5000, 50} {
		c.ask(fmt.Sprintf("set other%d 0 0 %d\r\n%s\r\n", i, other, strings.Repeat("o", other)), "STORED\r\n")
	}
	for _, h := range held {
		h.finish()
		h.ask("version\r\n", "VERSION 1.4.5\r\n")
	}
	ts.nobodyWaits()
	if pages := f.stat("gocached", "pages_receiving"); pages != "0" {
		t.Errorf("something is still received into %s pages", pages)
	}
}

// TestTrickledValuesGiveWay: clients who go on sending values of one size, one after the other and slowly, but too fast to be
// stalled, do not keep a value of another size from being stored for longer than theirs take. None is closed.
func TestTrickledValuesGiveWay(t *testing.T) {
	const size, rate = 20_000, 5000
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, 1 })
	f, held := ts.begin(100, size)
	stored := ts.setLate(315_000)
	for seconds := 0; !stored(); seconds++ {
		if seconds > size/rate+5 {
			t.Fatalf("it is not stored after %d seconds", seconds)
		}
		for _, h := range held {
			h.goOn(rate)
		}
		f.noop()
		ts.pass(1)
	}
	if kicks := ts.sum(stalledKicks); kicks != 0 {
		t.Errorf("%d are closed", kicks)
	}
}

// TestStalledInManyPages: a store that waits for a page has its turn soon, though there are many stalled values in each, and
// many of them have as many bytes as it lacks.
func TestStalledInManyPages(t *testing.T) {
	const size = 20_000
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	ts.begin(150, size)
	stored := ts.setLate(2 * size)
	for seconds := 0; !stored(); seconds++ {
		if seconds > stalledSending+20 {
			t.Fatalf("it is not stored after %d seconds, %d are closed", seconds, ts.sum(stalledKicks))
		}
		ts.pass(1)
	}
	if kicks := ts.sum(stalledKicks); kicks < 5 {
		t.Errorf("%d are closed", kicks)
	}
}

// TestLateSenders: before a store is refused that stands in line, one of those goes who have sent for as long, the one who has
// for longest.
func TestLateSenders(t *testing.T) {
	const rate = 8000
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, 1 })
	var held []*sender
	for i := range 4 {
		held = append(held, &sender{client: ts.dial(), number: i, size: 1_000_000})
		held[i].goOn(5000)
		eventually.True(t, "it holds memory", func() bool { return ts.filling.Load() == int64(i+1)<<20 })
		ts.pass(1)
	}
	other := ts.dial()
	stored := ts.setLate(100_000)
	seconds, last := 0, int(ts.shares.lastResort())
	for ; !stored(); seconds++ {
		if seconds > last+4 {
			t.Fatalf("it is not stored after %d seconds", seconds)
		}
		for _, h := range held {
			h.goOn(rate)
		}
		other.noop()
		ts.pass(1)
	}
	if seconds < last {
		t.Errorf("it is stored after %d seconds", seconds)
	}
	held[0].ended()
	for _, h := range held[1:] {
		h.finish()
		h.ask("version\r\n", "VERSION 1.4.5\r\n")
	}
	if kicks := ts.sum(stalledKicks); kicks != 1 {
		t.Errorf("%d are closed", kicks)
	}
}

// setLate stores a value for which there is no room yet. stored says whether it has been.
func (ts *testServer) setLate(size int) (stored func() bool) {
	ts.t.Helper()
	c := ts.dial()
	c.send(fmt.Sprintf("set late 0 0 %d\r\n%s\r\n", size, strings.Repeat("l", size)))
	eventually.True(ts.t, "it stands in line", ts.anyQueued)
	other := ts.dial()
	return func() bool {
		other.send("touch late 0\r\n")
		if line, err := other.r.ReadString('\n'); err != nil || line != "TOUCHED\r\n" {
			return false
		}
		c.expect("STORED\r\n")
		return true
	}
}
