package server

import (
	"testing"

	"gocached/protocol"
	"gocached/server/rim"
)

// TestHandlers: each command has a handler, but for gets, which execute takes together.
func TestHandlers(t *testing.T) {
	handlers := newLoop(new(shared), new(rim.Loop)).executor.handlers
	for c := range protocol.Command(protocol.NumCommands) {
		if handlers[c] == nil && c != protocol.Get {
			t.Errorf("%v has no handler in executor.table", c)
		}
	}
}
