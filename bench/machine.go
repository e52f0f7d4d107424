package bench

import (
	"bufio"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// describeMachine says what the generator runs on. What cannot be found out is left empty.
func describeMachine() Machine {
	m := Machine{
		Processors: runtime.NumCPU(),
		Usable:     runtime.NumCPU(),
		Go:         runtime.Version(),
		OS:         runtime.GOOS,
		Arch:       runtime.GOARCH,
	}
	m.SystemCall, m.Calls = timeSystemCall(), howCalls()
	m.Kernel = firstLine("/proc/sys/kernel/osrelease")
	m.System = strings.Trim(field("/etc/os-release", "PRETTY_NAME", "="), `"`)
	m.CPU = field("/proc/cpuinfo", "model name", ":")
	m.Processors = max(m.Processors, count("/proc/cpuinfo", "processor"))
	kilobytes, _, _ := strings.Cut(field("/proc/meminfo", "MemTotal", ":"), " ")
	n, _ := strconv.ParseUint(kilobytes, 10, 53)
	m.Memory = n << 10
	return m
}

// timeSystemCall returns how many nanoseconds it takes to enter the kernel and to leave it: the best of a few series.
func timeSystemCall() float64 {
	best := math.Inf(1)
	for range 5 {
		const calls = 1000
		start := time.Now()
		for range calls {
			_, _, _ = syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
		}
		best = min(best, float64(time.Since(start))/calls)
	}
	return best
}

// eachLine calls f with the lines of a file until it returns false.
func eachLine(path string, f func(line string) bool) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan() && f(lines.Text()); {
	}
}

func firstLine(path string) (first string) {
	eachLine(path, func(line string) bool { first = line; return false })
	return first
}

// field is what stands behind a name and a mark in the first line that begins so.
func field(path, name, mark string) (text string) {
	eachLine(path, func(line string) bool {
		before, after, _ := strings.Cut(line, mark)
		if strings.TrimSpace(before) != name {
			return true
		}
		text = strings.TrimSpace(after)
		return false
	})
	return text
}

// count is how many lines begin with a word.
func count(path, word string) (n int) {
	eachLine(path, func(line string) bool {
		if strings.HasPrefix(line, word) {
			n++
		}
		return true
	})
	return n
}
