package replay

import (
	"testing"

	"gocached/bench"
	"gocached/bench/benchtest"
)

func startFake(t *testing.T, f *benchtest.Server) bench.Target {
	t.Helper()
	return bench.Target{Name: "fake", Address: f.Start(t)}
}
