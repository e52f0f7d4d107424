package protocol

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gocached/engine"
)

// parsed is one request in a form that can be compared whatever the way its input was cut. A Get with FlagEnd counts as
// two, for it depends on the cut whether an End follows instead.
type parsed struct {
	key, value string
	valueLen   int
	r          Request // without slices and offsets
}

// drive feeds input to a parser in pieces, as a connection would, and returns the requests. cut says how much more
// input comes each time, room how many requests a run takes; both begin again when they are used up.
func drive(t testing.TB, p *Parser, input []byte, cut, room []int) (all []parsed, need Need) {
	t.Helper()
	var run Run
	at, have := 0, 0
	for step := 0; ; step++ {
		if step > 4*len(input)+100 {
			t.Fatalf("no end: at %d of %d, need %d", at, len(input), need)
		}
		if len(cut) == 0 {
			have = len(input)
		} else {
			have = min(len(input), have+cut[step%len(cut)])
		}
		for {
			limit := MaxRun
			if len(room) > 0 {
				limit = room[step%len(room)]
			}
			run.N = 0
			in := append([]byte(nil), input[at:have]...)
			var used int
			used, need = p.Parse(in[:len(in):len(in)], &run, limit)
			if used < 0 || used > len(in) {
				t.Fatalf("used %d of %d", used, len(in))
			}
			all = collect(t, all, &run, used)
			at += used
			if need == NeedStream {
				at += stream(t, &all[len(all)-1], p, input[at:])
				have = max(have, at)
				continue
			}
			if need != NeedRoom {
				break
			}
			step++
		}
		if need == NeedClose || have == len(input) {
			return all, need
		}
	}
}

// stream does what a server does with a value that is still coming: it reads the rest, and in text the block's end.
func stream(t testing.TB, last *parsed, p *Parser, rest []byte) (taken int) {
	t.Helper()
	missing := last.valueLen - len(last.value)
	if missing < 0 {
		t.Fatalf("value of %d bytes announced, %d given", last.valueLen, len(last.value))
	}
	n := min(missing, len(rest))
	last.value += string(rest[:n])
	if n < missing || last.r.Dialect == Binary {
		return n
	}
	if len(rest) < n+2 {
		return len(rest)
	}
	if string(rest[n:n+2]) != "\r\n" {
		last.r.Flag |= FlagBadData
	}
	return n + 2
}

func collect(t testing.TB, all []parsed, run *Run, used int) []parsed {
	t.Helper()
	for i := 0; i < run.N; i++ {
		r := run.Requests[i]
		if r.Start < 0 || r.Next < r.Start || r.Next > used {
			t.Fatalf("request %d of %v lies in [%d:%d] of %d", i, r.Command, r.Start, r.Next, used)
		}
		if i > 0 && r.Start != run.Requests[i-1].Next && run.Requests[i-1].Skip == 0 && !run.Requests[i-1].After.SkipLine && r.Flag&FlagNewLine == 0 {
			t.Fatalf("request %d starts at %d, the one before ended at %d", i, r.Start, run.Requests[i-1].Next)
		}
		one := parsed{key: string(run.Keys[i].Bytes), value: string(r.Value) + string(r.Tokens), valueLen: r.ValueLen}
		r.Value, r.Tokens, r.Start, r.Next, r.After = nil, nil, 0, 0, State{}
		atEnd := r.Flag&FlagEnd != 0
		r.Flag &^= FlagStreaming | FlagEnd
		one.r = r
		all = append(all, one)
		if atEnd {
			all = append(all, parsed{r: Request{Command: End}})
		}
	}
	return all
}

// String shows a request in a short form: only what differs from the ordinary.
func (p parsed) String() string {
	r := &p.r
	var b strings.Builder
	fmt.Fprint(&b, r.Command)
	if r.Command == Store {
		b.WriteString([]string{"/set", "/add", "/replace", "/append", "/prepend", "/cas"}[r.Op])
	}
	if p.key != "" {
		fmt.Fprintf(&b, " %s", short(p.key))
	}
	if r.Command == Fail {
		fmt.Fprintf(&b, " %q", textOf(r, r.Status))
	}
	for _, n := range []struct {
		name  string
		value any
		show  bool
	}{
		{"flags", r.Flags, r.Flags != 0}, {"exptime", r.Exptime, r.Exptime != 0}, {"cas", r.CAS, r.CAS != 0},
		{"delta", r.Delta, r.Delta != 0}, {"initial", r.Initial, r.Initial != 0}, {"skip", r.Skip, r.Skip != 0},
		{"newcas", r.NewCAS, r.NewCAS != 0}, {"vivify", r.Vivify, r.Vivify != 0}, {"recache", r.Recache, r.Recache != 0},
		{"letters", strings.TrimRight(string(r.Letters[:]), "\x00"), r.Letters[0] != 0},
	} {
		if n.show {
			fmt.Fprintf(&b, " %s=%v", n.name, n.value)
		}
	}
	if p.value != "" || r.Command == Store {
		fmt.Fprintf(&b, " %q", short(p.value))
	}
	for i, name := range []string{"cas", "key", "decrease", "create", "touch", "streaming", "bad", "close", "", "", "", "",
		"b", "v", "C", "E", "N", "R", "u", "I", "x"} {
		if name == "" {
			continue
		}
		if r.Flag&(1<<i) != 0 {
			b.WriteString(" +" + name)
		}
	}
	b.WriteString([]string{"", " hide=ok", " hide=miss", " hide=all"}[r.Hide])
	return b.String()
}

func short(s string) string {
	if len(s) > 20 {
		return fmt.Sprintf("%s...%d", s[:4], len(s))
	}
	return s
}

func show(all []parsed) string {
	lines := make([]string, len(all))
	for i := range all {
		lines[i] = all[i].String()
	}
	return strings.Join(lines, "\n")
}

// everyCut is how the tables of these tests divide their input: whole, byte by byte, and unevenly in small runs.
var everyCut = []struct{ cut, room []int }{
	{nil, nil},
	{[]int{1}, nil},
	{nil, []int{1}},
	{[]int{1}, []int{1}},
	{[]int{3, 1, 7}, []int{2, 5}},
	{[]int{40}, []int{3}},
}

func TestCommandRows(t *testing.T) {
	named := map[Command]bool{Fail: true, End: true, Token: true} // made by the parser itself
	for i := range textCommands {
		row := &textCommands[i]
		if named[row.command] = true; row.name == "" || textCommandNamed([]byte(row.name)) != row {
			t.Errorf("text row %d is not found by its name %q", i, row.name)
		}
		if row.fewest > row.most || row.wrong == engine.OK {
			t.Errorf("%s: from %d to %d words, else status %d", row.name, row.fewest, row.most, row.wrong)
		}
	}
	for i := range metaCommands {
		row := &metaCommands[i]
		if row.name == "" {
			continue
		}
		if named[row.command] = true; metaCommandOf([]byte(row.name)) != row {
			t.Errorf("meta row %d is not found by its name %q", i, row.name)
		}
		if row.command != Describe && commands[row.command].meta == "" {
			t.Errorf("%s has no letters to say OK", row.name)
		}
	}
	for i := range opcodes {
		if op := &opcodes[i]; op.name != "" {
			named[op.command] = true
		}
	}
	names := map[string]bool{}
	for c := range numCommands {
		if c.String() == "" || names[c.String()] {
			t.Errorf("command %d has the name %q", c, c)
		}
		names[c.String()] = true
		if !named[c] {
			t.Errorf("%v has neither a text name nor an opcode", c)
		}
	}
}

// TestTextCommandsAreWhole: with the fewest words that it takes each text command is itself, has its key if its form has
// one, and an answer.
func TestTextCommandsAreWhole(t *testing.T) {
	unanswered := map[Command]bool{Get: true, Quit: true, Shutdown: true} // AppendHit and AppendMiss answer a get
	for i := range textCommands {
		row := &textCommands[i]
		line := row.name + strings.Repeat(" 1", row.fewest) + "\r\n1\r\n"
		all, _ := drive(t, new(Parser), []byte(line), nil, nil)
		if len(all) == 0 || all[0].r.Command != row.command {
			t.Fatalf("%s: %q is read as %v", row.name, line, all)
		}
		keyless := []form{formBare, formFlush, formVerbosity, formMemlimit, formSlabs}
		keyed := !slices.Contains(keyless, row.form)
		if keyed != (all[0].key == "1") {
			t.Errorf("%s has the key %q: textCommand.read must know its form", row.name, all[0].key)
		}
		answer := AppendReply(nil, &all[0].r, nil, &Reply{Number: 1, Text: "1"})
		if len(answer) == 0 && !unanswered[row.command] {
			t.Errorf("%s has no answer: see commandRow.done and appendTextReply", row.name)
		}
	}
}

func TestStatusRows(t *testing.T) {
	for s := engine.OK + 1; s < numStatuses; s++ {
		row := statuses[s]
		switch inUse := s <= engine.Moving || s >= engine.FirstFree; {
		case inUse && (row.classic == "" || row.code == 0):
			t.Errorf("status %d has the row %+v", s, row)
		case row.meta != "" && len(row.meta) != 2:
			t.Errorf("status %d begins a line with %q", s, row.meta)
		case !inUse && row != (statusRow{}):
			t.Errorf("status %d belongs to nobody and has the row %+v", s, row)
		}
	}
}
