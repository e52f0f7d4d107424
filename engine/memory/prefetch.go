package memory

import (
	"gocached/assoc"
	"gocached/engine"
)

// prefetch has the processor fetch what storing, deleting or changing the items under some keys will need: the items, and their
// neighbours in the LRU, whose links change with theirs. Without this a store would wait for each of them in turn.
func (e *Engine) prefetch(keys []engine.Key) {
	run := e.table.Run(keys)
	for i := range keys {
		if i%assoc.Step == 0 {
			run.Ahead()
		}
		e.table.PrefetchNeighbours(keys[i].Scratch[0])
	}
}
