package main

import (
	"runtime/debug"

	"golang.org/x/sys/unix"

	"gocached/server"
)

// spareFiles is how many descriptors the process needs besides those of its connections and its event loops.
const spareFiles = 64

// filesPerLoop are those of an event loop: gnet's two, for its poller, and a ring for system calls.
const filesPerLoop = 3

// raiseLimits raises what the system limits, as far as the settings ask for it. It comes before privileges are dropped.
func raiseLimits(s *server.Settings) error {
	if s.Core {
		if err := raiseCore(); err != nil {
			return err
		}
	}
	if s.LockMemory {
		unlimited := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
		unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unlimited) // lockMemory looks whether it worked
	}
	return raiseFiles(s.MaxConns, spareFiles+filesPerLoop*s.Threads)
}

// raiseCore sees to it that a crash leaves a core file: without limit if that can be had, else up to the hard limit.
func raiseCore() error {
	limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if unix.Setrlimit(unix.RLIMIT_CORE, &limit) != nil && unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = limit.Max
		unix.Setrlimit(unix.RLIMIT_CORE, &limit)
	}
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur == 0 {
		return exit(server.ExitSystem, "failed to ensure corefile creation")
	}
	debug.SetTraceback("crash")
	return nil
}

// raiseFiles raises the limit on open files to what the connections and the server itself need. Like memcached 1.4.5 it
// fails if there is not even room for the connections.
func raiseFiles(connections, spare int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return exit(server.ExitSystem, "failed to getrlimit number of files: %w", err)
	}
	wanted := uint64(connections) + uint64(spare)
	if limit.Cur >= wanted {
		return nil
	}
	raised := unix.Rlimit{Cur: wanted, Max: max(limit.Max, wanted)}
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		return nil
	}
	raised = unix.Rlimit{Cur: limit.Max, Max: limit.Max}
	if limit.Max >= uint64(connections) && unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		return nil
	}
	return exit(server.ExitSystem, "failed to raise the limit on open files to %d for -c %d; "+
		"try as root, or with fewer connections", wanted, connections)
}
