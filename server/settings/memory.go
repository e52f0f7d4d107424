package settings

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"gocached/cgroup"
)

// Beside the pages of -m the process needs memory for itself, and for each item a place in the hash table. TestResident
// and make limits measure how much; this is a little more.
const (
	besideBytes = 16 << 20
	besideShare = 10 // a tenth of -m
)

// memoryBound is how much memory the process may have.
type memoryBound struct {
	bytes int64  // 0 is unknown
	file  string // of the control group that says so, "" if it is all that the machine has
}

// thisMachine is the bound on this process as it was at first sight.
var thisMachine = sync.OnceValue(func() memoryBound { return findMemory(os.DirFS("/")) })

// findMemory looks for the bound: the memory of the machine, or less in a control group. files is the root of the file
// system.
func findMemory(files fs.FS) memoryBound {
	bound := memoryBound{bytes: totalMemory(files)}
	if group, ok := cgroup.Memory(files); ok && (bound.bytes == 0 || group.Max < bound.bytes) {
		bound = memoryBound{group.Max, group.File}
	}
	return bound
}

// totalMemory reads the memory of the machine from /proc/meminfo, 0 if it does not say.
func totalMemory(files fs.FS) int64 {
	text, _ := fs.ReadFile(files, "proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "MemTotal:" {
			kilobytes, _ := strconv.ParseInt(words[1], 10, 54)
			return kilobytes << 10
		}
	}
	return 0
}

// most is the largest -m, in bytes, with which the process keeps within the bound: whole megabytes, at least one.
func (b memoryBound) most() int64 {
	if b.bytes == 0 {
		return math.MaxInt32
	}
	return max(1, (b.bytes-besideBytes)/(besideShare+1)*besideShare>>20) << 20
}

// warning says what happens if items fill the given -m, in bytes; "" if the process keeps within the bound.
func (b memoryBound) warning(limit int64) string {
	if b.bytes == 0 || limit <= b.most() {
		return ""
	}
	has := fmt.Sprintf("this machine has %d MB: it will swap or be killed", b.bytes>>20)
	switch {
	case strings.HasSuffix(b.file, "memory.high"): // beyond which a group is held up, not killed
		has = fmt.Sprintf("its control group may have %d MB (%s): it will be slowed down and swap", b.bytes>>20, b.file)
	case b.file != "":
		has = fmt.Sprintf("its control group may have %d MB (%s): it will be killed with all items", b.bytes>>20, b.file)
	}
	return fmt.Sprintf("-m %d: when it is full the process needs about %d MB, and %s; -m %d fits",
		limit>>20, (limit+limit/besideShare+besideBytes)>>20, has, b.most()>>20)
}

// ItemMemory returns how much memory the items may have, in bytes: what -m says, or what it means if that is 0.
func (s *Settings) ItemMemory() int64 { return MemoryLimit(s.MemoryLimit) }

// MemoryLimit gives -m 0 its meaning: as much as the process may have.
func MemoryLimit(bytes int64) int64 {
	if bytes > 0 {
		return bytes
	}
	return thisMachine().most()
}

// Bearable says whether the machine, or the control group, has so many bytes at all.
func Bearable(bytes int64) bool {
	has := thisMachine().bytes
	return has == 0 || bytes <= has
}
