//go:build amd64 || arm64

package assoc

// prefetchL1 asks the processor to fetch four cache lines from each of the n addresses that begin at first, into the cache
// of its first level. It cannot fault, whatever the addresses.
//
//go:noescape
func prefetchL1(first *uint64, n int)

// prefetchL2 is the same for the second level.
//
//go:noescape
func prefetchL2(first *uint64, n int)

// prefetchLine asks for only one line from each address, into the first level.
//
//go:noescape
func prefetchLine(first *uint64, n int)

// prefetchSpan asks for all lines of n bytes from an address on, into the second level.
//
//go:noescape
func prefetchSpan(at uint64, n int)
