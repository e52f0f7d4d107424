package bench

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processClock reads the processor time of all threads of a process, gone ones included, by the clock that the kernel
// keeps for it: clock_getcpuclockid(3) makes the clock's number of the process's in this way.
func processClock(pid int) (time.Duration, bool) {
	const scheduler = 2 // the precise one of the three clocks of a process
	var now unix.Timespec
	err := unix.ClockGettime(int32(^pid<<3|scheduler), &now)
	return time.Duration(now.Nano()), err == nil
}

// ownCPU is the processor time of this process so far, user and system.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
