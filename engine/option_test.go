package engine

import (
	"maps"
	"testing"
	"time"
)

// TestValues: what was given goes before the defaults, and what is not declared is left out.
func TestValues(t *testing.T) {
	info := Info{Options: []Option{
		{Key: "wait", Kind: Duration(time.Second), Default: "1ms"},
		{Key: "more", Kind: Duration(time.Second), Default: "2ms"},
		{Key: "path", Kind: OneOf("which", "a", "b")},
	}}
	got := info.Values(map[string]string{"wait": "0", "other": "5"})
	if !maps.Equal(got, Values{"wait": "0", "more": "2ms"}) {
		t.Errorf("%v", got)
	}
	if got.Duration("wait") != 0 || got.Duration("more") != 2*time.Millisecond || got.Duration("path") != 0 {
		t.Errorf("read as %v, %v, %v", got.Duration("wait"), got.Duration("more"), got.Duration("path"))
	}
}
