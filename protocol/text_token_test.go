package protocol

import (
	"strings"
	"testing"

	"gocached/engine"
)

// TestParseToken: lines before authentication are attempts, or refused as in memcached 1.6.45, wherever the input is cut.
func TestParseToken(t *testing.T) {
	for _, row := range []struct {
		in     string
		status engine.Status
		value  string
		used   int
		need   Need
	}{
		{"set a 0 0 3\r\na b\r\n", engine.OK, "a b", 18, NeedNothing},
		{"set a 0 0 3\na b\r\nget a\r\n", engine.OK, "a b", 17, NeedRoom},
		{"settle a b c 3 more\r\na b\r\n", engine.OK, "a b", 26, NeedNothing},
		{"set a 0 0 0\r\n\r\n", BadTokenFormat, "", 15, NeedNothing},
		{"set a 0 0 3\r\na b!!", BadTokenEnd, "a b", 18, NeedNothing},
		{"set a 0 0\r\n", AuthError, "", 11, NeedNothing},
		{" set a 0 0 3\r\n", AuthError, "", 14, NeedNothing},
		{"cas a 0 0 3 1\r\n", AuthError, "", 15, NeedNothing},
		{"set a 0 0 -3\r\n", AuthError, "", 14, NeedNothing},
		{"set a 0 0 16385\r\nx", LongToken, "", 17, NeedRoom},
		{"\x80\x21\x00\x05\x00\x00\x00\n", AuthError, "", 8, NeedNothing},
	} {
		for cut := range len(row.in) + 1 {
			p, run := &Parser{Token: true}, new(Run)
			used, need := p.Parse([]byte(row.in)[:cut], run, MaxRun)
			if run.N == 0 && need == NeedMore && cut < len(row.in) {
				continue
			}
			wanted := row.need
			if cut == row.used {
				wanted = NeedNothing
			}
			r := &run.Requests[0]
			if used != row.used || need != wanted || run.N != 1 || r.Command != Token || r.Status != row.status || string(r.Value) != row.value {
				t.Errorf("%q cut at %d: used %d, need %d, %d requests, %v, status %d, value %q", row.in, cut, used, need, run.N, r.Command, r.Status, r.Value)
			}
		}
	}
	for _, in := range []string{"mn\r\n", "quit\r\n", "\n", strings.Repeat("x", 2049), strings.Repeat("x", 3000)} {
		if used, need := (&Parser{Token: true}).Parse([]byte(in), new(Run), MaxRun); used != 0 || need != NeedClose {
			t.Errorf("%.20q: used %d, need %d", in, used, need)
		}
	}
}
