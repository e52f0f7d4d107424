package main

import "testing"

// TestNewerFlagZ: -Z is refused in the 1.6 mode with memcached 1.6's words, and is no flag else.
func TestNewerFlagZ(t *testing.T) {
	got := runBinary(t, "-o", "compat=1.6", "-Z")
	if (got != outcome{64, "", "This server is not built with TLS support.\n"}) {
		t.Errorf("%+v", got)
	}
	got = runBinary(t, "-B", "binary", "-Y", "/dev/null")
	if (got != outcome{64, "", "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens.\n"}) {
		t.Errorf("%+v", got)
	}
}
