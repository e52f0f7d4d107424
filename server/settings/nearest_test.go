package settings

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"tool", "bench"}
	for word, want := range map[string]string{
		"bnech": "bench", "bench": "bench", "benhc": "bench", "benches": "bench", "Tool": "tool", "tol": "tool", "tools": "tool", "to": "",
		"bech": "bench", "": "", "t": "", "ok": "", "64": "", "memcached": "", "start": "", "benchmark": "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"ab", "ba", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
