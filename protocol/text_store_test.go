package protocol

import "testing"

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
		p := &Parser{Limits: Limits{StreamFrom: from}}
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
