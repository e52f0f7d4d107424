package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// forgetProgram lets the system forget what it has read of the program's file, once the start is over: most of it was needed for
// that alone, and would count as the server's memory for ever. What is needed again is read again, mostly from the system's own
// memory. -k has all in memory, and should keep it. Failure harms nothing.
func forgetProgram() {
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if from, to, ok := programPart(lines.Text(), path); ok {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
		}
	}
}

// programPart returns the addresses of a line of /proc/self/maps, if it is a part of the file at path that is never written.
func programPart(line, path string) (from, to uintptr, ok bool) {
	var perms string
	if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &perms); n != 3 || !strings.HasSuffix(line, " "+path) {
		return 0, 0, false
	}
	return from, to, perms == "r-xp" || perms == "r--p"
}
