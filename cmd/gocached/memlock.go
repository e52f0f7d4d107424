package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Capabilities, by their numbers in capabilities(7): that which frees a process from the limit on locked memory, and
// that which lets it raise any limit.
const (
	capIPCLock     = 14
	capSysResource = 24
)

// errLimited says that locked memory is limited.
var errLimited = errors.New("the limit on locked memory must be lifted (ulimit -l unlimited)")

// lockMemory keeps all memory of the process, present and future, from being swapped out, each page from its first use
// on. It comes after privileges were dropped.
//
// Where locked memory is limited nothing is locked: the lock would make the Go runtime die when its heap first grows
// beyond the limit.
func lockMemory() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return err
	}
	if limit.Cur != unix.RLIM_INFINITY && !hasCapability(capIPCLock) {
		return fmt.Errorf("%w: it is %d bytes", errLimited, limit.Cur)
	}
	return unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT)
}

// hasCapability reports whether the process has an effective capability, by its number.
func hasCapability(number uint) bool {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(status), "\nCapEff:")
	line, _, _ := strings.Cut(after, "\n")
	bits, err := strconv.ParseUint(strings.TrimSpace(line), 16, 64)
	return err == nil && bits>>number&1 == 1
}
