//go:build gocachedcheck || race

package server

// checking says that every loop checks its invariants (check.go).
const checking = true
