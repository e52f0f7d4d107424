package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"gocached/bench/process"
)

// tick is the unit of times in /proc, which is the same on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// Usage is what the kernel says of a server's process. Known is false if it runs on another machine.
type Usage struct {
	Known bool
	CPU   time.Duration // user and system time so far
	RSS   uint64        // resident memory now, in bytes
}

// ProcessorTime is the user and system time that a process of this machine has used so far, or 0 if that is not known.
func ProcessorTime(pid int) time.Duration { return ReadProcess(pid).CPU }

// ReadProcess asks the kernel about a process. Its processor time is exact to the nanosecond where the process has a
// clock that may be read, else it is that of /proc/<pid>/stat, in steps of 10 ms.
func ReadProcess(pid int) Usage {
	if pid <= 0 {
		return Usage{}
	}
	p := readStat(pid)
	if cpu, ok := process.Clock(pid); ok && p.Known {
		p.CPU = cpu
	}
	return p
}

// readStat reads /proc/<pid>/stat. Its second field, a name in brackets, may hold anything, so fields are counted from
// behind the last bracket.
func readStat(pid int) Usage {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 22 {
		return Usage{}
	}
	field := func(number int) uint64 { // as numbered in proc(5), where the state is field 3
		n, _ := strconv.ParseUint(fields[number-3], 10, 64)
		return n
	}
	return Usage{
		Known: true,
		CPU:   time.Duration(field(14)+field(15)) * tick,
		RSS:   field(24) * uint64(os.Getpagesize()),
	}
}
