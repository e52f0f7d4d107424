package server

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"gocached/figure"
)

// statRow is one line of stats: what it is and where its value comes from.
type statRow struct {
	figure.Row
	value func(*shared) figure.Value
}

// generalStats are the lines of `stats`, in memcached 1.4.5's order; the engine's five follow them. No line of our own
// may join them, since memcached's tests count them: those go into gocachedStats, and those of later versions into
// modernStats.
var generalStats = []statRow{
	said("pid", "The process.", func(*shared) string { return strconv.Itoa(os.Getpid()) }),
	gauge("uptime", figure.Seconds, "For how long the server has run.",
		func(s *shared) int64 { return int64(s.clock.Now()) }),
	gauge("time", figure.Seconds, "What the server's clock says, since 1970.",
		func(s *shared) int64 { return s.clock.Unix() }),
	said("version", "The version of memcached whose protocol is spoken.", func(s *shared) string { return s.settings.Compat.Version() }),
	said("pointer_size", "Bits of an address.", func(*shared) string { return strconv.Itoa(strconv.IntSize) }),
	spent("rusage_user", "Processor time of the process outside the kernel.",
		func(u *unix.Rusage) unix.Timeval { return u.Utime }),
	spent("rusage_system", "Processor time of the process in the kernel.",
		func(u *unix.Rusage) unix.Timeval { return u.Stime }),
	// memcached counts its listening sockets among the connections, less one, and a UDP socket once for each thread.
	gauge("curr_connections", figure.Connections, "Clients that are connected. Listening sockets but one "+
		"count too, and each UDP socket as many times as there are threads.",
		func(s *shared) int64 { return int64(s.gate.Current() + s.listening() - 1) }),
	total("total_connections", figure.Connections, "Clients that have connected, and until a stats reset "+
		"the listening sockets.",
		func(s *shared) uint64 { return s.gate.Total() }), // the sockets too, see Listen
	gauge("connection_structures", figure.Connections, "The most clients that were connected at a time, "+
		"and the listening sockets.",
		func(s *shared) int64 { return int64(s.gate.Peak() + s.listening()) }),
	count(cmdGet),
	count(cmdSet),
	count(cmdFlush),
	count(getHits),
	count(getMisses),
	count(deleteMisses),
	count(deleteHits),
	count(incrMisses),
	count(incrHits),
	count(decrMisses),
	count(decrHits),
	count(casMisses),
	count(casHits),
	count(casBadval),
	count(authCmds),
	count(authErrors),
	count(bytesRead),
	count(bytesWritten),
	gauge("limit_maxbytes", figure.Bytes, "What -m allows for items, or cache_memlimit by now; 0 is as much as the machine can bear.",
		func(s *shared) int64 { return s.limit.Load() }),
	{figure.New("accepting_conns", figure.Gauge, figure.None,
		"1 while clients can come in, 0 while there are as many as -c allows."),
		func(s *shared) figure.Value { return figure.Bool(s.gate.Accepting()) }},
	total("listen_disabled_num", figure.None,
		"Times clients had to wait outside, since there were as many as -c allows or no descriptor was left.",
		func(s *shared) uint64 { return s.gate.Disabled() }),
	gauge("threads", figure.Threads, "Event loops, see -t.", func(s *shared) int64 { return int64(s.settings.Threads) }),
	count(connYields),
}

// rejected is a line of two groups.
var rejected = total("rejected_connections", figure.Connections,
	"Clients told by -o maxconns_fast that there are too many.",
	func(s *shared) uint64 { return s.gate.Rejected() })

// modernStats are lines of `stats` in memcached 1.6, under its names and in its order, that mean here what they mean
// there. With -o modern_stats they follow those of 1.4.5, and the engine's follow them. What would always be 0 here, or
// mean something else, stays out: monitoring shall not draw what nobody counts.
var modernStats = []statRow{
	gauge("max_connections", figure.Connections, "Clients that -c allows at a time.",
		func(s *shared) int64 { return int64(s.settings.MaxConns) }),
	rejected,
	count(cmdTouch),
	count(cmdMeta),
	count(touchHits),
	count(touchMisses),
	count(storeTooLarge),
	count(storeNoMemory),
	total("time_in_listen_disabled_us", figure.Microseconds,
		"For how long clients had to wait outside, since there were as many as -c allows.",
		func(s *shared) uint64 { return uint64(s.gate.DisabledFor().Microseconds()) }),
}

// gocachedStats are the server's lines of `stats gocached`; the engine's follow them.
var gocachedStats = []statRow{
	said("version", "The version of gocached; that of the general statistics is memcached's.",
		func(*shared) string { return Release }),
	count(cmdTouch),
	count(cmdMeta),
	count(touchHits),
	count(touchMisses),
	count(connBlocks),
	count(idleKicks),
	count(stalledKicks),
	count(getWaits),
	count(storeWaits),
	rejected,
	said("io_uring", "How system calls are made: on, together where there are several, through io_uring; off, one by one, since "+
		"-o no_io_uring says so; refused, one by one, since the kernel will not have it (a line of the log says why); partly, "+
		"if that came to be while the server ran and not all event loops have met it yet.",
		func(s *shared) string { return s.kernels.State() }),
	count(batchedCalls),
	count(panics),
	total("log_dropped", figure.Lines, "Lines for standard error that were lost, since it took none.",
		func(s *shared) uint64 { return s.log.Dropped() }),
}

// listening is how many connections memcached would count for the sockets that wait for clients.
func (s *shared) listening() int { return len(s.sockets.Listeners) + len(s.workers) }

// count is the line of a counter.
func count(n counter) statRow {
	return statRow{counterRows[n], func(s *shared) figure.Value { return figure.Uint(s.sum(n)) }}
}

// total is the line of what is counted elsewhere than in the loops.
func total(name string, unit figure.Unit, text string, value func(*shared) uint64) statRow {
	return statRow{counted(name, unit, text), func(s *shared) figure.Value { return figure.Uint(value(s)) }}
}

// gauge is the line of what rises and falls.
func gauge(name string, unit figure.Unit, text string, value func(*shared) int64) statRow {
	return statRow{figure.New(name, figure.Gauge, unit, text), func(s *shared) figure.Value { return figure.Int(value(s)) }}
}

// said is a line that measures nothing.
func said(name, text string, value func(*shared) string) statRow {
	return statRow{figure.New(name, figure.Info, figure.None, text), func(s *shared) figure.Value { return figure.Text(value(s)) }}
}

// spent is the line of a processor time of this process, with microseconds.
func spent(name, text string, which func(*unix.Rusage) unix.Timeval) statRow {
	return statRow{counted(name, figure.Seconds, text), func(*shared) figure.Value {
		var u unix.Rusage
		if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
			return figure.Duration(0)
		}
		t := which(&u)
		return figure.Duration(time.Duration(t.Nano()))
	}}
}
