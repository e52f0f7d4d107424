package engine

// Cursor is how far a walk over all items has come: see Query. The zero Cursor is the beginning. The engine keeps nothing else of a
// walk, so that there may be any number at once, each as slow as it likes, and each may be left where it is.
type Cursor struct {
	At   uint64 // the engine's own
	Done bool   // every item was emitted
}
