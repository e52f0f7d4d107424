package server

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// statRow is one line of stats: its name as clients know it and where its value comes from.
type statRow struct {
	name  string
	value func(*shared) string
}

// generalStats are the lines of `stats`, in memcached 1.4.5's order; the engine's five follow them. No line of our own
// may join them, since memcached's tests count them: those go into gocachedStats, and those of later versions into
// modernStats.
var generalStats = []statRow{
	{"pid", func(*shared) string { return strconv.Itoa(os.Getpid()) }},
	{"uptime", func(s *shared) string { return strconv.FormatInt(int64(s.clock.Now()), 10) }},
	{"time", func(s *shared) string { return strconv.FormatInt(s.clock.Unix(), 10) }},
	{"version", func(*shared) string { return compatibleVersion }},
	{"pointer_size", func(*shared) string { return strconv.Itoa(strconv.IntSize) }},
	{"rusage_user", func(*shared) string { return cpuTime(func(u *unix.Rusage) unix.Timeval { return u.Utime }) }},
	{"rusage_system", func(*shared) string { return cpuTime(func(u *unix.Rusage) unix.Timeval { return u.Stime }) }},
	// memcached counts its listening sockets among the connections, less one, and a UDP socket once for each thread.
	{"curr_connections", func(s *shared) string { return strconv.Itoa(s.gate.Current() + s.listening() - 1) }},
	{"total_connections", func(s *shared) string { return decimal(s.gate.Total()) }}, // the sockets too, see Listen,
	{"connection_structures", func(s *shared) string { return strconv.Itoa(s.gate.Peak() + s.listening()) }},
	{"cmd_get", count(cmdGet)},
	{"cmd_set", count(cmdSet)},
	{"cmd_flush", count(cmdFlush)},
	{"get_hits", count(getHits)},
	{"get_misses", count(getMisses)},
	{"delete_misses", count(deleteMisses)},
	{"delete_hits", count(deleteHits)},
	{"incr_misses", count(incrMisses)},
	{"incr_hits", count(incrHits)},
	{"decr_misses", count(decrMisses)},
	{"decr_hits", count(decrHits)},
	{"cas_misses", count(casMisses)},
	{"cas_hits", count(casHits)},
	{"cas_badval", count(casBadval)},
	{"auth_cmds", count(authCmds)},
	{"auth_errors", count(authErrors)},
	{"bytes_read", count(bytesRead)},
	{"bytes_written", count(bytesWritten)},
	{"limit_maxbytes", func(s *shared) string { return strconv.FormatInt(s.settings.MemoryLimit, 10) }},
	{"accepting_conns", func(s *shared) string { return zeroOne(s.gate.Accepting()) }},
	{"listen_disabled_num", func(s *shared) string { return decimal(s.gate.Disabled()) }},
	{"threads", func(s *shared) string { return strconv.Itoa(s.settings.Threads) }},
	{"conn_yields", count(connYields)},
}

// modernStats are lines of `stats` in memcached 1.6, under its names and in its order, that mean here what they mean
// there. With -o modern_stats they follow those of 1.4.5, and the engine's follow them. What would always be 0 here, or
// mean something else, stays out: monitoring shall not draw what nobody counts.
var modernStats = []statRow{
	{"max_connections", func(s *shared) string { return strconv.Itoa(s.settings.MaxConns) }},
	{"rejected_connections", func(s *shared) string { return decimal(s.gate.Refused()) }}, // by -o maxconns_fast
	{"cmd_touch", count(cmdTouch)},
	{"touch_hits", count(touchHits)},
	{"touch_misses", count(touchMisses)},
	{"store_too_large", count(storeTooLarge)},
	{"store_no_memory", count(storeNoMemory)},
	{"time_in_listen_disabled_us", func(s *shared) string { return decimal(uint64(s.gate.DisabledFor().Microseconds())) }},
}

// gocachedStats are the server's lines of `stats gocached`; the engine's follow them.
var gocachedStats = []statRow{
	{"version", func(s *shared) string { return Release }},
	{"cmd_touch", count(cmdTouch)},
	{"touch_hits", count(touchHits)},
	{"touch_misses", count(touchMisses)},
	{"conn_blocks", count(connBlocks)},                                                    // times a client did not read its replies and was paused
	{"idle_kicks", count(idleKicks)},                                                      // connections closed by -o idle_timeout
	{"stalled_kicks", count(stalledKicks)},                                                // closed since they held memory that others lacked
	{"get_waits", count(getWaits)},                                                        // gets of long values that had to wait for memory
	{"store_waits", count(storeWaits)},                                                    // stores that had to
	{"rejected_connections", func(s *shared) string { return decimal(s.gate.Refused()) }}, // by -o maxconns_fast
	{"io_uring", func(s *shared) string { return s.kernels.State() }},                     // whether calls can be made together
	{"batched_calls", count(batchedCalls)},                                                // sends and receives that were
	{"panics", count(panics)},
	{"log_dropped", func(s *shared) string { return decimal(s.log.Dropped()) }},
}

// listening is how many connections memcached would count for the sockets that wait for clients.
func (s *shared) listening() int { return len(s.sockets.Listeners) + len(s.workers) }

func count(n counter) func(*shared) string {
	return func(s *shared) string { return decimal(s.sum(n)) }
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

func zeroOne(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// cpuTime prints a processor time of this process in seconds, with microseconds.
func cpuTime(which func(*unix.Rusage) unix.Timeval) string {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return "0.000000"
	}
	t := which(&u)
	return fmt.Sprintf("%d.%06d", t.Sec, t.Usec)
}
