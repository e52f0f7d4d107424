package memory

import (
	"gocached/assoc"
	"gocached/engine"
)

// prefetch has fetched from memory what storing, deleting or changing the items under some keys will need: the items, and
// their neighbours in the LRU, whose links change with theirs. A store would wait for each of them in turn else.
func (e *Engine) prefetch(keys []engine.Key) {
	run := e.table.Run(keys)
	for i := range keys {
		if i%assoc.Step == 0 {
			run.Ahead()
		}
		e.table.PrefetchNeighbours(keys[i].Scratch[0])
	}
}
