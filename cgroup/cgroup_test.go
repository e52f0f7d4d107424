package cgroup

import (
	"testing"
	"testing/fstest"
)

// filesOf makes a file system of pairs of a path and a text.
func filesOf(pairs ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1] + "\n")}
	}
	return files
}

const (
	self = "proc/self/cgroup"
	root = "sys/fs/cgroup/"
	none = "9223372036854771712" // version 1, without a bound
)

func TestMemory(t *testing.T) {
	for _, c := range []struct {
		what  string
		files fstest.MapFS
		want  Limit // no File: no bound
	}{
		{"no control groups", filesOf(), Limit{}},
		{"no bound", filesOf(self, "0::/a", root+"a/memory.max", "max", root+"a/memory.high", "max"), Limit{}},
		{"a service", filesOf(self, "0::/system.slice/gocached.service", root+"system.slice/gocached.service/memory.max", "536870912"),
			Limit{536870912, 0, "/" + root + "system.slice/gocached.service/memory.max"}},
		{"a slice above it is tighter", filesOf(self, "0::/s/g", root+"s/g/memory.max", "500", root+"s/memory.max", "400"),
			Limit{400, 0, "/" + root + "s/memory.max"}},
		{"a bound from which the group is slowed down", filesOf(self, "0::/g", root+"g/memory.max", "500", root+"g/memory.high", "300"),
			Limit{300, 0, "/" + root + "g/memory.high"}},
		{"a container with its own root", filesOf(self, "0::/", root+"memory.max", "700"), Limit{700, 0, "/" + root + "memory.max"}},
		{"a way from outside the container", filesOf(self, "0::/../../x", root+"memory.max", "700"), Limit{700, 0, "/" + root + "memory.max"}},
		{"version 2 beside version 1", filesOf(self, "4:memory:/\n0::/u", root+"memory/memory.limit_in_bytes", none, root+"unified/u/memory.max", "9"),
			Limit{9, 0, "/" + root + "unified/u/memory.max"}},
		{"version 1", filesOf(self, "12:pids:/p\n4:memory:/docker/0123\n1:name=systemd:/x",
			root+"memory/docker/0123/memory.limit_in_bytes", "268435456", root+"memory/memory.limit_in_bytes", none),
			Limit{268435456, 0, "/" + root + "memory/docker/0123/memory.limit_in_bytes"}},
		{"version 1, a way from outside", filesOf(self, "4:memory:/docker/0123", root+"memory/memory.limit_in_bytes", "268435456"),
			Limit{268435456, 0, "/" + root + "memory/memory.limit_in_bytes"}},
		{"version 1, controllers together", filesOf(self, "4:cpu,memory:/a", root+"memory/a/memory.limit_in_bytes", "5"),
			Limit{5, 0, "/" + root + "memory/a/memory.limit_in_bytes"}},
		{"rubbish", filesOf(self, "nonsense\n::\n4:memory", root+"memory.max", "-5"), Limit{}},
	} {
		got, ok := Memory(c.files)
		if got != c.want || ok != (c.want.File != "") {
			t.Errorf("%s: %+v, %v, want %+v", c.what, got, ok, c.want)
		}
	}
}

// TestTasks: what counts is how many more there may be.
func TestTasks(t *testing.T) {
	got, ok := Tasks(filesOf(self, "0::/a/b", root+"a/b/pids.max", "100", root+"a/b/pids.current", "1",
		root+"a/pids.max", "200", root+"a/pids.current", "150"))
	if want := (Limit{200, 150, "/" + root + "a/pids.max"}); got != want || !ok {
		t.Errorf("%+v, %v, want %+v", got, ok, want)
	}
	got, ok = Tasks(filesOf(self, "8:pids:/a", root+"pids/a/pids.max", "20", root+"pids/a/pids.current", "3"))
	if want := (Limit{20, 3, "/" + root + "pids/a/pids.max"}); got != want || !ok {
		t.Errorf("%+v, %v, want %+v", got, ok, want)
	}
	if _, ok := Tasks(filesOf(self, "8:pids:/a", root+"pids/a/pids.max", "max")); ok {
		t.Error("max is taken for a bound")
	}
}
