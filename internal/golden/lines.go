package golden

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// expectLines reads as many lines as the pattern has and compares them in any order; with names, only the second words
// of STAT lines count.
func (s *stream) expectLines(want payload, seen casValues, names bool) error {
	patterns := want.lines()
	deadline := time.Now().Add(patience)
	for !s.complete(len(patterns), names) {
		if err := s.read(deadline); err != nil {
			return fmt.Errorf("got %s and then %w, want %d lines: %s", quote(s.in), err, len(patterns), want)
		}
	}
	got := bytes.SplitAfter(s.in, []byte("\n"))
	got = slices.DeleteFunc(got, func(line []byte) bool { return len(line) == 0 })
	if names {
		s.in = nil
		return compareNames(got, patterns)
	}
	s.in = bytes.Join(got[len(patterns):], nil)
	for _, line := range got[:len(patterns)] {
		i := slices.IndexFunc(patterns, func(p payload) bool {
			used, v := p.match(line, seen)
			return v == yes && used == len(line)
		})
		if i < 0 {
			return fmt.Errorf("line %q is none of those expected: %s", line, want)
		}
		patterns = slices.Delete(patterns, i, i+1)
	}
	return nil
}

// complete reports whether the reply is there: by its END where only names count, else by the number of lines.
func (s *stream) complete(lines int, names bool) bool {
	if names {
		return bytes.HasSuffix(s.in, []byte("END\r\n")) || bytes.HasSuffix(s.in, []byte("STORED\r\n")) ||
			bytes.HasSuffix(s.in, []byte("ERROR\r\n"))
	}
	return bytes.Count(s.in, []byte("\n")) >= lines
}

// lines cuts a pattern after each newline.
func (p payload) lines() []payload {
	var out []payload
	var line payload
	for _, t := range p {
		if t.kind != literal {
			line = append(line, t)
			continue
		}
		for _, piece := range bytes.SplitAfter(t.literal, []byte("\n")) {
			if len(piece) == 0 {
				continue
			}
			line = append(line, token{kind: literal, literal: piece})
			if bytes.HasSuffix(piece, []byte("\n")) {
				out = append(out, line)
				line = nil
			}
		}
	}
	if line != nil {
		out = append(out, line)
	}
	return out
}

// compareNames compares the names of statistics, in any order.
func compareNames(got [][]byte, want []payload) error {
	var have, need []string
	for _, line := range got {
		have = append(have, statName(string(line)))
	}
	for _, p := range want {
		need = append(need, statName(string(p[0].literal)))
	}
	var wrong []string
	for _, n := range need {
		if !slices.Contains(have, n) {
			wrong = append(wrong, "missing "+n)
		}
	}
	for _, n := range have {
		if !slices.Contains(need, n) {
			wrong = append(wrong, "surplus "+n)
		}
	}
	if wrong != nil {
		return fmt.Errorf("names of statistics: %s", strings.Join(wrong, ", "))
	}
	return nil
}

func statName(line string) string {
	words := strings.Fields(line)
	if len(words) > 1 && words[0] == "STAT" {
		return words[1]
	}
	return strings.Join(words, " ")
}
