package main

import "golang.org/x/sys/unix"

// Some limits end a Go program before its first line: the runtime prints its own stack traces and gives up. The release
// binary begins a few instructions earlier, at early (the Makefile says so to the linker), which looks at those limits
// and says in one sentence what is wrong. There is no memory, no stack check and no scheduler yet, so it is in assembly,
// and all that it needs lies ready here. A build without the linker's flag is the same but for that.
//
// What can be judged later is judged later: see limits.go.

// early is where the release binary begins. It goes on to the runtime's own entry.
//
//lint:ignore U1000 the linker knows it
func early()

// earlyLimit is a limit of the system and the least with which the runtime starts.
type earlyLimit struct {
	resource uint64 // as getrlimit(2) numbers them
	least    uint64
	text     string
}

// earlyCount is how many there are. The last one does not hold for root.
const earlyCount = 4

// earlyLimits are worded as what limits.go says later. The texts are constants since nothing could put them together.
var earlyLimits = [earlyCount]earlyLimit{
	{unix.RLIMIT_AS, runtimeSpace, "gocached: the address space is limited to less than the 1400 MB that are needed beside -m (ulimit -v), " +
		"most of which are never touched; lift the limit\n"},
	{unix.RLIMIT_DATA, runtimeData, "gocached: the data segment is limited to less than the 96 MB that are needed beside -m (ulimit -d), " +
		"most of which are never touched; lift the limit\n"},
	{unix.RLIMIT_NOFILE, runtimeFiles, "gocached: fewer than the 16 open files are allowed that are needed at least (ulimit -n); " +
		"raise the limit\n"},
	{unix.RLIMIT_NPROC, runtimeTasks, "gocached: fewer than the 16 processes and threads are allowed that are needed at least (ulimit -u); " +
		"raise the limit\n"},
}

// earlyMemLimit is for a variable that the runtime cannot read.
var earlyMemLimit = "gocached: GOMEMLIMIT in the environment is neither a number of bytes, such as 100000000 or 100MiB, nor off; unset it\n"
