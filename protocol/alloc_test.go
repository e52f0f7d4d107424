package protocol

import (
	"testing"

	"gocached/engine"
)

// Parsing and answering must not allocate, whatever the command.
func TestNoAllocations(t *testing.T) {
	run := new(Run)
	parse := func(name, in string, isBinary bool) {
		input := []byte(in)
		got := testing.AllocsPerRun(10, func() {
			p := Parser{Limits: Limits{StreamFrom: 16}, Binary: isBinary}
			for at := 0; at < len(input); {
				run.N = 0
				used, need := p.Parse(input[at:], run, 3)
				if at += used; need != NeedRoom {
					break
				}
			}
		})
		if got != 0 {
			t.Errorf("%s: parsing allocates %v times", name, got)
		}
	}
	for _, c := range textCases {
		parse(c.name, c.in, false)
	}
	for _, c := range metaCases {
		parse(c.in, c.in, false)
	}
	for _, c := range binaryCases {
		parse(c.name, c.in, true)
	}

	dst, key := make([]byte, 0, 4096), []byte("key")
	hit := engine.Hit{Value: []byte("value"), Flags: 1 << 31, CAS: 1 << 60}
	looked := &engine.Key{Bytes: key, Look: &engine.Look{Seen: engine.Seen{Base64: true, Stale: true, Won: true}}}
	allLetters := Request{Dialect: Meta, Flag: FlagValue | FlagEncoded, Tokens: []byte("O1"), Letters: [maxLetters]byte([]byte("kOcstflhTNR"))}
	for c := range numCommands {
		for _, r := range []Request{{}, {Flag: FlagCAS}, allLetters, {Dialect: Binary}, {Dialect: Binary, Flag: FlagKey}} {
			r.Command = c
			got := testing.AllocsPerRun(10, func() {
				out := AppendReply(dst, &r, key, &Reply{Number: 1 << 60, Text: "1.4.5"})
				out = AppendReply(out, &r, key, &Reply{Status: engine.NotFound})
				out = AppendMiss(AppendHit(out, &r, looked, &hit), &r, key)
				out = AppendDescription(out, &r, looked, &hit)
				AppendStatsEnd(AppendStat(out, &r, "name", "value"), &r)
			})
			if got != 0 {
				t.Errorf("%v, dialect %d, flag %x: answering allocates %v times", c, r.Dialect, r.Flag, got)
			}
		}
	}
}
