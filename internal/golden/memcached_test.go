package golden

import (
	"os"
	"strings"
	"testing"
)

// TestMemcached checks the judge itself: a real memcached must pass everything that was recorded from it.
//
//	GOLDEN_MEMCACHED=/path/to/memcached GOLDEN_GROUPS=text,size go test ./internal/golden -run Memcached
func TestMemcached(t *testing.T) {
	program := os.Getenv("GOLDEN_MEMCACHED")
	if program == "" {
		t.Skip("GOLDEN_MEMCACHED names no memcached to check against")
	}
	var groups []string
	if g := os.Getenv("GOLDEN_GROUPS"); g != "" {
		groups = strings.Split(g, ",")
	}
	Run(t, Config{Start: Binary(program), Program: program, Groups: groups, Recorded: true})
}
