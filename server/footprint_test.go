//go:build !race

package server

import (
	"fmt"
	"os"
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
	for _, part := range []string{"items", "hash_table", "page_table", "program", "heap", "runtime"} {
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
