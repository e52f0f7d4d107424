package protocol

import "gocached/engine"

// The outcomes that only a protocol knows. They continue the numbers of engine.Status, so one type serves for all.
const (
	UnknownCommand engine.Status = engine.FirstFree + iota
	BadFormat                    // the line has the wrong words
	BadDelta                     // the delta of incr or decr is not a number
	BadDataChunk                 // the data block does not end where it should
	BadDelete                    // delete with a time
	AuthError                    // not authenticated, or refused
	AuthContinue                 // another SASL step is wanted
	// more may be added here
)
