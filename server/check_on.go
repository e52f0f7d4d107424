//go:build gocachedcheck || race

package server

// checking says that every loop looks whether its invariants hold (check.go).
const checking = true
