package server

import (
	"slices"
	"testing"

	"gocached/engine"
	"gocached/engine/null"
	"gocached/server/settings"
)

// TestCurve: both protocols have the group, and count the same gets.
func TestCurve(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 4 << 20 })
	text, binary := ts.dial(), ts.dial()
	text.ask("set a 0 0 1\r\nx\r\nget a\r\nget none\r\n", "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\nEND\r\n")
	names, values := text.stats("curve")
	binaryNames, binaryValues := binary.binaryStats("curve")
	if !slices.Equal(names, binaryNames) {
		t.Errorf("in text:\n%v\nin binary:\n%v", names, binaryNames)
	}
	for name, want := range map[string]string{
		"curve_limit": "4194304", "curve_gets": "2", "curve_keys": "1", "curve_this": "50.00", "curve_four": "50.00",
		"curve:524288": "50.00", "curve:33554432": "50.00",
		"curve_state": "too few gets yet: 2 of sampled keys, 2000 are needed",
	} {
		if values[name] != want || binaryValues[name] != want {
			t.Errorf("%s is %q in text and %q in binary, want %q", name, values[name], binaryValues[name], want)
		}
	}
	text.ask("stats curves\r\nstats reset\r\n", "ERROR\r\nRESET\r\n")
	if gets := text.stat("curve", "curve_gets"); gets != "0" {
		t.Errorf("%s gets after a reset", gets)
	}
}

// TestNoCurve: an engine that has no curve has no such group.
func TestNoCurve(t *testing.T) {
	ts := startOn(t, func(*settings.Settings) engine.Engine { return null.New() }, nil, func(*Server) {})
	ts.dial().ask("stats curve\r\n", "ERROR\r\n")
	c := ts.dial()
	c.send(frame(0x10, 0, "", "curve", ""))
	c.wants(0x0001, "Not found")
}
