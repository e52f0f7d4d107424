package main

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gocached/server/settings"
)

// Descriptors that the process needs besides those of its connections and its event loops: what it likes to have, and
// those without which Go does not get to main.
const (
	spareFiles   = 64
	runtimeFiles = 16
)

// filesPerLoop are those of an event loop: gnet's two, for its poller, and a ring for system calls.
const filesPerLoop = 3

// raiseLimits raises what the system limits, as far as the settings ask for it. It comes before privileges are dropped,
// and before any file is opened: Go ends with a trace if there is no descriptor left for its poller.
func raiseLimits(s *settings.Settings) error {
	if s.Core {
		if err := raiseCore(); err != nil {
			return err
		}
	}
	if s.LockMemory {
		unlimited := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
		unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unlimited) // lockMemory looks whether it worked
	}
	return raiseFiles(s.MaxConns, filesPerLoop*s.Threads)
}

// raiseCore sees to it that a crash leaves a core file: without limit if that can be had, else up to the hard limit.
func raiseCore() error {
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if unix.Setrlimit(unix.RLIMIT_CORE, &limit) != nil && unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = limit.Max
		unix.Setrlimit(unix.RLIMIT_CORE, &limit)
	}
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur == 0 {
		return exit(settings.ExitSystem, "failed to ensure corefile creation")
	}
	debug.SetTraceback("crash")
	return nil
}

// raiseFiles raises the limit on open files to what the connections, the loops and the process itself need. Like
// memcached 1.4.5 it fails if there is not even room for the connections.
func raiseFiles(connections, loops int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return exit(settings.ExitSystem, "failed to getrlimit number of files: %w", err)
	}
	least := max(connections, loops+runtimeFiles)
	wanted := uint64(connections + loops + spareFiles)
	if limit.Cur >= wanted {
		return nil
	}
	raised := unix.Rlimit{Cur: wanted, Max: max(limit.Max, wanted)}
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		return nil
	}
	raised = unix.Rlimit{Cur: limit.Max, Max: limit.Max}
	if limit.Max >= uint64(least) && unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		return nil
	}
	most := mostFiles(limit.Max)
	advice := "raise that limit"
	if fits := most - loops - spareFiles; fits > 0 {
		advice = fmt.Sprintf("give -c %d or less, or %s", fits, advice)
	}
	if !hasCapability(capSysResource) {
		advice += capabilityAdvice(os.Geteuid() == 0)
	}
	return exit(settings.ExitSystem, "failed to raise the limit on open files to %d for -c %d: the system allows %d (ulimit -Hn); %s",
		wanted, connections, most, advice)
}

// capabilityAdvice says who may raise a limit beyond what the system allows. Root in a container often may not.
func capabilityAdvice(root bool) string {
	if root {
		return ", or give root the capability CAP_SYS_RESOURCE"
	}
	return ", or start as root"
}

// mostFiles returns how high the process may raise its limit on open files: as far as the hard limit, or with the right
// to raise that too, as far as the system goes.
func mostFiles(hard uint64) int {
	if hasCapability(capSysResource) {
		text, _ := os.ReadFile("/proc/sys/fs/nr_open")
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 31); err == nil {
			hard = max(hard, n)
		}
	}
	return int(min(hard, math.MaxInt32))
}

// signalsNeeded is how many signals must be able to wait for this process: more than it has threads when it changes its
// user.
const signalsNeeded = 256

// raiseSignals raises the limit on signals that wait. A Go program without C changes its user by a signal to each of its
// threads, and would wait for ever for one that the system did not take.
func raiseSignals() error {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_SIGPENDING, &limit) != nil || limit.Cur >= signalsNeeded {
		return nil
	}
	raised := unix.Rlimit{Cur: signalsNeeded, Max: max(limit.Max, signalsNeeded)}
	if unix.Setrlimit(unix.RLIMIT_SIGPENDING, &raised) == nil {
		return nil
	}
	return exit(settings.ExitSystem, "-u needs %d signals that can wait, and the system allows %d (ulimit -i); raise that limit",
		signalsNeeded, limit.Max)
}
