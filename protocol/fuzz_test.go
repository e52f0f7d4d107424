package protocol

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"gocached/compat"
)

// fuzzParse checks that any division of the input gives the same requests. drive checks that no more is used than was
// given, and that the requests lie where they say. pieces is how much comes at a time, and how large the runs are.
func fuzzParse(t *testing.T, input, pieces []byte, isBinary bool) {
	for _, mode := range []compat.Mode{compat.V145, compat.V1645} {
		fuzzParseIn(t, input, pieces, Limits{StreamFrom: 16, Compat: mode}, isBinary)
	}
}

func fuzzParseIn(t *testing.T, input, pieces []byte, limits Limits, isBinary bool) {
	if len(input) > 4*longLine {
		return // longer ones only take longer; TestLineBorders has those
	}
	parser := func() *Parser { return &Parser{Limits: limits, Binary: isBinary} }
	whole, wholeNeed := drive(t, parser(), input, nil, nil)
	var cut, room []int
	for _, n := range pieces[:min(len(pieces), 32)] {
		cut = append(cut, 1+int(n%32))
		room = append(room, 1+int(n>>5))
	}
	parts, partsNeed := drive(t, parser(), input, cut, room)
	if !isBinary && hasLongGet(input) {
		return // what such a line gives depends on whether its end was there
	}
	if wholeNeed != partsNeed || !reflect.DeepEqual(whole, parts) {
		t.Fatalf("%q\nwhole, %d:\n%s\nin parts, %d:\n%s", input, wholeNeed, show(whole), partsNeed, show(parts))
	}
}

// hasLongGet says whether some line is long and may be a get.
func hasLongGet(input []byte) bool {
	for _, line := range bytes.Split(input, []byte("\n")) {
		if len(line) > longLine && (bytes.Contains(line, []byte("get")) || bytes.Contains(line, []byte("gat"))) {
			return true
		}
	}
	return false
}

func FuzzParseText(f *testing.F) {
	for i, c := range slices.Concat(textCases, refusedStores, httpRequests) {
		f.Add([]byte(c.in), []byte{0, byte(i), byte(3 * i)})
	}
	for i, c := range metaCases {
		f.Add([]byte(c.in), []byte{0, byte(i), byte(3 * i)})
	}
	f.Fuzz(func(t *testing.T, input, pieces []byte) { fuzzParse(t, input, pieces, false) })
}

func FuzzParseBinary(f *testing.F) {
	for i, c := range binaryCases {
		f.Add([]byte(c.in), []byte{0, byte(i), byte(3 * i)})
	}
	f.Fuzz(func(t *testing.T, input, pieces []byte) { fuzzParse(t, input, pieces, true) })
}

// FuzzPlainLines checks that the short ways for plain lines give what the general way gives.
func FuzzPlainLines(f *testing.F) {
	f.Add([]byte("get a\r\n"))
	f.Add([]byte("get a\tb\r\n"))
	f.Add([]byte("set a 1 2 1\r\n1\r\n"))
	f.Add([]byte("set a 1234567890123456789 2 1\r\n1\r\n"))
	f.Add([]byte("set a 1 3000000000 1\r\n1\r\n"))
	f.Add([]byte("set a 1 2 000000000001\r\n1\r\n"))
	f.Add([]byte("mg a v\r\n"))
	f.Add([]byte("mg a\x01b v\r\n"))
	f.Add([]byte("ms a 1\r\n1\r\n"))
	f.Add([]byte("ms a 00000000001\r\n1\r\n"))
	f.Add([]byte("ms a 99\r\n1\r\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, mode := range []compat.Mode{compat.V145, compat.V1645} {
			fuzzPlain(t, line, Limits{StreamFrom: 16, Compat: mode})
		}
	})
}

// fuzzPlain checks this with the rules of one version.
func fuzzPlain(t *testing.T, line []byte, limits Limits) {
	run, general := new(Run), new(Run)
	p := &Parser{Limits: limits}
	q := &Parser{Limits: limits}
	next, need := plainGet(line, 0, run, p.Limits.getFlag()), NeedNothing
	if next == 0 {
		next, need = p.plainSet(line, 0, run)
	}
	if next == 0 && need == NeedNothing {
		next, need = p.plainMeta(line, 0, run)
	}
	if next == 0 && need == NeedNothing {
		return
	}
	generalNext, generalNeed := q.line(line, 0, general, MaxRun)
	if next != generalNext || need != generalNeed || !reflect.DeepEqual(run.Requests[:run.N], general.Requests[:general.N]) ||
		!reflect.DeepEqual(run.Keys[:run.N], general.Keys[:general.N]) || p.State != q.State {
		t.Fatalf("%q: %d %d\n%+v\n%d %d\n%+v", line, next, need, run.Requests[:run.N], generalNext, generalNeed, general.Requests[:general.N])
	}
}
