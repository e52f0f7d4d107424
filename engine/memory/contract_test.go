package memory

import (
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

func TestContract(t *testing.T) {
	var features []enginetest.Feature
	if !usesCount {
		features = append(features, enginetest.FIFO)
	}
	enginetest.Run(t, func() engine.Engine { return New() }, features...)
}
