//go:build linux && !race

package slab

import "golang.org/x/sys/unix"

// SmallPages asks the system to back the memory by small pages alone. It is for memory that is touched here and there, where
// a large page would be backed for each touch. Where there are no large pages nothing changes.
func (m *Memory) SmallPages() { _ = unix.Madvise(m.mapping, unix.MADV_NOHUGEPAGE) }
