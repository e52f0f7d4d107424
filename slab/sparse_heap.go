//go:build !linux || race

package slab

// SmallPages does nothing: the Go heap chooses its pages.
func (m *Memory) SmallPages() {}
