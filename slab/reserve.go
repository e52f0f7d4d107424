package slab

import "unsafe"

// hugePage is the size of the large pages that the system may use behind a mapping.
const hugePage = 2 << 20

// Memory is a piece of address space whose bytes are zero until written. It is not the collector's, except in the builds
// named at Reserve: keep no Go pointer in it.
type Memory struct {
	Start unsafe.Pointer
	Size  uintptr

	mapping []byte
}
