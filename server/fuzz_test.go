package server

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/internal/eventually"
	"gocached/server/oplog"
	"gocached/server/settings"
	"gocached/server/transport"
)

// FuzzConversation says anything to a server, whole and cut in two, and hangs up. The server must answer what it
// understands and hang up too; binary replies must be whole packets; and nothing may stay behind: no connection, no
// panic, no chunk that is not an item's.
func FuzzConversation(f *testing.F) {
	for _, seed := range []string{
		"get a b\r\nset a 1 0 3\r\nabc\r\ngets a\r\nincr a 1\r\nquit\r\n",
		"set a 0 0 3000 noreply\r\n" + strings.Repeat("v", 3000) + "\r\nget a a a\r\nappend a 0 0 1\r\nx\r\ngat 0 a\r\n",
		"set a 0 0 3000\r\n" + strings.Repeat("v", 100),
		"mg a v\r\nms a 3 c k\r\nabc\r\nmg a s v t f c k h l O1\r\nmg b N30 v\r\nmg b v\r\nms b 1 MA I C1 E2\r\nx\r\nma n N0 J5 v t\r\nma n MD D9\r\nme a\r\nmn\r\n",
		"ms YSBi 2 b\r\nhi\r\nmg YSBi b k v T0\r\nms YQpi 0 b\r\n\r\nme YQpi b x\r\nmd YSBi b I T30 x F5 q\r\nmg YSBi b R30 u\r\nma eQ0K b N0\r\nstats cachedump 1 0\r\nmn\r\n",
		"ms a 3000 T30 O1\r\n" + strings.Repeat("v", 3000) + "\r\nmg a v\r\nmd a C1\r\nmd a\r\nms a 3000 MX\r\n" + strings.Repeat("v", 3000) + "\r\nmn\r\n",
		"ms a x\r\nms a 2 T q\r\nhi\r\nms a 2\r\nabcd\r\nmg a !\r\nmg a v v\r\nmg " + strings.Repeat("k", 251) + "\r\nmg a O" + strings.Repeat("o", 40) + " L" + strings.Repeat("l", 3000) + "\r\nmn\r\n",
		"set a x 0 3\r\nabc\r\nset a 0 0 3 noreply x\r\nabc\r\ncas a 0 4294967295 1 1\r\nx\r\ntouch a 1 2 3 noreply\r\nget a\r\n",
		"version\r\n" + strings.Repeat("x", 3000) + "\r\ndelete " + strings.Repeat("k", 1500) + "\r\nversion\r\n" + strings.Repeat("y", 40_000),
		"ms YSBi 2 b\r\nhi\r\nlru_crawler metadump all\r\nlru_crawler mgdump hash\r\nlru_crawler m 1,2,99\r\nlru_crawler disable\r\nlru_crawler crawl ,\r\nlru_crawler e\r\nlru_crawler sleep 1 noreply\r\nlru tune 10 20 0.5 1\r\nlru mode f\r\nlru temp_ttl -1\r\nlru\r\n",
		"lru_crawler mgdump all\r\nset a 0 0 1\r\nx\r\n",
		"get a\r\nPOST /a HTTP/1.1\r\n\r\nset a 0 0 1\r\nx\r\n",
		"set a 0 0 99999999\r\nx\r\n\r\nversion\r\ncas a 0 0 1 1\r\nx\r\nstats slabs\r\nstats detail dump\r\nflush_all 1\r\n",
		"verbosity 2\r\nget " + strings.Repeat("k ", 300) + "\r\nverbosity 0\r\nstats cachedump 1 10\r\n",
		frame(0x01, 1, "\x00\x00\x00\x00\x00\x00\x00\x00", "a", "1") + frame(0x0d, 2, "", "a", "") + frame(0x0a, 3, "", "", "") +
			frame(0x05, 4, strings.Repeat("\x00", 20), "a", "") + frame(0x0e, 5, "", "a", "x") + frame(0x07, 0, "", "", ""),
		frame(0x11, 1, "\x00\x00\x00\x00\x00\x00\x00\x00", "a", strings.Repeat("v", 3000)) + frame(0x1e, 2, "\x00\x00\x00\x01", "a", ""),
		frame(0x10, 0, "", "", "") + frame(0x20, 0, "", "", "") + plain("a", "b") + frame(0x0b, 0, "", "", ""),
		withBody(frame(0x23, 0, "", "", ""), 1<<32-1) + "xyz",
		withBody(frame(0x01, 0, "\x00\x00\x00\x00\x00\x00\x00\x00", "a", ""), 1<<31),
	} {
		f.Add([]byte(seed), uint16(len(seed)/2))
	}
	s, eng := startForFuzz(f, nil)
	addr := s.Addrs()[0].String()
	f.Fuzz(func(t *testing.T, input []byte, cut uint16) {
		if len(input) == 0 || len(input) > 64<<10 {
			return
		}
		at := int(cut) % len(input)
		for _, pieces := range [][][]byte{{input}, {input[:at], input[at:]}} {
			if err := converse(addr, pieces, input[0] == 0x80); err != nil {
				t.Fatal(err)
			}
		}
		leavesNothing(t, s, eng)
	})
}

// leavesNothing waits until nothing is left of the connections of a server.
func leavesNothing(t *testing.T, s *Server, eng *memory.Engine) {
	t.Helper()
	eventually.True(t, "the end of the connections", func() bool { return s.gate.Current() == 0 })
	eventually.True(t, "a chunk in use for each item, and no other", func() bool { // the engine's own goroutine may be at it
		used, items := chunksAndItems(eng)
		return used == items
	})
	if s.sum(panics) > 0 {
		t.Fatal("a panic")
	}
}

// startForFuzz starts a server for all inputs. Its connections are plain if through is nil.
func startForFuzz(f *testing.F, through transport.Maker) (*Server, *memory.Engine) {
	f.Helper()
	st := settings.Default()
	st.Port, st.Listen, st.Threads, st.MemoryLimit = -1, []string{"127.0.0.1"}, 1, 8<<20
	eng, log := memory.New(), oplog.New(io.Discard)
	s, err := New(st, eng, log)
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		f.Fatal(err)
	}
	for i := range s.sockets.Listeners {
		s.sockets.Listeners[i].Transport = through
	}
	var served sync.WaitGroup
	served.Go(func() { _ = s.Serve() })
	f.Cleanup(func() {
		if err := eng.Check(); err != nil {
			f.Error(err)
		}
		s.Stop()
		served.Wait()
		_ = log.Close()
	})
	return s, eng
}

// converse says the pieces on a connection of its own and hears what is said until the server hangs up.
func converse(addr string, pieces [][]byte, binary bool) error {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	_ = nc.(*net.TCPConn).SetLinger(0) // or the ports run out
	_ = nc.SetDeadline(time.Now().Add(patience))
	go func() {
		for _, p := range pieces {
			_, _ = nc.Write(p)                // may fail: the server may hang up first
			time.Sleep(20 * time.Microsecond) // so that some pieces come by themselves
		}
		_ = nc.(*net.TCPConn).CloseWrite()
	}()
	for err == nil {
		if binary {
			_, err = readAnswer(nc)
		} else {
			_, err = io.Copy(io.Discard, nc)
			if err == nil {
				return nil
			}
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

// chunksAndItems returns how many chunks are in use and how many items there are, those included that are over.
func chunksAndItems(eng *memory.Engine) (used, items int) {
	count := func(name, value string) {
		n, _ := strconv.Atoi(value)
		if strings.HasSuffix(name, "used_chunks") {
			used += n
		}
		if name == "hash_items" {
			items = n
		}
	}
	eng.Stats(engine.Query{Group: "slabs"}, count)
	eng.Stats(engine.Query{Group: "gocached"}, count)
	return used, items
}
