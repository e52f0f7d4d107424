package server

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/internal/eventually"
	"gocached/server/settings"
)

// Most of what meta commands do is in the recorded conversations of TestGolden. Here is the rest.

// TestMetaJoins: ms says how long a value has become.
func TestMetaJoins(t *testing.T) {
	c := start(t, nil).dial()
	c.ask("ms a 2 MA s\r\nxx\r\n", "NS s2\r\n")
	c.ask("ms a 2 MA N0 s\r\nxx\r\n", "HD s2\r\n")
	c.ask("ms a 3 MA s O1 c\r\nyyy\r\n", "HD s5 O1 c3\r\n")
	c.ask("ms a 1 MP N0 s\r\nz\r\n", "HD s6\r\n")
	c.ask("ms a 1 MA C1 s c\r\nz\r\n", "EX s1 c0\r\n")
	c.ask("mg a v s\r\n", "VA 6 s6\r\nzxxyyy\r\n")
}

// TestMetaWithoutCAS: without CAS none is equal, and none can be chosen.
func TestMetaWithoutCAS(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.NoCAS = true }).dial()
	c.ask("ms a 2 C5 c\r\nhi\r\n", "NF c0\r\n")
	c.ask("ms a 2 E5 c\r\nhi\r\n", "HD c0\r\n")
	c.ask("ms a 2 C5 E7 c\r\nhi\r\n", "EX c0\r\n")
	c.ask("ms a 2 C0\r\nhi\r\n", "EX\r\n")
	c.ask("mg a v c C0\r\n", "HD c0\r\n")
	c.ask("md a C5\r\nmd a C0\r\nmd a\r\n", "EX\r\nHD\r\nNF\r\n")
}

// TestMetaLongValues: who does not want a long value waits for no memory and keeps none from others.
func TestMetaLongValues(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c := ts.dial()
	c.storeLong(1)
	c.storeLong(2)
	relax := ts.exhaust("long1")
	n := len(longValue(2))
	c.ask("mg long2 s k\r\nmn\r\n", fmt.Sprintf("HD s%d klong2\r\nMN\r\n", n))
	relax()
	c.ask("mg long2 s v\r\n", fmt.Sprintf("VA %d s%d\r\n%s\r\n", n, n, longValue(2)))
	c.ask("mg long2 s\r\nmg long2 v C3\r\n", fmt.Sprintf("HD s%d\r\nHD\r\n", n))
	c.expectStart("me long2\r\n", "ME long2 exp=-1 la=0 cas=3 fetch=yes ")
	if lent := c.stat("gocached", "pages_lent"); lent != "0" || ts.unsent.Load() != 0 {
		t.Errorf("%s pages and %d bytes are still held", lent, ts.unsent.Load())
	}
}

// expectStart asks, and hears one line that begins so.
func (c *client) expectStart(request, start string) {
	c.t.Helper()
	c.send(request)
	if line, err := c.r.ReadString('\n'); err != nil || !strings.HasPrefix(line, start) {
		c.t.Fatalf("%q: %q (%v), want %q...", request, line, err, start)
	}
}

// TestMetaWonWaits: who is told to fetch a new value is told so although the answer has to wait, and nobody else is.
func TestMetaWonWaits(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c, other := ts.dial(), ts.dial()
	c.storeLong(1)
	c.storeLong(2)
	c.ask("md long2 I\r\n", "HD\r\n")
	relax := ts.exhaust("long1")
	c.send("mg long2 v\r\nmn\r\n")
	eventually.True(t, "a get that waits", func() bool { return ts.sum(getWaits) == 1 })
	other.ask("mg long2 s\r\n", fmt.Sprintf("HD s%d Z X\r\n", len(longValue(2))))
	relax()
	ts.pass(2)
	c.expect(fmt.Sprintf("VA %d X W\r\n%s\r\nMN\r\n", len(longValue(2)), longValue(2)))
	c.ask("mg long2\r\n", "HD Z X\r\n")
}

// TestMetaKeysStaySpelled: a key that came in base64 and cannot stand in a line is in no text answer as it is, whatever has
// happened to its item since.
func TestMetaKeysStaySpelled(t *testing.T) {
	for _, key := range []string{"a b", "a\r\nb", "\r\n", "a\x00b", "\x01", "a\tb", "\x7f", "END\r\nVALUE a 0 1\r\nx", "é \x80"} {
		ts := start(t, nil)
		c, spelled := ts.dial(), base64.StdEncoding.EncodeToString([]byte(key))
		for _, does := range []struct{ request, answer string }{
			{"ms K 1 b k\r\n1\r\n", "HD kK b\r\n"},
			{"ms K 1 b MA k\r\n2\r\n", "HD kK b\r\n"},
			{"ms K 1 b MP k s\r\n3\r\n", "HD kK b s3\r\n"},
			{"ma K b D900 k v\r\n", "VA 4 kK b\r\n1212\r\n"},
			{"md K b I k\r\n", "HD kK b\r\n"},
			{"md K b x k\r\n", "HD kK b\r\n"},
			{"mg K b k T30 t\r\n", "HD kK b t30\r\n"},
			{"ms K 3 b MR k\r\nnew\r\n", "HD kK b\r\n"},
			{"md K b k\r\n", "HD kK b\r\n"},
			{"mg K b N30 k\r\n", "HD kK b W\r\n"},
			{"md K b\r\nma K b k N0 v\r\n", "HD\r\nVA 1 kK b\r\n0\r\n"},
			{"ma K b D100 k v\r\n", "VA 3 kK b\r\n100\r\n"},
			{"md K b\r\nmd K b k\r\nmg K b k\r\nma K b k\r\n", "HD\r\nNF kK b\r\nEN kK b\r\nNF kK b\r\n"},
			{"ms K 2 b\r\n12\r\n", "HD\r\n"},
		} {
			c.ask(strings.ReplaceAll(does.request, "K", spelled), strings.ReplaceAll(does.answer, "K", spelled))
			c.showsSpelled(key, spelled)
		}
		binary := ts.dial()
		for _, request := range []string{frame(0x0e, 7, "", key, "34"), frame(0x05, 7, strings.Repeat("\x00", 7)+"\x01"+strings.Repeat("\x00", 12), key, ""),
			frame(0x01, 7, strings.Repeat("\x00", 8), key, "1")} {
			binary.send(request)
			binary.packet()
			c.showsSpelled(key, spelled)
		}
	}
}

// showsSpelled looks at all lists and answers that may show a key.
func (c *client) showsSpelled(key, spelled string) {
	c.t.Helper()
	c.send("mg " + spelled + " b k u\r\nme " + spelled + " b x\r\n")
	c.send(strings.Join([]string{"stats cachedump 1 0", "stats cachedump 2 0", "stats detail dump", "mn\r\n"}, "\r\n"))
	for line := ""; line != "MN\r\n"; {
		var err error
		if line, err = c.r.ReadString('\n'); err != nil {
			c.t.Fatal(err)
		}
		if strings.Contains(line, key) && key != "\r\n" || line == "\r\n" || strings.HasPrefix(line, "ITEM") && !strings.HasPrefix(line, "ITEM "+spelled+" b [") {
			c.t.Errorf("%q is shown in %q", key, line)
		}
	}
}

// TestMetaCounts: meta commands count as what they do, with 1.6.45's exceptions.
func TestMetaCounts(t *testing.T) {
	for _, does := range []struct{ request, counts string }{
		{"mg a\r\nmg a v T30\r\n", "cmd_get 2 get_misses 2"},
		{"ms a 1\r\n1\r\nms a 1 ME\r\n1\r\nms a 1 q\r\nxx", "cmd_set 3"},
		{"ms a 1\r\n1\r\nmg a\r\nmg a v\r\nmg a T30\r\n", "cmd_set 1 cmd_get 2 get_hits 2 cmd_touch 1 touch_hits 1"},
		{"mg a N30\r\nme a\r\nme b\r\n", "cmd_get 1 get_hits 1 cmd_meta 2"},
		{"md a\r\nms a 1\r\n1\r\nmd a C99\r\nmd a I\r\nmd a x\r\nmd a\r\n", "cmd_set 1 delete_misses 2 delete_hits 2"},
		{"ma a\r\nma a MD\r\nms a 1\r\n1\r\nma a\r\nma a MD\r\nma a C99\r\n", "cmd_set 1 incr_misses 1 decr_misses 1 incr_hits 1 decr_hits 1"},
		{"ms a 1 C5\r\n1\r\nms a 1\r\n1\r\nms a 1 C99\r\n1\r\nms a 1 C2\r\n1\r\n", "cmd_set 4 cas_misses 1 cas_badval 1 cas_hits 1"},
		{"stats detail on\r\nms a:1 1\r\n1\r\nmg a:1\r\nmd a:1\r\n", "cmd_set 1 cmd_get 1 get_hits 1 delete_hits 1"},
	} {
		ts := start(t, nil)
		c := ts.dial()
		c.send(does.request + "\r\nversion\r\n")
		for line := ""; line != version145; {
			var err error
			if line, err = c.r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		var counts []string
		for _, n := range []counter{cmdSet, cmdGet, getHits, getMisses, cmdTouch, touchHits, touchMisses, cmdMeta, deleteMisses, deleteHits,
			incrMisses, decrMisses, incrHits, decrHits, casMisses, casBadval, casHits} {
			if v := ts.sum(n); v > 0 {
				counts = append(counts, fmt.Sprintf("%s %d", counterRows[n].Name, v))
			}
		}
		if got := strings.Join(counts, " "); got != does.counts {
			t.Errorf("%q: %s, want %s", does.request, got, does.counts)
		}
		c.ask("stats detail dump\r\n", "END\r\n")
	}
}

// TestMetaInStep: whatever is wrong with a meta command, what follows is answered as if it had not been there.
func TestMetaInStep(t *testing.T) {
	c := start(t, nil).dial()
	const format, token = "CLIENT_ERROR bad command line format\r\n", "CLIENT_ERROR bad token in command line format\r\n"
	long := strings.Repeat("x", 30_000)
	for _, wrong := range []struct{ request, answer string }{
		{"mg " + long + "\r\n", format},
		{"mg a O" + long + "\r\n", "CLIENT_ERROR opaque token too long\r\n"},
		{"mg a L" + long + " k\r\n", "EN ka\r\n"},
		{"mg a T" + long + "\r\n", token},
		{"mg a C" + strings.Repeat("9", 20_000) + "\r\n", token},
		{"mg " + long + " b\r\n", format},
		{"mg a " + strings.Repeat("v ", 15_000) + "\r\n", "CLIENT_ERROR options flags are too long\r\n"},
		{"mg a " + strings.Repeat(" ", 30_000) + "k\r\n", "EN ka\r\n"},
		{"ms a 5 T" + long + "\r\nmn\r\n.\r\n", token},
		{"ms " + long + " 5\r\nmn\r\n.\r\n", format},
		{"ms a 5 L" + long + " O1\r\nmn\r\n.\r\n", "HD O1\r\n"},
		{"ms a 20000 MX\r\n" + strings.Repeat("mn\r\n", 5000) + "\r\n", "CLIENT_ERROR invalid mode for ms M token\r\n"},
		{"ms a 2000000 q\r\n" + strings.Repeat("mn\r\n", 500_000) + "\r\n", "SERVER_ERROR object too large for cache\r\n"},
		{"ms a 2147483647\r\nms a " + long + "\r\n", format + format},
		{"ma " + long + "\r\nme " + long + "\r\nmd " + long + "\r\n", "CLIENT_ERROR invalid or duplicate flag\r\n" + format + format},
		{"ma a D" + long + "\r\n", "CLIENT_ERROR invalid or duplicate flag\r\n"},
		{"ms a 2\r\nabc\r\n", "CLIENT_ERROR bad data chunk\r\n" + format},
	} {
		c.waitAnew()
		c.ask(wrong.request+"mn\r\n", wrong.answer+"MN\r\n")
	}
}

// lookingEngine notes how many keys each Get is asked for.
type lookingEngine struct {
	*memory.Engine
	mu    sync.Mutex
	asked []int
}

func (e *lookingEngine) Get(keys []engine.Key, to engine.Reader) int {
	if _, ahead := to.(engine.Prefetch); !ahead {
		e.mu.Lock()
		e.asked = append(e.asked, len(keys))
		e.mu.Unlock()
	}
	return e.Engine.Get(keys, to)
}

// TestMetaNeighbours: neighbouring mgs go to the engine together, and with gets.
func TestMetaNeighbours(t *testing.T) {
	eng := &lookingEngine{Engine: memory.New()}
	ts := startOn(t, func(*settings.Settings) engine.Engine { return eng }, func(s *settings.Settings) { s.Threads = 1 }, func(*Server) {})
	c := ts.dial()
	c.ask("ms a 1\r\n1\r\nmg a v\r\nmg b q\r\nget a b\r\nmg c k N30\r\nmn\r\n",
		"HD\r\nVA 1\r\n1\r\nVALUE a 0 1\r\n1\r\nEND\r\nHD kc W\r\nMN\r\n")
	eng.mu.Lock()
	defer eng.mu.Unlock()
	if len(eng.asked) != 1 || eng.asked[0] != 5 {
		t.Errorf("the engine is asked for %v keys", eng.asked)
	}
}
