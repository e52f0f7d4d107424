package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock reads the processor time of all threads of a process, gone ones included, by the clock that the kernel keeps for
// it: clock_getcpuclockid(3) makes the clock's number of the process's in this way.
func Clock(pid int) (time.Duration, bool) {
	const scheduler = 2 // the precise one of the three clocks of a process
	var now unix.Timespec
	err := unix.ClockGettime(int32(^pid<<3|scheduler), &now)
	return time.Duration(now.Nano()), err == nil
}

// schedFIFO and schedOther are policies of sched(7).
const schedOther, schedFIFO = 0, 1

// beFirst puts this thread before all that have no right of this kind, and beOrdinary takes the right back.
func beFirst() error { return policy(schedFIFO, 1) }

func beOrdinary() error { return policy(schedOther, 0) }

func policy(policy, priority uint32) error {
	now, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return err
	}
	now.Policy, now.Priority = policy, priority
	return unix.SchedSetAttr(0, now, 0)
}
