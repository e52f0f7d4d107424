package server

import (
	"strings"
	"testing"

	"gocached/server/transport"
	"gocached/server/transport/transporttest"
)

// FuzzWire says anything through a transport to a server, and changes some of the bytes on the way: three bytes of edits each
// say where and how. It cuts the wire in two and hangs up. The server must hang up too, and nothing may stay behind.
func FuzzWire(f *testing.F) {
	long := "set a 0 0 3000\r\n" + strings.Repeat("v", 3000) + "\r\nget a a a\r\n"
	for _, edits := range []string{"", "\x00\x00\x01", "\x00\x01\xff", "\x00\x02\x80", "\x00\x20\x01", "\x00\x40\x05", "\x00\x41\xc0",
		"\x00\x43\x01", "\x01\x05\x10", "\x01\x05\x10\x01\x05\x10", "\xff\xff\x01"} {
		f.Add([]byte("version\r\nget a b\r\n"), []byte(edits), uint16(70), true)
		f.Add([]byte(long), []byte(edits), uint16(1000), false)
		f.Add([]byte(long[:100]), []byte(edits), uint16(63), len(edits) == 3)
	}
	s, eng := startForFuzz(f, func() transport.Transport { return transporttest.NewFrames(true, 1) })
	addr := s.Addrs()[0].String()
	f.Fuzz(func(t *testing.T, said, edits []byte, cut uint16, ends bool) {
		if len(said) > 64<<10 {
			return
		}
		wire := wireOf(said, ends)
		for ; len(edits) >= 3; edits = edits[3:] {
			wire[(int(edits[0])<<8|int(edits[1]))%len(wire)] ^= edits[2]
		}
		at := int(cut) % len(wire)
		if err := converse(addr, [][]byte{wire[:at], wire[at:]}, false); err != nil {
			t.Fatal(err)
		}
		leavesNothing(t, s, eng)
		if unsent, lent := s.unsent.Load(), s.lent.Load(); unsent != 0 || lent != 0 {
			t.Fatalf("%d bytes are kept, %d values lent", unsent, lent)
		}
	})
}

// wireOf returns what a client sends that says something through frames, from its greeting on.
func wireOf(said []byte, ends bool) []byte {
	server, client := transporttest.NewFrames(true, 1), transporttest.NewFrames(false, 2)
	_, greeting, _ := server.Unwrap(nil, nil, nil)
	_, wire, _ := client.Unwrap(nil, nil, greeting)
	wire, _ = client.Wrap(wire, said)
	if wire = client.Wish(wire); ends {
		wire = client.End(wire)
	}
	return wire
}
