package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTasksOf(t *testing.T) {
	status := func(uid, threads int) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, "Name:\tx\nPid:\t5\nUid:\t%d\t0\t0\t0\nThreads:\t%d\n", uid, threads)}
	}
	files := fstest.MapFS{
		"proc/1/status": status(0, 1), "proc/20/status": status(1000, 3), "proc/300/status": status(1000, 4),
		"proc/sys/status": status(1000, 50), "proc/meminfo": {}, "proc/7/gone": {},
		fmt.Sprintf("proc/%d/status", os.Getpid()): status(1000, 100),
	}
	if got := tasksOf(files, 1000); got != 7 {
		t.Errorf("%d threads, want 7", got)
	}
	if got := tasksOf(files, 1001); got != 0 {
		t.Errorf("%d threads of somebody who has none", got)
	}
	if got := threadsNow(os.DirFS("/")); got < 2 {
		t.Errorf("this process has %d threads", got)
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Process.Kill()
	if tasksOf(os.DirFS("/"), os.Getuid()) < 1 {
		t.Error("a process of this user is not counted")
	}
}

// TestGroupTasks: a control group's bound on threads leaves room for those that this process has already.
func TestGroupTasks(t *testing.T) {
	for _, c := range []struct {
		most, used string
		fits       bool
	}{{"max", "900", true}, {"100", "85", true}, {"100", "86", false}, {"10", "6", false}} {
		files := fstest.MapFS{
			"proc/self/cgroup":               {Data: []byte("0::/box\n")},
			"proc/self/status":               {Data: []byte("Threads:\t5\n")},
			"sys/fs/cgroup/box/pids.max":     {Data: []byte(c.most + "\n")},
			"sys/fs/cgroup/box/pids.current": {Data: []byte(c.used + "\n")},
		}
		err := checkGroupTasks(files, 20)
		if (err == nil) != c.fits || err != nil && !strings.HasPrefix(err.Error(), "the server needs up to 20 threads, and of the "+c.most+
			" that its control group may have (/sys/fs/cgroup/box/pids.max) "+c.used+" are taken; ") {
			t.Errorf("%s of %s: %v", c.used, c.most, err)
		}
	}
}
