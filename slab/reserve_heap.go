//go:build !linux || race

package slab

import (
	"errors"
	"unsafe"
)

const canPeek = false

// Reserve takes the memory from the Go heap. In builds with the race detector it has to: the detector ignores memory
// outside the heap, and would see no race over an item. It also serves systems whose mmap is not used here.
func Reserve(size, _ uintptr) (*Memory, error) {
	words := make([]uint64, (size+7)/8)
	return &Memory{Start: unsafe.Pointer(unsafe.SliceData(words)), Size: size}, nil
}

// Spacious says that address space is memory.
func Spacious() bool { return false }

// HugePages reports that there are none to be had.
func (m *Memory) HugePages() error { return errors.New("memory is on the Go heap") }

// Populate does nothing.
func (m *Memory) Populate(_, _ uintptr) error { return nil }

// Forget does nothing: the collector frees the memory when nobody refers to it.
func (m *Memory) Forget() error { return nil }

// ForgetPart does nothing.
func (m *Memory) ForgetPart(_, _ uintptr) error { return nil }

// Resident returns all of it.
func (m *Memory) Resident() int64 { return int64(m.Size) }

// Free drops the memory.
func (m *Memory) Free() error {
	m.Start = nil
	return nil
}
