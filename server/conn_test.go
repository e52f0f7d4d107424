package server

import (
	"testing"
	"unsafe"
)

// TestConnSize: an idle connection takes as little as it can. Go's heap has 256 bytes for an object, and then 288.
func TestConnSize(t *testing.T) {
	if n := unsafe.Sizeof(conn{}); n > 256 {
		t.Errorf("a connection takes %d bytes", n)
	}
}
