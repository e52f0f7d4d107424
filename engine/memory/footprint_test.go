//go:build !race

package memory

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
)

// pageTable returns memory_page_table.
func pageTable(h *enginetest.Harness) int {
	h.Helper()
	_, values := h.Figures(engine.Query{Group: "memory"})
	n, err := strconv.Atoi(values["memory_page_table"])
	if err != nil {
		h.Errorf("memory_page_table %q", values["memory_page_table"])
	}
	return n
}

// TestPageTableBytes: what is kept of the pages is counted, as far as there is memory behind it: a little, and more for
// those in which something expires.
func TestPageTableBytes(t *testing.T) {
	e, h := start(t, limit(64<<20))
	fill := func(exptime clock.Time) (bytes, pages int) {
		value := strings.Repeat("v", 500)
		for i := range 60_000 {
			_, status := h.Put(engine.OpSet, fmt.Sprint("k", i), value, 0, exptime, 0)
			h.Expect("status", status, engine.OK)
		}
		return pageTable(h), e.arena.Pages() - e.arena.Left()
	}
	before, _ := fill(clock.Never)
	after, pages := fill(h.Clock.Now() + 1000)
	if each := (after - before) / pages; before > 256<<10 || each < e.arena.PageSize()/1024 || each > e.arena.PageSize()/100 {
		t.Errorf("%d bytes while nothing expires, %d then, %d for each of %d pages", before, after, each, pages)
	}
}
