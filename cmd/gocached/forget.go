package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tidyEvery is how often the server tidies up: what was needed once of the program goes, and what is needed always comes back at
// about sixty faults of two microseconds each.
const tidyEvery = 3 * time.Second

// addresses are those from one up to another.
type addresses struct{ from, to uintptr }

// tidy lets the system forget what it has read of the program's file, now that the start is over, and again and again. Most of it
// was needed once, such as by the start or by the first client, or only lies beside what was needed: the system brings 64 KiB for
// each fault. All that would count as the server's memory for ever. What is needed again is mapped again, mostly from the
// system's own memory. It also has Go collect what a rush has left. -k has all in memory, and should not come here. Failure
// harms nothing. stop ends it.
func tidy() (stop func()) {
	var left collector
	parts := programParts()
	forget(parts)
	again, done := time.NewTicker(tidyEvery), make(chan struct{})
	go func() {
		for {
			select {
			case <-again.C:
				left.look()
				forget(parts)
			case <-done:
				return
			}
		}
	}()
	return func() {
		again.Stop()
		close(done)
	}
}

// forget gives memory of a file that is never written back to the system.
func forget(parts []addresses) {
	for _, p := range parts {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, p.from, p.to-p.from, unix.MADV_DONTNEED)
	}
}

// programParts returns where the program's file is mapped and never written.
func programParts() (parts []addresses) {
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if p, ok := programPart(lines.Text(), path); ok {
			parts = append(parts, p)
		}
	}
	return parts
}

// programPart returns the addresses of a line of /proc/self/maps, if it is a part of the file at path that is never written.
func programPart(line, path string) (p addresses, ok bool) {
	var perms string
	if n, _ := fmt.Sscanf(line, "%x-%x %s", &p.from, &p.to, &perms); n != 3 || !strings.HasSuffix(line, " "+path) {
		return p, false
	}
	return p, perms == "r-xp" || perms == "r--p"
}
