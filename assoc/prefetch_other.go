//go:build !amd64 && !arm64

package assoc

// prefetch does nothing here: there is only a slower lookup.
func prefetch(_ *uint64, _ int, _ uintptr) {}
