//go:build !amd64 && !arm64

package assoc

// prefetchL1 does nothing here: there is only a slower lookup.
func prefetchL1(_ *uint64, _ int) {}

// prefetchL2 does nothing either.
func prefetchL2(_ *uint64, _ int) {}

// prefetchLine does nothing either.
func prefetchLine(_ *uint64, _ int) {}

// prefetchSpan does nothing either.
func prefetchSpan(_ uint64, _ int) {}
