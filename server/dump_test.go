package server

import (
	"fmt"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/compat"
	"gocached/engine"
	"gocached/engine/memory"
	"gocached/internal/eventually"
	"gocached/server/settings"
)

// dumped is a server with n items that have long keys, which nobody had to send.
func dumped(t *testing.T, n int, around func(engine.Engine) engine.Engine, prepare func(*Server)) *testServer {
	t.Helper()
	inner := memory.New()
	ts := startOn(t, func(*settings.Settings) engine.Engine { return around(inner) }, func(s *settings.Settings) { s.Threads = 1 }, prepare)
	for i := range n {
		it, status := inner.Allocate(fmt.Appendf(nil, "%s:%06d", strings.Repeat("k", 200), i), 1, 0, clock.Never, engine.OpSet)
		if status == engine.OK {
			_, status = inner.Store(it, engine.OpSet, 0)
		}
		if status != engine.OK {
			t.Fatal(status)
		}
	}
	return ts
}

// readDump reads a list to its end, and checks that each item is in it once.
func (c *client) readDump(n int, head, tail string) {
	c.t.Helper()
	seen := make(map[string]bool, n)
	c.waitAnew()
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("after %d lines: %v", len(seen), err)
		}
		if line == tail {
			break
		}
		if !strings.HasPrefix(line, head) {
			if line != "OK\r\n" || len(seen) > 0 {
				c.t.Fatalf("line %d is %q", len(seen), line)
			}
			continue
		}
		key := strings.Fields(line[len(head):])[0]
		if seen[key] {
			c.t.Fatalf("%s comes twice", key)
		}
		seen[key] = true
	}
	if len(seen) != n {
		c.t.Errorf("%d of %d items", len(seen), n)
	}
}

// dumpServers are the kinds of server that make lists in their own ways.
var dumpServers = []struct {
	name    string
	around  func(engine.Engine) engine.Engine
	prepare func(*Server)
}{
	{"loops", func(e engine.Engine) engine.Engine { return e }, func(*Server) {}},
	{"gnet", func(e engine.Engine) engine.Engine { return e }, func(s *Server) { s.blind = true }},
	{"workers", func(e engine.Engine) engine.Engine { return saysItWaits{e} }, func(*Server) {}},
}

// saysItWaits is an engine that says it waits, and does not.
type saysItWaits struct{ engine.Engine }

func (w saysItWaits) Info() engine.Info {
	info := w.Engine.Info()
	info.Blocks = true
	return info
}

// TestDumpWaitsForItsClient: a list that nobody takes is not made, nobody waits for it, and what was not taken is there later.
func TestDumpWaitsForItsClient(t *testing.T) {
	for _, row := range dumpServers {
		t.Run(row.name, func(t *testing.T) {
			const items = 30_000 // far more than sockets take
			ts := dumped(t, items, row.around, row.prepare)
			other, slow, keys := ts.dial(), ts.dial(), ts.dial()
			slow.send("lru_crawler metadump all\r\n")
			keys.send("lru_crawler mgdump all\r\nversion\r\n")
			eventually.True(t, "both are blocked", func() bool { return ts.sum(connBlocks) >= 2 })
			for range 100 {
				other.ask("get nothing\r\n", "END\r\n")
			}
			if n := ts.unsent.Load(); n > 4*maxOutput {
				t.Errorf("%d bytes wait", n)
			}
			slow.readDump(items, "key=", "END\r\n")
			slow.ask("version\r\n", "VERSION 1.4.5\r\n")
			keys.readDump(items, "mg ", "EN\r\n")
		})
	}
}

// TestDumpIsGivenUp: a client that leaves takes its list with it.
func TestDumpIsGivenUp(t *testing.T) {
	for _, row := range dumpServers {
		t.Run(row.name, func(t *testing.T) {
			ts := dumped(t, 30_000, row.around, row.prepare)
			other := ts.dial()
			for range 5 {
				c := ts.dial()
				c.send("lru_crawler metadump all\r\n")
				c.expect("OK\r\n")
				_ = c.Close()
			}
			ts.awaitClients(1)
			eventually.True(t, "nothing is kept", func() bool { return ts.unsent.Load() == 0 })
			other.ask("get nothing\r\n", "END\r\n")
		})
	}
}

// TestDumpWords: a list is refused behind other commands that have an answer, and cannot be asked for twice at once; what comes behind it is answered
// when it has ended. Classes choose what is in it.
func TestDumpWords(t *testing.T) {
	c := start(t, nil).dial()
	c.ask("lru_crawler metadump all\r\nlru_crawler m 1\r\n", "OK\r\nEND\r\nERROR cannot pipeline other commands before metadump\r\n")
	c.ask("version\r\nlru_crawler mgdump all\r\nversion\r\n",
		"VERSION 1.4.5\r\nERROR cannot pipeline other commands before mgdump\r\nVERSION 1.4.5\r\n")
	c.ask("set small 0 0 1 noreply\r\n1\r\nlru_crawler mgdump all\r\nversion\r\n", "OK\r\nmg small\r\nEN\r\nVERSION 1.4.5\r\n")
	c.ask("set large 0 0 5000\r\n"+string(pattern(5000))+"\r\n", "STORED\r\n")
	c.ask("lru_crawler mgdump 1\r\n", "OK\r\nmg small\r\nEN\r\n")
	c.ask("lru_crawler mgdump 1,1,2\r\n", "OK\r\nmg small\r\nEN\r\n")
	c.ask("delete small\r\n", "DELETED\r\n")
	c.ask("lru_crawler mgdump hash\r\n", "OK\r\nmg large\r\nEN\r\n")
	c.ask("lru_crawler mgdump 1,2,3\r\n", "OK\r\nEN\r\n")
	for _, row := range []struct{ line, want string }{
		{"lru_crawler crawl hash", "ERROR an unknown error happened\r\n"}, {"lru_crawler crawl 1,2", "OK\r\n"}, {"lru_crawler crawl all", "OK\r\n"},
		{"lru_crawler crawl ,", "NOTSTARTED no items to crawl\r\n"}, {"lru_crawler metadump ,,", "NOTSTARTED no items to crawl\r\n"},
		{"lru_crawler mgdump 64", "BADCLASS invalid class id\r\n"}, {"lru_crawler metadump 1,", "OK\r\nEND\r\n"},
		{"lru_crawler crawl all noreply", ""}, {"lru_crawler metadump all noreply", ""}, {"lru_crawler e", "ERROR failed to start lru crawler thread\r\n"},
		{"lru_crawler d", "OK\r\n"}, {"lru_crawler metadump x", "CLIENT_ERROR lru crawler disabled\r\n"}, {"lru_crawler enable", "OK\r\n"},
		{"lru_crawler metadump all 1", "ERROR\r\n"}, {"lru_crawler sleep 1000001", "CLIENT_ERROR sleep must be one second or less\r\n"},
	} {
		c.ask(row.line+"\r\n", row.want)
	}
}

// TestDumpHidesBytes: a key that cannot stand in a line never does, whoever stored it.
func TestDumpHidesBytes(t *testing.T) {
	ts := start(t, nil)
	c, binary := ts.dial(), ts.dial()
	binary.send(frame(0x01, 0, "\x00\x00\x00\x00\x00\x00\x00\x00", "a\r\nEND\r\nb", "v"))
	binary.wants(0, "")
	c.ask("lru_crawler mgdump all\r\n", "OK\r\nmg YQ0KRU5EDQpi b\r\nEN\r\n")
	c.send("lru_crawler metadump all\r\n")
	c.expect("OK\r\nkey=a%0D%0AEND%0D%0Ab exp=-1 la=")
	c.ask("", "")
}

// TestDumpIsShownInSettings: what lru_crawler was told is what stats settings shows in the 1.6 mode.
func TestDumpIsShownInSettings(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.Compat = compat.V1645 }).dial()
	c.ask("lru_crawler disable\r\nlru_crawler sleep 7\r\nlru_crawler tocrawl 8\r\n", "OK\r\nOK\r\nOK\r\n")
	_, got := c.stats("settings")
	if got["lru_crawler"] != "no" || got["lru_crawler_sleep"] != "7" || got["lru_crawler_tocrawl"] != "8" {
		t.Error(got)
	}
}

// TestDumpByUDP: a list has no bound, so there is none in datagrams.
func TestDumpByUDP(t *testing.T) {
	c := startUDP(t, nil).dialUDP()
	c.ask("lru_crawler metadump all\r\n", "ERROR\r\n")
}

// TestDumpLog: -vv shows the line of a list once, however many turns the list takes.
func TestDumpLog(t *testing.T) {
	ts := startOn(t, func(*settings.Settings) engine.Engine { return memory.New() },
		func(s *settings.Settings) { s.Threads, s.Verbosity = 1, 2 }, func(*Server) {})
	c := ts.dial()
	c.ask("lru_crawler metadump all\r\nfoo\r\n", "OK\r\nEND\r\nERROR\r\n")
	ts.says("foo\n", 1)
	if n := strings.Count(ts.logs.String(), " lru_crawler metadump all\n"); n != 1 {
		t.Errorf("%d times in the log:\n%s", n, ts.logs.String())
	}
}
