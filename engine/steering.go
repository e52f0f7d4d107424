package engine

// Steering is what an operator may change while an engine runs. The server makes one and hands it over in Settings. Initialize sets
// what the engine can do, and an engine in front of another passes it on. A call that stays nil the engine has not: the server
// says so in memcached's words.
//
// The calls are made between Initialize and Shutdown, from many goroutines at once, and wait for nothing: what takes long goes on
// in the background.
type Steering struct {
	// SetMemoryLimit changes Settings.MemoryLimit, in bytes. After OK it holds: with a higher limit nothing is evicted until that
	// is reached; with a lower one items move closer together, and the least worth of them go, until what is left fits. The
	// memory goes back to the system. NoRoom means that the limit cannot be had, or that what cannot be moved would not fit;
	// then nothing has changed.
	SetMemoryLimit func(bytes int64) Status

	// MovePage begins to move as much memory as a page of memcached's has from one slab class to another, as stats slabs numbers
	// them; from may be AnyClass, and 0 stands for memory that no class has. Not OK: SameClass, BadClass, NoSpare (from has
	// less than two pages) and Moving (an earlier move has not ended).
	MovePage func(from, to int) Status

	// SetAutomove says how readily the engine moves memory between slab classes by itself: 0 is not at all, 1 where it pays, 2 in a
	// hurry. It is memcached's slabs automove.
	SetAutomove func(level int)

	// SetAutomoveRatio says how much less than the taker the giver must make of a page, at most, as a part; 0 and less is the
	// engine's own.
	SetAutomoveRatio func(ratio float64)
}

// AnyClass lets MovePage choose the class that gives.
const AnyClass = -1
