package protocol

import (
	"strings"
	"testing"
)

// How a Store is handed over while its value is still coming, at each stage.
func TestStreamedStore(t *testing.T) {
	const from = 8
	for _, c := range []struct {
		in    string
		need  Need
		used  int
		value string
		flag  Flag
	}{
		{"set a 0 0 7\r\n0123456", NeedMore, 0, "", 0},
		{"set a 0 0 7\r\n0123456\r", NeedMore, 0, "", 0},
		{"set a 0 0 8\r", NeedMore, 0, "", 0},
		{"set a 0 0 8\r\n", NeedStream, 13, "", FlagStreaming},
		{"set a 0 0 8\r\n012", NeedStream, 16, "012", FlagStreaming},
		{"set a 0 0 8\r\n01234567", NeedStream, 21, "01234567", FlagStreaming},
		{"set a 0 0 8\r\n01234567\r", NeedStream, 21, "01234567", FlagStreaming},
		{"set a 0 0 8\r\n01234567\r\n", NeedNothing, 23, "01234567", 0},
		{"set a 0 0 8\r\n01234567\rx", NeedNothing, 23, "01234567", FlagBadData},
		{" set a 0 0 8 \r\n012", NeedStream, 18, "012", FlagStreaming},
	} {
		run := new(Run)
		p := &Parser{Limits: Limits{StreamFrom: int32(from)}}
		used, need := p.Parse([]byte(c.in), run, MaxRun)
		if used != c.used || need != c.need || run.N != min(1, used) {
			t.Errorf("%q: used %d, need %d, %d requests", c.in, used, need, run.N)
			continue
		}
		if r := &run.Requests[0]; run.N == 1 && (string(r.Value) != c.value || r.Flag&(FlagStreaming|FlagBadData) != c.flag || r.Next != used) {
			t.Errorf("%q: value %q, flag %x, next %d", c.in, r.Value, r.Flag, r.Next)
		}
	}
}

// Of input that is all there will be nothing incomplete is taken, however long.
func TestWholeInput(t *testing.T) {
	long := strings.Repeat(" key", 500)
	for _, c := range []struct {
		in     string
		binary bool
		need   Need
		used   int
	}{
		{"set a 0 0 20\r\n0123", false, NeedMore, 0},
		{"version\r\nset a 0 0 20\r\n0123", false, NeedMore, 9},
		{"set a 0 0 4\r\n0123\r\n", false, NeedNothing, 19},
		{"get" + long, false, NeedMore, 0},
		{"x" + long, false, NeedMore, 0},
		{"get" + long[:4*60] + "\r\n", false, NeedNothing, 245},
		{"\x80\x01\x00\x01\x08\x00\x00\x00\x00\x00\x00\x29" + strings.Repeat("\x00", 12+8+1+31), true, NeedMore, 0},
		{"\x80\x01\x00\x01\x08\x00\x00\x00\x00\x00\x00\x29" + strings.Repeat("\x00", 12+8+1+32), true, NeedNothing, 65},
	} {
		p := &Parser{Limits: Limits{StreamFrom: 16, Whole: true}, Binary: c.binary}
		used, need := p.Parse([]byte(c.in), new(Run), MaxRun)
		if used != c.used || need != c.need {
			t.Errorf("%.40q: used %d, need %d, want %d and %d", c.in, used, need, c.used, c.need)
		}
	}
}

// The data of a refused store is passed over, however it is cut, and the next command is read.
func TestSkip(t *testing.T) {
	for piece := 1; piece < 12; piece++ {
		p := &Parser{Skip: 10}
		got, _, _ := feed(t, p, "01234567\r\nversion\r\n", piece)
		if len(got) != 1 || got[0] != "version" || p.Skip != 0 {
			t.Errorf("pieces of %d: %q, skip %d", piece, got, p.Skip)
		}
	}
}
