package settings

import (
	"math"
	"testing"
	"testing/fstest"
)

// machineOf makes the files of a machine with so many megabytes, and perhaps a control group with a bound in bytes.
func machineOf(meminfo, group string) fstest.MapFS {
	files := fstest.MapFS{"proc/meminfo": {Data: []byte(meminfo)}}
	if group != "" {
		files["proc/self/cgroup"] = &fstest.MapFile{Data: []byte("0::/system.slice/docker-1\n")}
		files["sys/fs/cgroup/system.slice/docker-1/memory.max"] = &fstest.MapFile{Data: []byte(group + "\n")}
	}
	return files
}

// TestMemoryBound: what -m 0 means, and when -m is too much, on machines and in containers.
func TestMemoryBound(t *testing.T) {
	const (
		machine = "MemTotal:       24683684 kB\nMemFree:        24000000 kB\n"
		swaps   = "this machine has 24105 MB: it will swap or be killed; -m 21899 fits"
		group   = "its control group may have 512 MB (/sys/fs/cgroup/system.slice/docker-1/memory.max): it will be killed with " +
			"all items; -m 450 fits"
	)
	for _, c := range []struct {
		what, meminfo, group string
		zero                 int64 // what -m 0 means, in megabytes
		limit                int64 // -m
		want                 string
	}{
		{"-m and the machine", machine, "", 21899, 30000, "-m 30000: when it is full the process needs about 33016 MB, and " + swaps},
		{"all that the machine has", machine, "", 21899, 24105, "-m 24105: when it is full the process needs about 26531 MB, and " + swaps},
		{"the most that fits", machine, "", 21899, 21899, ""},
		{"the default", machine, "", 21899, 64, ""},
		{"a container", machine, "536870912", 450, 1024, "-m 1024: when it is full the process needs about 1142 MB, and " + group},
		{"all of a container", machine, "536870912", 450, 512, "-m 512: when it is full the process needs about 579 MB, and " + group},
		{"what fits a container", machine, "536870912", 450, 450, ""},
		{"a bound above the machine", machine, "9223372036854771712", 21899, 1024, ""},
		{"a tiny container", machine, "1000000", 1, 1, ""},
		{"nothing is known", "", "", math.MaxInt32 >> 20, 1 << 20, ""},
		{"only a container is known", "", "536870912", 450, 450, ""},
	} {
		bound := findMemory(machineOf(c.meminfo, c.group))
		if got := bound.most() >> 20; got != c.zero {
			t.Errorf("%s: -m 0 is %d MB, want %d", c.what, got, c.zero)
		}
		if got := bound.warning(c.limit << 20); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
	}
}

// TestMemoryHigh: a group that is only held up beyond its bound is not said to be killed.
func TestMemoryHigh(t *testing.T) {
	files := machineOf("", "max")
	files["sys/fs/cgroup/system.slice/docker-1/memory.high"] = &fstest.MapFile{Data: []byte("536870912\n")}
	const want = "-m 1024: when it is full the process needs about 1142 MB, and its control group may have 512 MB " +
		"(/sys/fs/cgroup/system.slice/docker-1/memory.high): it will be slowed down and swap; -m 450 fits"
	if got := findMemory(files).warning(1 << 30); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestMemoryBoundHere: this machine says what it has, and 64 MB are not too much for it.
func TestMemoryBoundHere(t *testing.T) {
	if b := thisMachine(); b.bytes == 0 || MemoryLimit(0) != b.most() || MemoryLimit(5) != 5 {
		t.Errorf("%+v; -m 0 is %d", b, MemoryLimit(0))
	}
}
