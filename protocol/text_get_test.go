package protocol

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// feed gives a parser a long input in pieces, as a connection with a small buffer would, and returns what was read in
// short form, and the most bytes that were ever left waiting.
func feed(t *testing.T, p *Parser, input string, piece int) (got []string, waiting int, need Need) {
	t.Helper()
	run := new(Run)
	var buffer []byte
	for len(input) > 0 {
		n := min(piece, len(input))
		buffer = append(buffer, input[:n]...)
		input = input[n:]
		for {
			run.N = 0
			var used int
			used, need = p.Parse(buffer, run, MaxRun)
			for _, one := range collect(t, nil, run, used) {
				got = append(got, one.String())
			}
			buffer = buffer[:copy(buffer, buffer[used:])]
			if need != NeedRoom {
				break
			}
		}
		waiting = max(waiting, len(buffer))
		if need == NeedClose {
			break
		}
	}
	return got, waiting, need
}

func TestLongGetLine(t *testing.T) {
	var line strings.Builder
	var want []string
	for i := range 20000 {
		fmt.Fprintf(&line, " key%d", i)
		want = append(want, fmt.Sprintf("get key%d hide=miss", i))
	}
	want = append(want, "end", "version")
	for _, piece := range []int{1, 700, 4096, 65536, 1 << 20} {
		for _, name := range []string{"get", "  get", "bget"} {
			got, waiting, need := feed(t, &Parser{}, name+line.String()+"\r\nversion\r\n", piece)
			if strings.Join(got, "\n") != strings.Join(want, "\n") || need != NeedNothing {
				t.Errorf("%s, pieces of %d: %d requests, need %d", name, piece, len(got), need)
			}
			if waiting > maxLine {
				t.Errorf("%s, pieces of %d: %d bytes were waiting", name, piece, waiting)
			}
		}
	}
}

func TestLongGetLineForms(t *testing.T) {
	blanks := strings.Repeat(" ", 50000)
	keys := strings.Repeat(" aaaaaaa", 1000)
	for _, c := range []struct {
		name, in string
		total    int    // requests
		first    string // the first of them
		last     string // the one before version
	}{
		{"gets", "gets" + keys + "\r\nversion\r\n", 1002, "get aaaaaaa +cas hide=miss", "end"},
		{"gat", "gat 10" + keys + "\r\nversion\r\n", 1002, "get aaaaaaa exptime=10 +touch hide=miss", "end"},
		{"gats", "gats -1" + keys + "\nversion\r\n", 1002, "get aaaaaaa exptime=-1 +cas +touch hide=miss", "end"},
		{"gat bad exptime", "gat 1x" + keys + "\r\nversion\r\n", 2, `fail "CLIENT_ERROR invalid exptime argument"`, `fail "CLIENT_ERROR invalid exptime argument"`},
		{"blanks only", "get " + blanks + "\r\nversion\r\n", 2, unknown, unknown},
		{"blanks, then a key", "get " + blanks + "a\r\nversion\r\n", 3, "get a hide=miss", "end"},
		{"a key, then blanks", "get a" + blanks + "\r\nversion\r\n", 3, "get a hide=miss", "end"},
		{"NUL", "get" + keys + "\x00" + keys + "\r\nversion\r\n", 1002, "get aaaaaaa hide=miss", "end"},
		{"NUL before any key", "get " + blanks + "\x00" + keys + "\r\nversion\r\n", 2, unknown, unknown},
		{"bad key last", "get" + keys + " " + key251 + "\r\nversion\r\n", 1002, "get aaaaaaa hide=miss", badFormat},
		{"bad key and more", "get" + keys + " " + key251 + keys + "\r\nversion\r\n", 1002, "get aaaaaaa hide=miss", badFormat},
		{"endless key", "get" + keys + " " + strings.Repeat("k", 50000) + "\r\nversion\r\n", 1002, "get aaaaaaa hide=miss", badFormat},
		{"key of 250 and CR", "get" + keys + " " + key250 + "\r\nversion\r\n", 1003, "get aaaaaaa hide=miss", "end"},
	} {
		for _, piece := range []int{1, 700, 4096} {
			got, waiting, _ := feed(t, &Parser{}, c.in, piece)
			if len(got) != c.total || got[0] != c.first || got[len(got)-2] != c.last || got[len(got)-1] != "version" {
				t.Errorf("%s, pieces of %d: %d requests, %s, ..., %s", c.name, piece, len(got), got[0], got[max(0, len(got)-2):])
			}
			if waiting > maxLine {
				t.Errorf("%s, pieces of %d: %d bytes were waiting", c.name, piece, waiting)
			}
		}
	}
}

// A complete line of any length gives either all its keys or one error, however small the runs are.
func TestCompleteGetLine(t *testing.T) {
	keys := strings.Repeat(" aaaaaaa", 1000)
	for _, room := range []int{1, 2, 7, MaxRun} {
		all, _ := drive(t, &Parser{}, []byte("get"+keys+"\r\nversion\r\n"), nil, []int{room})
		if len(all) != 1002 || all[1000].r.Command != End || all[1001].r.Command != Version {
			t.Errorf("room %d: %d requests", room, len(all))
		}
		all, _ = drive(t, &Parser{}, []byte("get"+keys+" "+key251+" b\r\nversion\r\n"), nil, []int{room})
		if got := show(all); got != badFormat+"\nversion" {
			t.Errorf("room %d: bad key behind good ones: %.200s", room, got)
		}
	}
}

// A get whose line is complete needs no request but its keys, so that a run holds as many gets as it can.
func TestGetEnd(t *testing.T) {
	for _, in := range []string{"get a\r\n", "get b a\r\n", " gets a \n", "get a  \r\n", "gat 1 a\x00 b\r\n", "get a\r\r\n"} {
		run := new(Run)
		p := &Parser{}
		used, need := p.Parse([]byte(in), run, MaxRun)
		last := &run.Requests[max(0, run.N-1)]
		if used != len(in) || need != NeedNothing || last.Command != Get || last.Flag&FlagEnd == 0 || p.State != (State{}) {
			t.Errorf("%q: used %d, need %d, %d requests, the last %v with flag %x", in, used, need, run.N, last.Command, last.Flag)
		}
		if run.N == 2 && run.Requests[0].Flag&FlagEnd != 0 {
			t.Errorf("%q: the first key counts as the last", in)
		}
	}
}

func TestUnfinishedLine(t *testing.T) {
	fill := strings.Repeat("k", 1000)
	for _, c := range []struct {
		in   string
		need Need
	}{
		{strings.Repeat(" ", 100) + "get " + strings.Repeat(fill[:200]+" ", 5), NeedNothing},
		{strings.Repeat(" ", 101) + "get " + strings.Repeat(fill[:200]+" ", 5), NeedLineEnd},
		{strings.Repeat(" ", 1024), NeedMore},
		{strings.Repeat(" ", 1025), NeedLineEnd},
		{"getx " + fill + fill, NeedLineEnd},
		{"get" + fill + fill, NeedLineEnd},
		{"set " + fill + fill, NeedLineEnd},
		{"delete " + fill + fill, NeedLineEnd},
		{"gat " + fill + fill, NeedLineEnd},
		{"gat " + strings.Repeat(" ", 2000), NeedLineEnd},
		{"get\x00" + fill + fill, NeedLineEnd},
		{"set a 0 0 1500\r\n" + fill, NeedMore}, // a value is no line
		{"set a x 0 1500\r\n" + fill, NeedNothing},
		{"set a 0 0 1500 x y\r\n" + fill + fill[:501], NeedMore},
	} {
		run := new(Run)
		p := &Parser{Limits: Limits{StreamFrom: 2048}}
		used, need := p.Parse([]byte(c.in), run, MaxRun)
		if need != c.need || need == NeedLineEnd && (used != 0 || run.N != 0 || p.State != State{}) {
			t.Errorf("%.120q: need %d, %d requests, %+v", c.in, need, run.N, p.State)
		}
	}
}

// TestLineBorders: a line is judged by its own length, however it comes and whatever stands before and behind it.
func TestLineBorders(t *testing.T) {
	const before, behind = "version\r\nget a\r\n", "\r\nversion\r\n"
	many := strings.Repeat("k ", maxLine)
	gets := 2 + maxLine
	for _, c := range []struct {
		line     string
		requests int // with those before and behind
		need     Need
	}{
		{strings.Repeat("x", 1025), 5, NeedNothing},
		{strings.Repeat("x", maxLine-2), 5, NeedNothing},
		{strings.Repeat("x", maxLine-1), 3, NeedClose},
		{strings.Repeat("x", 3*maxLine), 3, NeedClose},
		{strings.Repeat(" ", 3*maxLine), 3, NeedClose},
		{"delete " + strings.Repeat("x", 3000), 5, NeedNothing},
		{"delete " + strings.Repeat("x", maxLine), 3, NeedClose},
		{"set " + strings.Repeat("x", 3000) + " 0 0 7\r\nversion", 5, NeedNothing},
		{"set " + strings.Repeat("x", 3000) + " 0 0 abc", 5, NeedNothing},
		{"GET /" + strings.Repeat("x", 3000) + " HTTP/1.1", 3, NeedClose},
		{"GET /" + strings.Repeat("x", maxLine) + " HTTP/1.1", 3, NeedClose},
		{strings.Repeat(" ", 500) + "get " + strings.Repeat("k", 1100), 5, NeedNothing},
		{strings.Repeat(" ", 101) + "get " + many, 3, NeedClose},
		{strings.Repeat(" ", 100) + "get " + many, 3 + gets, NeedNothing},
		{"get " + many, 3 + gets, NeedNothing},
		{"gats 5 " + many, 3 + gets, NeedNothing},
		{"gat " + strings.Repeat("5", 3000) + " k", 5, NeedNothing},
		{"gat " + strings.Repeat("5", maxLine) + " k", 3, NeedClose},
		{"getx " + many, 3, NeedClose},
	} {
		for _, cut := range [][]int{nil, {1}, {1448}, {1, 4000, 70000}, {32 << 10}} {
			p := &Parser{Limits: Limits{StreamFrom: 2048}}
			if cut != nil && cut[0] == 1 && len(cut) == 1 && len(c.line) > 4000 {
				continue // byte by byte it takes too long
			}
			all, need := drive(t, p, []byte(before+c.line+behind), cut, nil)
			if len(all) != c.requests || need != c.need {
				t.Errorf("%.20q... of %d bytes, cut %v: %d requests, need %d", c.line, len(c.line), cut, len(all), need)
			}
		}
	}
	whole := &Parser{Limits: Limits{StreamFrom: 2048, Whole: true}} // a datagram's end is the end
	if all, need := drive(t, whole, []byte(strings.Repeat("x", 50_000)+behind), nil, nil); len(all) != 2 || need != NeedNothing {
		t.Errorf("in a datagram: %d requests, need %d", len(all), need)
	}
}

// A server that has executed only a part of what was parsed goes back and must read the rest again, the same.
func TestRewind(t *testing.T) {
	inputs := []string{
		"get a b  c\r\nset d 0 0 1\r\n1\r\ngat 5 e f \r\nget g\r\ndelete h\r\n",
		"get a\x00 b\r\nget c d\x00\r\nversion\r\n",
		"get" + strings.Repeat(" key", 300) + strings.Repeat(" ", 1200) + "k " + key251 + " x\r\nversion\r\n",
	}
	for _, in := range inputs {
		for _, unfinished := range []int{0, 10} { // bytes held back at first, so that the line is not complete
			for stop := range MaxRun {
				p := &Parser{}
				run := new(Run)
				input := []byte(in)[:len(in)-unfinished]
				used, _ := p.Parse(input, run, MaxRun)
				if stop >= run.N {
					break
				}
				wantRun, last := *run, run.Requests[stop]
				p.Rewind(&last)
				run.N = 0
				again, _ := p.Parse(input[last.Next:], run, wantRun.N-stop-1)
				if run.N != wantRun.N-stop-1 || run.N > 0 && last.Next+again > used {
					t.Fatalf("%.40q: after request %d: %d requests, used %d, before %d", in, stop, run.N, last.Next+again, used)
				}
				for i := range run.N {
					a, b := &wantRun.Requests[stop+1+i], &run.Requests[i]
					if a.Command != b.Command || a.Next != b.Next+last.Next || a.After != b.After || a.Flag != b.Flag || !bytes.Equal(wantRun.Keys[stop+1+i].Bytes, run.Keys[i].Bytes) {
						t.Fatalf("%.40q: after request %d: %+v, before %+v", in, stop, b, a)
					}
				}
			}
		}
	}
}
