// Package cgroup reads what the control groups of a process allow it: those of a container, a service or a batch job.
//
// Both versions of Linux's control groups are looked at, since a machine may use them side by side. A group is bound by
// all groups above it, so each on the way up counts. In a container the way that /proc/self/cgroup names may be that of
// the machine outside, and lead nowhere; then what the container shows as the root is its own group.
package cgroup

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Limit is the tightest bound there is on something.
type Limit struct {
	Max  int64  // bytes, or tasks
	Used int64  // tasks that there were when it was read; 0 for bytes, since files that are cached give way
	File string // where the bound stands, for people to look at
}

// left is how much more there may be.
func (l Limit) left() int64 { return l.Max - l.Used }

// resource is something that control groups bound.
type resource struct {
	controller string   // its name in version 1, and in /proc/self/cgroup there
	first      []string // files that hold a bound, in version 1
	second     []string // and in version 2
	used       string   // file that holds how much there is, "" if that does not matter
}

var (
	memory = resource{"memory", []string{"memory.limit_in_bytes"}, []string{"memory.max", "memory.high"}, ""}
	tasks  = resource{"pids", []string{"pids.max"}, []string{"pids.max"}, "pids.current"}
)

// Memory returns the tightest bound on memory, in bytes. files is the root of the file system. ok is false if there is no
// bound; version 1 may also say so by a number that is larger than any machine.
func Memory(files fs.FS) (l Limit, ok bool) { return memory.tightest(files) }

// Tasks returns the bound on threads and processes that leaves room for the fewest.
func Tasks(files fs.FS) (l Limit, ok bool) { return tasks.tightest(files) }

// tightest looks at every group that the process is in.
func (r resource) tightest(files fs.FS) (least Limit, ok bool) {
	text, err := fs.ReadFile(files, "proc/self/cgroup")
	if err != nil {
		return Limit{}, false
	}
	for line := range strings.Lines(string(text)) {
		words := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:way
		if len(words) != 3 {
			continue
		}
		for _, l := range r.onTheWay(files, words[1], words[2]) {
			if !ok || l.left() < least.left() {
				least, ok = l, true
			}
		}
	}
	return least, ok
}

// onTheWay returns the bounds of a group and of all above it. Version 2 has no controllers in its line.
func (r resource) onTheWay(files fs.FS, controllers, way string) (found []Limit) {
	roots, names := []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"}, r.second
	if controllers != "" {
		roots, names = []string{"sys/fs/cgroup/" + r.controller}, r.first
		if !slices.Contains(strings.Split(controllers, ","), r.controller) {
			return nil
		}
	}
	for _, root := range roots {
		for at := path.Clean("/" + way); ; at = path.Dir(at) {
			found = append(found, r.bounds(files, path.Join(root, at), names)...)
			if at == "/" {
				break
			}
		}
	}
	return found
}

// bounds returns those of one group.
func (r resource) bounds(files fs.FS, folder string, names []string) (found []Limit) {
	for _, name := range names {
		file := path.Join(folder, name)
		most, ok := number(files, file)
		if !ok {
			continue
		}
		l := Limit{Max: most, File: "/" + file}
		if r.used != "" {
			l.Used, _ = number(files, path.Join(folder, r.used))
		}
		found = append(found, l)
	}
	return found
}

// number reads a file that holds a number. It may hold the word max instead, or not be there.
func number(files fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil && n >= 0
}
