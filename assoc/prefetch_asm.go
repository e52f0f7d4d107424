//go:build amd64 || arm64

package assoc

// prefetch asks the processor to fetch three cache lines at each of n addresses, which stand stride bytes apart from first
// on. It cannot fault, whatever the addresses.
//
//go:noescape
func prefetch(first *uint64, n int, stride uintptr)
