package main

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gocached/cgroup"
	"gocached/server/settings"
)

// Threads of a process: without which Go does not get to main, and with which a server gets on. A loop can wait in the
// kernel while another thread does its work, hence two; the rest is Go's own, and -d's two processes.
const (
	runtimeTasks  = 16
	threadsOfLoop = 2
	threadsBeside = 12
)

// threadsOf returns how many threads a server with so many loops may need.
func threadsOf(loops int) int { return threadsOfLoop*loops + threadsBeside }

// countFrom is a limit on threads so high that nobody is counted.
const countFrom = 1 << 12

// checkTasks fails if there may not be as many threads as the server needs: Go's runtime ends with a trace when it is refused one,
// even after hours. Threads of a user count together, so those of the user that the process becomes do; root's are not
// limited.
func checkTasks(id *identity, needed int) error {
	uid := os.Getuid()
	if id != nil {
		uid = id.uid
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NPROC, &limit) == nil && uid != 0 && limit.Cur < countFrom {
		used := tasksOf(os.DirFS("/"), uid)
		if int(limit.Cur) < used+needed {
			return tooFew(needed, int(limit.Cur), used, fmt.Sprintf("user %d may have (ulimit -u)", uid))
		}
	}
	return checkGroupTasks(os.DirFS("/"), needed)
}

// checkGroupTasks does so for the control group, where the threads that this process has are counted already.
func checkGroupTasks(files fs.FS, needed int) error {
	group, ok := cgroup.Tasks(files)
	if !ok || int(group.Max-group.Used)+threadsNow(files) >= needed {
		return nil
	}
	return tooFew(needed, int(group.Max), int(group.Used), "its control group may have ("+group.File+")")
}

func tooFew(needed, most, used int, who string) error {
	return exit(settings.ExitSystem, "the server needs up to %d threads, and of the %d that %s %d are taken; raise the limit, or give a lower -t",
		needed, most, who, used)
}

// tasksOf counts the threads of a user's processes, but for this one's.
func tasksOf(files fs.FS, uid int) (n int) {
	entries, _ := fs.ReadDir(files, "proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == syscall.Getpid() {
			continue
		}
		text, _ := fs.ReadFile(files, "proc/"+e.Name()+"/status")
		if field(string(text), "Uid") == strconv.Itoa(uid) {
			threads, _ := strconv.Atoi(field(string(text), "Threads"))
			n += threads
		}
	}
	return n
}

// threadsNow is how many threads this process has already.
func threadsNow(files fs.FS) int {
	text, _ := fs.ReadFile(files, "proc/self/status")
	n, _ := strconv.Atoi(field(string(text), "Threads"))
	return n
}

// field returns the first word behind a name in a file such as /proc/PID/status.
func field(text, name string) string {
	_, after, _ := strings.Cut("\n"+text, "\n"+name+":")
	line, _, _ := strings.Cut(after, "\n")
	word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
	return word
}
