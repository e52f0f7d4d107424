package memory

import (
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

func TestContract(t *testing.T) {
	enginetest.Run(t, func() engine.Engine { return New() })
}
