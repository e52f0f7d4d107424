package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"
)

// TestCheckValue: a value is told from one of another key, a torn one and a mixture of two versions.
func TestCheckValue(t *testing.T) {
	for version := range uint64(2000) {
		value := appendValue(nil, 7, version, windowOf(7, version))
		if got, ok := checkValue(value, 7); !ok || got != version {
			t.Fatalf("version %d is read as %d, %v", version, got, ok)
		}
		if _, ok := checkValue(value, 8); ok {
			t.Fatal("it passes for another key's")
		}
		if _, ok := checkValue(value[:len(value)-1], 7); ok {
			t.Fatal("it passes without its end")
		}
		next := appendValue(nil, 7, version+1, windowOf(7, version+1))
		mixed := slices.Concat(next[:valueHead], value[valueHead:])
		if _, ok := checkValue(mixed, 7); ok && len(mixed) > valueHead+2 {
			t.Fatalf("two versions pass for one: %d", version)
		}
	}
}

// TestHold: a script passes with the answers that are due, and with no others.
func TestHold(t *testing.T) {
	for seed := range uint64(20) {
		for _, spoil := range []bool{false, true} {
			s := &script{random: rand.New(rand.NewPCG(seed, 1)), prefix: "k", items: map[string]stored{}, binary: seed%2 == 0}
			s.write(50)
			due := slices.Clone(s.answers)
			if spoil {
				due[seed%4] ^= 1 // the first bytes hold no CAS
			}
			here, there := net.Pipe()
			go func() { _, _ = io.CopyN(io.Discard, there, int64(len(s.said))); _, _ = there.Write(due) }()
			if err := (&client{Conn: here}).hold(s, false); (err != nil) != spoil {
				t.Errorf("seed %d, spoilt %v: %v", seed, spoil, err)
			}
			here.Close()
			there.Close()
		}
	}
}

// TestMisplaced: a log is right only if each record is there once, in order.
func TestMisplaced(t *testing.T) {
	right := record(1, 1) + record(1, 0) + record(0, 0) + record(0, 1)
	for name, c := range map[string]struct {
		log   string
		wrong bool
	}{
		"right":        {right, false},
		"one missing":  {right[recordSize:], true},
		"torn":         {right[:len(right)-1], true},
		"out of order": {right[:2*recordSize] + record(0, 1) + record(0, 0), true},
		"double":       {right + record(0, 1), true},
		"nothing":      {"", true},
	} {
		if wrong := misplaced([]byte(c.log), 2, 2); wrong > 0 != c.wrong {
			t.Errorf("%s: %d", name, wrong)
		}
	}
}

// TestJudgeFlush: what happened during a flush may be either, everything else must be right.
func TestJudgeFlush(t *testing.T) {
	for _, c := range []struct {
		what        string
		stored      mark
		found       bool
		done, begun int64
		wrong       bool
	}{
		{"no flush, found", mark{3, 3}, true, 3, 3, false},
		{"no flush, lost", mark{3, 3}, false, 3, 3, true},
		{"a flush between, gone", mark{3, 3}, false, 4, 4, false},
		{"a flush between, found", mark{3, 3}, true, 4, 4, true},
		{"a flush while stored, found", mark{3, 4}, true, 4, 4, false},
		{"a flush while stored, gone", mark{3, 4}, false, 4, 4, false},
		{"a flush while asked, found", mark{3, 3}, true, 3, 4, false},
		{"a flush while asked, gone", mark{3, 3}, false, 3, 4, false},
	} {
		f := &flushCount{}
		f.judge(c.stored, c.found, c.done, c.begun)
		if f.wrong.Load() > 0 != c.wrong {
			t.Errorf("%s: wrong %d", c.what, f.wrong.Load())
		}
	}
}

// TestCorpus: the recorded conversations are read, spoilt in many ways, and the same in every run.
func TestCorpus(t *testing.T) {
	load := func() *corpus {
		c, err := loadCorpus("../../testdata/golden", rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c, again := load(), load()
	if len(c.streams) < 300 || len(c.frames) < 10 {
		t.Fatalf("%d streams and %d frames", len(c.streams), len(c.frames))
	}
	if !slices.ContainsFunc(c.streams, func(in []byte) bool { return in[0] == 0x80 }) {
		t.Error("nothing binary")
	}
	different := map[string]bool{}
	for range 2000 {
		input := c.stream()
		if len(input) == 0 || !bytes.Equal(input, again.stream()) {
			t.Fatalf("%q is empty or not the same again", input)
		}
		different[string(input)] = true
	}
	if len(different) < 1800 {
		t.Errorf("only %d different inputs of 2000", len(different))
	}
}

// TestPayload reads the forms in which the recordings write bytes.
func TestPayload(t *testing.T) {
	for form, want := range map[string]string{
		`"get a\r\n"`:                            "get a\r\n",
		`["a", {"rep": "xy", "n": 3}, "\u00ff"]`: "axyxyxy\xff",
		`{"hex": "8000"}`:                        "\x80\x00",
		`{"hex": ["80", {"rep": "61", "n": 2}]}`: "\x80aa",
	} {
		if got := string(payload([]byte(form))); got != want {
			t.Errorf("%s is read as %q", form, got)
		}
	}
}

// TestSetAndGet: what a client that sends byte by byte expects has the length of what is answered.
func TestSetAndGet(t *testing.T) {
	for i := range 4 {
		requests, answers := setAndGet(i)
		if withoutCAS(answers, i) != answers || len(requests) < 50 {
			t.Errorf("client %d: %q", i, requests)
		}
	}
}

// TestPaced: a reader gets a fifth of its rate at a time, and when its time is over all that there is.
func TestPaced(t *testing.T) {
	for _, c := range []struct {
		until time.Time
		want  int
	}{{time.Now().Add(time.Hour), 20}, {time.Now(), 1000}} {
		p := &paced{from: bytes.NewReader(make([]byte, 1000)), share: 20, next: time.Now(), until: c.until}
		if n, err := p.Read(make([]byte, 2000)); n != c.want || err != nil {
			t.Errorf("%d bytes, %v; want %d", n, err, c.want)
		}
	}
}

// TestAttacks: names are not used twice, and each attack has bounds.
func TestAttacks(t *testing.T) {
	names := map[string]bool{}
	for _, a := range attacks {
		if names[a.name] || len(a.bounds) == 0 || a.run == nil || !known(a.name) {
			t.Errorf("%s: %d bounds", a.name, len(a.bounds))
		}
		names[a.name] = true
	}
}

// TestOutcome: a figure beyond its bound and an attack that failed are both found out.
func TestOutcome(t *testing.T) {
	limits := []float64{1, 2}
	for text, c := range map[string]struct {
		outcome
		ok bool
	}{
		"within":   {outcome{figures: []float64{1, 2}}, true},
		"beyond":   {outcome{figures: []float64{1, 2.1}}, false},
		"an error": {outcome{err: fmt.Errorf("no")}, false},
	} {
		if c.within(limits) != c.ok {
			t.Error(text)
		}
	}
	for f, want := range map[float64]string{0: "0 MiB", 1.2345: "1.23 MiB", 846.4: "846 MiB", 12345: "12345 MiB"} {
		if got := format(f, "MiB"); got != want {
			t.Errorf("%v is printed as %q", f, got)
		}
	}
}
