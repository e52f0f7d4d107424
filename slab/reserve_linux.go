//go:build linux && !race

package slab

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const canPeek = true

// Reserve maps size bytes of anonymous memory, which cost nothing until they are touched. The byte at offset aligned
// begins a huge page.
func Reserve(size, aligned uintptr) (*Memory, error) {
	m, err := unix.Mmap(-1, 0, int(size+hugePage), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("mmap of %d bytes: %w", size+hugePage, err)
	}
	start := unsafe.Pointer(unsafe.SliceData(m))
	skip := -(uintptr(start) + aligned) & (hugePage - 1)
	return &Memory{Start: unsafe.Add(start, skip), Size: size, mapping: m}, nil
}

// Spacious says whether address space costs nothing: the system bounds neither it nor private memory.
func Spacious() bool {
	for _, resource := range []int{unix.RLIMIT_AS, unix.RLIMIT_DATA} {
		var limit unix.Rlimit
		if unix.Getrlimit(resource, &limit) != nil || limit.Cur != unix.RLIM_INFINITY {
			return false
		}
	}
	return true
}

// HugePages asks the system to back the memory by huge pages. An error says why it will not; the memory works anyway.
func (m *Memory) HugePages() error {
	if err := unix.Madvise(m.mapping, unix.MADV_HUGEPAGE); err != nil {
		return fmt.Errorf("madvise: %w", err)
	}
	const file = "/sys/kernel/mm/transparent_hugepage/enabled"
	mode, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if strings.Contains(string(mode), "[never]") {
		return fmt.Errorf("%s says never", file)
	}
	return nil
}

// Populate has the system back n bytes from an offset on at once, as if each had been written; what they hold stays. An
// error says that it cannot (Linux before 5.14); the memory works anyway. It takes long: call it with no lock held.
func (m *Memory) Populate(offset, n uintptr) error {
	start := uintptr(m.Start) - uintptr(unsafe.Pointer(unsafe.SliceData(m.mapping))) + offset
	page := uintptr(os.Getpagesize())
	end := min(start+n+page-1, uintptr(len(m.mapping)))
	return unix.Madvise(m.mapping[start&^(page-1):end&^(page-1)], unix.MADV_POPULATE_WRITE)
}

// Forget gives the bytes back to the system; the addresses stay readable. It is for memory at which somebody may still
// look without a lock.
func (m *Memory) Forget() error { return unix.Madvise(m.mapping, unix.MADV_DONTNEED) }

// ForgetPart gives n bytes from an offset on back to the system. Both must be multiples of its page size for all of them to go.
func (m *Memory) ForgetPart(offset, n uintptr) error {
	start := uintptr(m.Start) - uintptr(unsafe.Pointer(unsafe.SliceData(m.mapping))) + offset
	page := uintptr(os.Getpagesize())
	from, to := (start+page-1)&^(page-1), (start+n)&^(page-1)
	if from >= to {
		return nil
	}
	return unix.Madvise(m.mapping[from:to], unix.MADV_DONTNEED)
}

// residentStep is how many of the system's pages are asked about at a time.
const residentStep = 4096

// Resident returns how many bytes of it the system has found memory for, as far as it says.
func (m *Memory) Resident() (bytes int64) {
	size := os.Getpagesize()
	var in [residentStep]byte // the lowest bit says of a page whether it is
	for rest := m.mapping; len(rest) > 0; {
		n := min(len(rest), residentStep*size)
		if _, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&rest[0])), uintptr(n), uintptr(unsafe.Pointer(&in))); errno != 0 {
			return bytes
		}
		for _, is := range in[:(n+size-1)/size] {
			bytes += int64(is&1) * int64(size)
		}
		rest = rest[n:]
	}
	return bytes
}

// Free gives bytes and addresses back.
func (m *Memory) Free() error { return unix.Munmap(m.mapping) }
