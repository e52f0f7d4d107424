package engine

// Status is the outcome of a call. It is compared with ==; what a client sees of it stands in protocol/status.go.
type Status uint8

// The outcomes.
const (
	OK          Status = iota
	NotFound           // no item under the key, or it has expired
	Exists             // the item's CAS is not the one given
	NotStored          // a condition of the store does not hold
	TooLarge           // no item of this size can ever be stored
	NoMemory           // no chunk can be had now
	NonNumeric         // the value is not a number
	Unsupported        // the engine does not know the call or the group
	NoClass            // too large after all: CanStore lets a few sizes pass of which no slab class has chunks
	Busy               // no chunk can be had now for an item that is filled gradually: see Allocate
	Temporary          // something behind the engine failed; trying again may help
	NoRoom             // SetMemoryLimit: the limit cannot be had
	SameClass          // MovePage: both classes are the same
	BadClass           // MovePage: there is no such class, or none that could give
	NoSpare            // MovePage: the class has nothing to spare
	Moving             // MovePage: an earlier move has not ended

	// FirstFree is the first number that this package leaves to others: protocol numbers its own outcomes from here.
	FirstFree Status = 32
)
