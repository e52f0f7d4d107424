package main

import "golang.org/x/sys/unix"

// setHugePages says whether this process may have huge pages, where the system has them.
func setHugePages(allow bool) error {
	disable := uintptr(1)
	if allow {
		disable = 0
	}
	return unix.Prctl(unix.PR_SET_THP_DISABLE, disable, 0, 0, 0)
}
