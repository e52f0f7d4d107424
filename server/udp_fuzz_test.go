package server

import (
	"testing"

	"gocached/protocol"
	"gocached/server/settings"
)

// maxFuzzed bounds what a fuzzed datagram may be answered, in datagrams, so that each takes little time.
const maxFuzzed = 100

// FuzzDatagram sends a worker any bytes. Nothing panics, nonsense is not answered, an answer is whole messages under the
// request's id, and nothing is left over: no input, no output, no item that nobody can reach.
func FuzzDatagram(f *testing.F) {
	for _, body := range []string{
		"version\r\nversion\r\n", "set a 1 2 3\r\nabc\r\nget a b\r\ngets a\r\n", "set a 0 0 2 noreply\r\nabc\r\n",
		"ms a 2 T30 c\r\nhi\r\nmg a v t k O1\r\nmg big v s\r\nma n N0 v\r\nmd a I q\r\nmg a\r\nme a\r\nmn\r\n", "ms a 2 MX\r\nhi\r\nmn\r\n",
		"set a 0 0 100\r\nabc\r\n", "get big big\r\nstats\r\nstats slabs\r\n", "incr n 1\r\ndelete n\r\nquit\r\nversion\r\n",
		"gat 0 a b\r\ntouch a 1\r\nflush_all 1\r\nverbosity 1\r\nshutdown\r\n", "stats cachedump 1 1\r\nstats detail dump\r\n",
		packet(0x80, 0x01, "\x00\x00\x00\x00\x00\x00\x00\x00", "a", "value") + packet(0x80, 0x0c, "", "a", ""),
		packet(0x80, 0x10, "", "items", "") + packet(0x80, 0x07, "", "", "") + packet(0x80, 0x0a, "", "", ""),
		packet(0x80, 0x21, "", "PLAIN", "\x00a\x00b"), packet(0x81, 0x00, "", "", ""), "VALUE k 0 7\r\nget k\r\n\r\nEND\r\n",
	} {
		f.Add(datagram(0x1234, body))
	}
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x00\x00\x00\x02\x00\x00version\r\n"))
	w := newTestWorker(f, func(s *settings.Settings) { s.UDPMaxDatagrams = maxFuzzed })
	served, big := 0, string(pattern(100_000))
	f.Fuzz(func(t *testing.T, b []byte) {
		w.t = t
		defer func() { w.t = f }()
		w.loop.shared.log.SetLevel(0) // what verbosity sets holds for its own datagram
		w.put("big", big)
		panicked := w.count(panics)
		w.serveOne(b)
		if w.count(panics) != panicked {
			t.Fatal(w.logs.String())
		}
		frame, body, ok := protocol.ParseFrame(b)
		if answers := w.messages(frame.ID); len(answers) > 0 && (!ok || protocol.IsReply(body[0])) {
			t.Errorf("%q was answered %q", b, answers)
		}
		l, c := w.loop, w.conns[0]
		if len(l.round.ready)+len(l.replies.pieces)+len(l.replies.owners)+len(l.replies.out)+len(l.round.parts)+len(c.in)+len(c.queue) > 0 || c.fill != nil {
			t.Errorf("%q left something behind", b)
		}
		if served++; served%256 == 0 { // it takes long
			w.checkEngine()
		}
	})
}
