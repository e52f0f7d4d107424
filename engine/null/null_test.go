package null

import (
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

func TestContract(t *testing.T) {
	enginetest.Run(t, func() engine.Engine { return New() }, enginetest.Forgets)
}

func TestBound(t *testing.T) {
	h := enginetest.Start(t, New(), enginetest.Settings(t))
	var held []engine.Item
	for range maxHeld {
		it, status := h.Allocate([]byte("k"), 1, 0, 0, engine.OpSet)
		h.Expect("allocate", status, engine.OK)
		held = append(held, it)
	}
	_, status := h.Allocate([]byte("k"), 1, 0, 0, engine.OpSet)
	h.Expect("allocate beyond the bound", status, engine.NoMemory)
	for _, it := range held {
		h.Release(it)
	}
}
