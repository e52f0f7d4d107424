package main

import (
	"fmt"
	"math"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"gocached/server/settings"
)

// What the process needs besides the items' memory, in bytes. The first two are what Go 1.26 takes on its way to main, and
// a little more (TestEarlyLimits). Nearly all of it is reserved and never touched. With less address space the runtime may
// seem to start, and then writes its own figures over the program: it does not look whether it got all it asked for.
const (
	runtimeSpace = 1400 << 20
	runtimeData  = 96 << 20
	tableSpace   = 8 << 20   // the hash table when it is small, and what is rounded up
	growthSpace  = 256 << 20 // Go's heap, where the clients' buffers are, if a thousand of them read nothing
	threadSpace  = 72 << 20  // of each thread where C's library makes them: its stack and its heap
)

// spaceLimit is a limit on what the process maps, whether it is ever touched or not. Go's runtime ends with a trace when
// it meets one, so whoever cannot have what a server needs is told before.
type spaceLimit struct {
	resource int
	what     string
	shell    string // the command that shows and lifts it
	runtime  int64
}

var spaceLimits = [...]spaceLimit{
	{unix.RLIMIT_AS, "address space", "ulimit -v", runtimeSpace},
	{unix.RLIMIT_DATA, "data segment", "ulimit -d", runtimeData},
}

// tableBytes is what the engine reserves beside its slab pages: for each page, for when something in it ends, and for ghosts
// (package lru).
func tableBytes(items int64, page int) int64 {
	return items/int64(page)*24 + items/100 + items/ghostShare
}

// ghostShare is which part of the items' memory is reserved for ghosts, as a divisor (TestSpaceForGhosts).
const ghostShare = 24

// checkSpace fails if one of the limits leaves no room for so many bytes of items, in slab pages of a size, and the threads
// of a server.
func checkSpace(items int64, page, threads int) error {
	for _, l := range spaceLimits {
		var limit unix.Rlimit
		if unix.Getrlimit(l.resource, &limit) != nil {
			continue
		}
		beside := l.runtime + tableSpace + growthSpace
		if usesC() {
			beside += int64(threads) * threadSpace
		}
		if err := l.check(int64(min(limit.Cur, math.MaxInt64)), beside, items, tableBytes(items, page)); err != nil {
			return err
		}
	}
	return nil
}

// check compares what a limit leaves with what is needed for the items and the tables.
func (l spaceLimit) check(limit, beside, items, tables int64) error {
	left := limit - beside
	if left >= items+tables {
		return nil
	}
	advice := "lift the limit"
	if fits := int64(float64(left)*float64(items)/float64(items+tables)) >> 20; fits > 0 {
		advice = fmt.Sprintf("give -m %d or less, or %s", fits, advice)
	}
	return exit(settings.ExitSystem, "the %s is limited to %d MB (%s): with -m %d, %d MB are needed, most of which are never touched; %s",
		l.what, limit>>20, l.shell, items>>20, (beside+items+tables)>>20+1, advice)
}

// usesC reports whether this build has the C library make its threads.
func usesC() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" {
			return s.Value == "1"
		}
	}
	return false
}
