package server

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/memory"
	"gocached/server/settings"
)

// hoard takes every chunk that can be had for an item of so many bytes, as clients might, but for the item under key. It leaves
// room for one item of part bytes, if that is not 0. It returns what gives all back.
func (ts *testServer) hoard(key string, length, part int) (giveBack func()) {
	ts.t.Helper()
	var all []engine.Item
	take := func(length int) bool {
		it, status := ts.engine.Allocate([]byte(key), length, 0, clock.Never, engine.OpReplace)
		if status != engine.OK && status != engine.NoMemory {
			ts.t.Fatalf("status %d", status)
		}
		if status == engine.OK {
			all = append(all, it)
		}
		return status == engine.OK
	}
	if part > 0 {
		take(part)
	}
	for take(length) || part > 0 && take(part) {
	}
	if part > 0 {
		ts.engine.Release(all[0])
		all = all[1:]
	}
	ts.shared.lent.Add(1)
	return func() {
		for _, it := range all {
			ts.engine.Release(it)
		}
		ts.shared.lent.Add(-1)
		ts.askToRetry()
	}
}

// memoryChange is a request whose outcome is made from the item that is there.
type memoryChange struct {
	name   string
	key    string
	old    string // nothing is there without it
	hoards int    // bytes of each item that is held
	send   string
	answer string
	denied string
	then   string // what is there later
	aside  int    // bytes of what is sent, for which there is memory
}

func binaryNumber(opcode byte, key string, delta, initial uint64) string {
	extras := binary.BigEndian.AppendUint64(nil, delta)
	extras = binary.BigEndian.AppendUint64(extras, initial)
	return frame(opcode, 7, string(binary.BigEndian.AppendUint32(extras, 0)), key, "")
}

func binaryAnswer(opcode byte, code uint16, cas uint64, body string) string {
	return string(appendPacketHead(nil, 0x81, opcode, code, 0, 0, len(body), 7, cas)) + body
}

func memoryChanges() []memoryChange {
	short, more := strings.Repeat("s", 500), strings.Repeat("m", 450)
	long, part := strings.Repeat("l", 300_000), strings.Repeat("p", 290_000)
	const noMemory, noNumber = "SERVER_ERROR out of memory storing object\r\n", "SERVER_ERROR out of memory\r\n"
	line := func(word, value string) string { return fmt.Sprintf("%s k 0 0 %d\r\n%s\r\n", word, len(value), value) }
	return []memoryChange{
		{"append", "k", short, 950, line("append", more), "STORED\r\n", noMemory, short + more, len(more)},
		{"long append", "k", long, 590_000, line("append", part), "STORED\r\n", noMemory, long + part, len(part)},
		{"long prepend", "k", long, 590_000, line("prepend", part), "STORED\r\n", noMemory, part + long, len(part)},
		{"binary prepend", "k", long, 590_000, frame(0x0f, 7, "", "k", part), binaryAnswer(0x0f, 0, 3, ""),
			binaryAnswer(0x0f, 0x82, 0, "Out of memory"), part + long, len(part)},
		{"quiet append", "k", short, 950, frame(0x19, 7, "", "k", more), "", binaryAnswer(0x19, 0x82, 0, "Out of memory"), short + more, len(more)},
		{"incr", "k", "9", 2, "incr k 1\r\n", "10\r\n", noNumber, "10", 0},
		{"binary incr", "k", "99", 3, binaryNumber(0x05, "k", 1, 0), binaryAnswer(0x05, 0, 3, "\x00\x00\x00\x00\x00\x00\x00\x64"),
			binaryAnswer(0x05, 0x82, 0, "Out of memory"), "100", 0},
		{"decr that creates", "n", "", 2, binaryNumber(0x06, "n", 1, 55), binaryAnswer(0x06, 0, 2, "\x00\x00\x00\x00\x00\x00\x00\x37"),
			binaryAnswer(0x06, 0x82, 0, "Out of memory"), "55", 0},
	}
}

// answerOf is how a get is answered that finds the value, or nothing if that is empty.
func answerOf(key, value string) string {
	if value == "" {
		return "END\r\n"
	}
	return fmt.Sprintf("VALUE %s 0 %d\r\n%s\r\nEND\r\n", key, len(value), value)
}

// begin has the change asked for while there is no memory for it, with a version behind it, and waits until it waits.
func (ch *memoryChange) begin(ts *testServer) (c, other *client, giveBack func()) {
	ts.t.Helper()
	c, other = ts.dial(), ts.dial()
	if ch.old != "" {
		other.ask(fmt.Sprintf("set %s 0 0 %d\r\n%s\r\n", ch.key, len(ch.old), ch.old), "STORED\r\n")
	}
	giveBack = ts.hoard("k", ch.hoards, ch.aside)
	c.send(ch.send[:min(len(ch.send), 5000)]) // a long value is received into its chunk
	go func() { _, _ = c.Write([]byte(ch.send[min(len(ch.send), 5000):] + ch.version())) }()
	ts.waiting(1)
	return c, other, giveBack
}

func (ch *memoryChange) isBinary() bool { return ch.send[0] == 0x80 }

func (ch *memoryChange) version() string {
	if ch.isBinary() {
		return frame(0x0b, 7, "", "", "")
	}
	return "version\r\n"
}

func (ch *memoryChange) versionAnswer() string {
	if ch.isBinary() {
		return binaryAnswer(0x0b, 0, 0, "1.4.5")
	}
	return "VERSION " + "1.4.5" + "\r\n"
}

// tightEngine calls a function, if it has one, when it has no memory for a store.
type tightEngine struct {
	*memory.Engine
	full atomic.Pointer[func()]
}

func (e *tightEngine) Store(it engine.Item, op engine.Op, cas uint64) (uint64, engine.Status) {
	newCAS, status := e.Engine.Store(it, op, cas)
	if f := e.full.Load(); f != nil && status == engine.NoMemory {
		e.full.Store(nil)
		(*f)()
	}
	return newCAS, status
}

// TestWaiterIsTriedAgain: a request that waits is not refused if all that was held comes back just after the engine found
// nothing for it.
func TestWaiterIsTriedAgain(t *testing.T) {
	eng := &tightEngine{Engine: memory.New()}
	ts := startOn(t, func(*settings.Settings) engine.Engine { return eng },
		func(s *settings.Settings) { s.MemoryLimit = 4 << 20 }, func(*Server) {})
	giveBack := ts.hoard("k", 950, 0)
	c := ts.dial()
	c.send("add k 0 0 950\r\n" + strings.Repeat("x", 950) + "\r\n")
	ts.waiting(1)
	eng.full.Store(&giveBack)
	ts.askToRetry()
	c.expect("STORED\r\n")
	ts.nobodyWaits()
}

// TestChangesWait: what makes a new item of the one that is there waits for memory as a store does, and so does what was
// asked behind it. It counts once, however often it is tried.
func TestChangesWait(t *testing.T) {
	for _, ch := range memoryChanges() {
		t.Run(ch.name, func(t *testing.T) {
			ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 4 << 20 })
			c, other, giveBack := ch.begin(ts)
			ts.pass(3)
			other.ask("get "+ch.key+"\r\n", answerOf(ch.key, ch.old))
			if n, aside := ts.waiters.Load(), ts.waitingBytes.Load(); n != 1 || aside != int64(ch.aside) {
				t.Errorf("%d wait with %d bytes", n, aside)
			}
			giveBack()
			c.expect(ch.answer + ch.versionAnswer())
			other.ask("get "+ch.key+"\r\n", answerOf(ch.key, ch.then))
			ts.nobodyWaits()
			ch.checkCounts(t, other, true)
		})
	}
}

func (ch *memoryChange) checkCounts(t *testing.T, c *client, done bool) {
	t.Helper()
	sets, numbers := one(ch.old != "")+one(done && ch.aside > 0), one(done && ch.aside == 0 && ch.old != "")
	_, general := c.stats("")
	_, slabs := c.stats("slabs")
	inSlabs := func(name string) (sum int) {
		for n, value := range slabs {
			var by int
			if _, of, ok := strings.Cut(n, ":"); ok && of == name {
				_, _ = fmt.Sscan(value, &by)
				sum += by
			}
		}
		return sum
	}
	for name, want := range map[string]int{"cmd_set": sets, "incr_hits": numbers, "incr_misses": 0} {
		if got := general[name]; got != fmt.Sprint(want) || name != "incr_misses" && inSlabs(name) != want {
			t.Errorf("%s %s, %d in the slab classes, want %d", name, got, inSlabs(name), want)
		}
	}
	if waits := c.stat("gocached", "store_waits"); waits != "1" {
		t.Errorf("%s have waited", waits)
	}
}

// TestChangesRefused: one that has waited in vain is refused and leaves the item as it was.
func TestChangesRefused(t *testing.T) {
	for _, ch := range memoryChanges() {
		t.Run(ch.name, func(t *testing.T) {
			ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 4 << 20 })
			c, other, giveBack := ch.begin(ts)
			ts.pass(maxWait - 2)
			if n := ts.waiters.Load(); n != 1 {
				t.Errorf("%d wait", n)
			}
			ts.pass(4)
			c.expect(ch.denied + ch.versionAnswer())
			other.ask("get "+ch.key+"\r\n", answerOf(ch.key, ch.old))
			giveBack()
			ts.nobodyWaits()
			ch.checkCounts(t, other, false)
		})
	}
}

// TestChangesLeave: a client that leaves while its change waits leaves nothing behind.
func TestChangesLeave(t *testing.T) {
	for _, ch := range memoryChanges() {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 4 << 20 })
		c, other, giveBack := ch.begin(ts)
		_ = c.Close()
		giveBack()
		ts.awaitClients(1)
		ts.nobodyWaits()
		other.ask("version\r\n", "VERSION 1.4.5\r\n")
		if n := other.usedChunks(); n != "1" && n != "0" {
			t.Errorf("%s: %s chunks are in use", ch.name, n)
		}
	}
}

// TestChangesRefusedAtOnce: nobody waits for what will not come, or who cannot.
func TestChangesRefusedAtOnce(t *testing.T) {
	atOnce := func(ts *testServer, ch *memoryChange) {
		c, other := ts.dial(), ts.dial()
		if ch.old != "" {
			other.ask(fmt.Sprintf("set %s 0 0 %d\r\n%s\r\n", ch.key, len(ch.old), ch.old), "STORED\r\n")
		}
		ts.hoard("k", ch.hoards, ch.aside)
		go func() { _, _ = c.Write([]byte(ch.send + ch.version())) }()
		c.expect(ch.denied + ch.versionAnswer())
		other.ask("get "+ch.key+"\r\n", answerOf(ch.key, ch.old))
		if n := ts.sum(storeWaits); n != 0 {
			ts.t.Errorf("%s: %d have waited", ch.name, n)
		}
	}
	for _, ch := range memoryChanges() {
		t.Run(ch.name, func(t *testing.T) {
			four := func(s *settings.Settings) { s.MemoryLimit = 4 << 20 }
			ts := start(t, four)
			ts.shared.lent.Add(-1) // nobody holds anything
			atOnce(ts, &ch)
			atOnce(withoutPoller(t, four), &ch)
			atOnce(start(t, func(s *settings.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, true }), &ch)
			ts = start(t, four)
			ts.waitingBytes.Add(maxWaitingBytes + 1)
			atOnce(ts, &ch)
			ts.waitingBytes.Add(-maxWaitingBytes - 1)
		})
	}
	t.Run("by UDP", func(t *testing.T) {
		ts := startUDP(t, func(s *settings.Settings) { s.MemoryLimit = 4 << 20 })
		c := ts.dialUDP()
		c.ask("set k 0 0 1\r\n9\r\n", "STORED\r\n")
		ts.hoard("k", 2, 0)
		c.ask("incr k 1\r\n", "SERVER_ERROR out of memory\r\n")
		c.ask("append k 0 0 1\r\n9\r\n", "SERVER_ERROR out of memory storing object\r\n")
	})
}

// TestEmptyValueIsNeeded: who lacks the chunk for an empty value lacks something, so that stalled clients are closed for it.
func TestEmptyValueIsNeeded(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 1 << 20 })
	giveBack := ts.hoard("k", 0, 0)
	c := ts.dial()
	c.send("set k 0 0 0\r\n\r\n")
	ts.waiting(1)
	ts.pass(3)
	if short, _ := ts.shortage(ts.awake.Load()); short[heldChunks] <= 0 {
		t.Errorf("%d bytes are lacked", short[heldChunks])
	}
	giveBack()
	c.expect("STORED\r\n")
}
