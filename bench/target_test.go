package bench

import "testing"

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]Target{
		"a=host:1":     {"a", "host:1"},
		"host:1":       {"host:1", "host:1"},
		"s=/run/x":     {"s", "/run/x"},
		"x=y=z:1":      {"x", "y=z:1"},
		"[::1]:11211":  {"[::1]:11211", "[::1]:11211"},
		"ours=:11211":  {"ours", ":11211"},
		"q=[::1]:1234": {"q", "[::1]:1234"},
	} {
		if got, err := ParseTarget(in); err != nil || got != want {
			t.Errorf("%s: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "=x", "x=", "x=y", "x=host:port"} {
		if _, err := ParseTarget(in); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}
