//go:build !race

package server

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/server/settings"
)

// memory returns the figures of memory, without the word before them.
func (c *client) memory() map[string]int64 {
	c.t.Helper()
	figures := map[string]int64{}
	_, values := c.stats("gocached")
	for name, value := range values {
		if name, ok := strings.CutPrefix(name, "memory_"); ok {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				c.t.Errorf("memory_%s %s", name, value)
			}
			figures[name] = n
		}
	}
	return figures
}

// TestFootprint: what is resident is explained, all of it, and follows what clients do.
func TestFootprint(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 32<<20, 1 })
	c := ts.dial()
	before := c.memory()
	value := strings.Repeat("v", 1000)
	for i := range 60_000 {
		c.send(fmt.Sprintf("set key%d 0 0 %d noreply\r\n%s\r\n", i, len(value), value))
	}
	c.noop()
	after := c.memory()
	if items := after["items"] - before["items"]; items < 24<<20 || items > 36<<20 {
		t.Errorf("32 MB of items take %d bytes", items)
	}
	resident, explained := after["resident"], int64(0)
	for _, part := range parts {
		explained += after[part]
	}
	if off := resident - explained; off < -8<<20 || off > 8<<20 {
		t.Errorf("%d bytes are resident, %d are explained: %v", resident, explained, after)
	}
	if after["overhead"] != resident-after["items"] || after["program"] < 1<<20 || after["heap"] < 1<<20 {
		t.Errorf("%v", after)
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if now := pages * int64(os.Getpagesize()); now < resident-8<<20 || now > resident+8<<20 {
		t.Errorf("memory_resident %d, the system says %d", resident, now)
	}
}

// parts are the figures that together are what is resident.
var parts = []string{"items", "hash_table", "page_table", "ghosts", "curve", "program", "heap", "runtime"}

// explains compares the figures with what the system says, to a twentieth and a megabyte. What is left over for Go's runtime must
// not be more than Go says it has. Go gives memory back when it likes, between one figure and the next too: so they are asked for
// until they were not disturbed.
func (c *client) explains(when string) (m map[string]int64) {
	c.t.Helper()
	eventually.True(c.t, when+": figures that explain what is resident", func() bool {
		m = c.memory()
		sum := int64(0)
		for _, part := range parts {
			sum += m[part]
		}
		resident, _ := residentBytes()
		off, most := sum-int64(resident), runtimeMost()
		ok := max(off, -off) <= int64(resident)/20+1<<20 && m["runtime"] <= most+1<<20
		if !ok {
			c.t.Logf("%s: %d bytes are resident, %d are explained, Go has %d beside its heap: %v", when, resident, sum, most, m)
		}
		return ok
	})
	if m["items_unused"] > m["items"] {
		c.t.Errorf("%s: more is unused than there is: %v", when, m)
	}
	return m
}

// runtimeMost returns how much memory Go has beside its heap, touched or not.
func runtimeMost() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapSys + m.StackInuse)
}

// TestFootprintExplains: the figures explain what is resident of an empty cache, of one that is half full or full, with
// many connections, and after a flush.
func TestFootprintExplains(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 64<<20, 1 })
	c := ts.dial()
	idle := c.explains("idle")
	value := strings.Repeat("v", 100)
	fill := func(from, to int) {
		const together = 1000
		for ; from < to; from += together {
			var sets strings.Builder
			for i := range together {
				fmt.Fprintf(&sets, "set key%d 0 0 100 noreply\r\n%s\r\n", from+i, value)
			}
			c.send(sets.String())
		}
		c.noop()
	}
	const half = 200_000
	fill(0, half)
	c.explains("half full")
	fill(half, 4*half)
	full := c.explains("full")
	if full["items"] < 63<<20 || full["items"] > 64<<20 || full["items_unused"] > 4<<20 || full["hash_table"] < 1<<20 || full["ghosts"] == 0 || full["curve"] == 0 {
		t.Errorf("empty: %v\nfull: %v", idle, full)
	}
	for range 200 {
		ts.dial()
	}
	c.explains("with many connections")
	c.ask("flush_all\r\n", "OK\r\n")
	c.explains("flushed")
}

// TestFootprintOfClients: half a request is kept for each of many clients, and replies for those who do not read.
func TestFootprintOfClients(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	value := strings.Repeat("v", 10_000)
	c.ask("set k 0 0 10000\r\n"+value+"\r\n", "STORED\r\n")
	before := c.memory()
	var clients []*client
	const many, half = 20, 900
	for range many {
		slow := ts.dial()
		slow.send(strings.Repeat("x", half))
		late := ts.dial()
		late.send(strings.Repeat("get k\r\n", 2000))
		clients = append(clients, slow, late)
	}
	var during map[string]int64
	eventually.True(t, "requests and replies that are kept", func() bool {
		during = c.memory() // how much of its last replies a socket leaves is chance, and nearly the same for all
		return during["requests"] >= before["requests"]+many*half && during["replies"] >= many
	}, func() string { return fmt.Sprintf("before %v, during %v", before, during) })
	for _, c := range clients {
		_ = c.Close()
	}
	ts.awaitClients(1)
	if after := c.memory(); after["replies"] != 0 || after["requests"] > before["requests"]+maxSpare*spareSize {
		t.Errorf("when they have gone: %v", after)
	}
}
