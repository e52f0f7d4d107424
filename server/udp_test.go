package server

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/internal/eventually"
	"gocached/protocol"
	"gocached/server/kernel"
	"gocached/server/oplog"
	"gocached/server/settings"
)

// wire is a socket whose datagrams a test sees. Each read finds one of them, or all if they come at once.
type wire struct {
	come   [][]byte
	atOnce bool
	sent   [][]byte
	to     []kernel.Address // of each that was sent
	fail   error            // of the next write

	output func() int // room for the answers that are being sent, in bytes; may be nil
	most   int        // the most that it was
}

func (s *wire) Read(in *kernel.Incoming) error {
	in.Clear()
	if len(s.come) == 0 {
		return net.ErrClosed
	}
	for more := true; more && len(s.come) > 0 && in.Count() < maxBatch; more = s.atOnce {
		in.Put(s.come[0], kernel.Address{Port: uint16(in.Count())})
		s.come = s.come[1:]
	}
	return nil
}

func (s *wire) Write(out *kernel.Outgoing, from, to int) (int, error) {
	if s.fail != nil {
		return 0, s.fail
	}
	if s.output != nil {
		s.most = max(s.most, s.output())
	}
	for i := from; i < to; i++ {
		to, _ := out.To(i)
		s.sent, s.to = append(s.sent, bytes.Clone(out.Datagram(i))), append(s.to, to)
	}
	return to - from, nil
}

// testWorker is a UDP worker of a server that does not listen.
type testWorker struct {
	*udpWorker
	t    testing.TB
	eng  *memory.Engine
	wire *wire
	logs *lockedBuffer
	ids  uint16
}

// newTestWorker makes a worker for one test, at whose end its engine must hold what is linked and no more.
func newTestWorker(t testing.TB, change func(*settings.Settings)) *testWorker {
	t.Helper()
	st := settings.Default()
	if change != nil {
		change(st)
	}
	if err := st.Validate(); err != nil {
		t.Fatal(err)
	}
	w := &testWorker{t: t, eng: memory.New(), wire: new(wire), logs: new(lockedBuffer)}
	log := oplog.New(w.logs)
	log.SetLevel(st.Verbosity)
	s, err := New(st, w.eng, log)
	if err != nil {
		t.Fatal(err)
	}
	w.udpWorker = newUDPWorker(&s.shared, w.wire)
	w.wire.output = func() int { return cap(w.loop.replies.out) }
	s.loops = append(s.loops, w.loop)
	t.Cleanup(func() {
		w.checkEngine()
		log.Close()
	})
	return w
}

// checkEngine fails if the engine is inconsistent or holds an item that nobody can reach.
func (w *testWorker) checkEngine() {
	w.t.Helper()
	if err := w.eng.Check(); err != nil {
		w.t.Error(err)
	}
	eventually.True(w.t, "a chunk in use for each item, and no other", func() bool {
		used, items := chunksAndItems(w.eng)
		return used == items
	})
}

// datagram puts a frame header before a request.
func datagram(id uint16, body string) []byte {
	return append(protocol.AppendFrame(nil, protocol.Frame{ID: id, Total: 1}), body...)
}

// ask sends a request and returns the messages that answer it.
func (w *testWorker) ask(body string) []string {
	w.t.Helper()
	w.ids += 0x101
	w.serveOne(datagram(w.ids, body))
	return w.messages(w.ids)
}

// serveOne serves a datagram as it comes from the socket.
func (w *testWorker) serveOne(b []byte) {
	w.wire.come = append(w.wire.come, b)
	if err := w.receive(); err != nil {
		w.t.Fatal(err)
	}
}

// messages puts together what was sent. It fails if the frames are not those of whole messages under that id.
func (w *testWorker) messages(id uint16) (messages []string) {
	w.t.Helper()
	sent := w.wire.sent
	w.wire.sent = nil
	for len(sent) > 0 {
		total := int(sent[0][4])<<8 | int(sent[0][5])
		if total == 0 || total > len(sent) {
			w.t.Fatalf("a message of %d datagrams, and %d were sent", total, len(sent))
		}
		var text []byte
		for i, b := range sent[:total] {
			head := protocol.AppendFrame(nil, protocol.Frame{ID: id, Sequence: uint16(i), Total: uint16(total)})
			if !bytes.HasPrefix(b, head) {
				w.t.Fatalf("datagram %d of %d begins % x, want % x", i, total, b[:8], head)
			}
			if len(b) > protocol.MaxDatagram || len(b) < protocol.MaxDatagram && i+1 < total || len(b) == len(head) {
				w.t.Fatalf("datagram %d of %d has %d bytes", i, total, len(b))
			}
			text = append(text, b[len(head):]...)
		}
		messages, sent = append(messages, string(text)), sent[total:]
	}
	return messages
}

// want sends a request and expects these messages.
func (w *testWorker) want(body string, messages ...string) {
	w.t.Helper()
	if got := w.ask(body); !slices.Equal(got, messages) {
		w.t.Errorf("%.200q was answered\n%.300q, want\n%.300q", body, got, messages)
	}
}

// count returns one of the server's figures.
func (w *testWorker) count(n counter) int { return int(w.loop.shared.sum(n)) }

func TestUDPMessages(t *testing.T) {
	w := newTestWorker(t, nil)
	w.want("set a 5 0 3\r\nabc\r\n", "STORED\r\n")
	w.want("get a\r\n", "VALUE a 5 3\r\nabc\r\nEND\r\n")
	w.want("get a nothing a\r\n", "VALUE a 5 3\r\nabc\r\nVALUE a 5 3\r\nabc\r\nEND\r\n")
	w.want("version\r\nget a\r\nget b\r\nversion\r\n", "VERSION 1.4.5\r\n", "VALUE a 5 3\r\nabc\r\nEND\r\n", "END\r\n", "VERSION 1.4.5\r\n")
	w.want("set b 0 0 1 noreply\r\nx\r\nget b\r\ndelete b noreply\r\nget b\r\n", "VALUE b 0 1\r\nx\r\nEND\r\n", "END\r\n")
	w.want("set n 0 0 1\r\n5\r\nincr n 3\r\ndelete n\r\n", "STORED\r\n", "8\r\n", "DELETED\r\n")
	w.want("foo\r\nget "+strings.Repeat("k", 251)+"\r\nversion\r\n", "ERROR\r\n", "CLIENT_ERROR bad command line format\r\n", "VERSION 1.4.5\r\n")
	w.want("set a 0 0 3\r\nabcdeget a\r\n", "CLIENT_ERROR bad data chunk\r\n", "VALUE a 5 3\r\nabc\r\nEND\r\n")
	w.want("verbosity 0\r\nflush_all\r\nget a\r\n", "OK\r\n", "OK\r\n", "END\r\n")
}

// TestUDPBinary sends packets, each of which is answered by a message of its own, whatever it is.
func TestUDPBinary(t *testing.T) {
	w := newTestWorker(t, nil)
	w.want("set a 0 0 1\r\nx\r\n", "STORED\r\n")
	hit := packet(0x81, 0x00, "\x00\x00\x00\x00", "", "x")
	answer := w.ask(packet(0x80, 0x00, "", "a", "") + packet(0x80, 0x09, "", "none", "") + packet(0x80, 0x09, "", "a", "") +
		packet(0x80, 0x0a, "", "", ""))
	if len(answer) != 3 || !sameBut(answer[0], hit, 16, 24) || answer[2] != packet(0x81, 0x0a, "", "", "") {
		t.Errorf("get, getq, getq, noop were answered %q", answer)
	}
	if answer := w.ask(packet(0x80, 0x10, "", "", "")); len(answer) != 1 || strings.Count(answer[0], "\x81\x10") != 39 {
		t.Errorf("stat was answered by %d messages: %q", len(answer), answer)
	}
	// Quit answers, what follows it is dropped, and the next datagram is served all the same. So for a broken packet.
	w.want(packet(0x80, 0x07, "", "", "")+packet(0x80, 0x0a, "", "", ""), packet(0x81, 0x07, "", "", ""))
	if answer := w.ask(packet(0x80, 0x00, "", "", "") + packet(0x80, 0x0a, "", "", "")); len(answer) != 1 || answer[0][7] != 4 {
		t.Errorf("a get without a key was answered %q", answer)
	}
	w.want("quit\r\nversion\r\n")
	w.want("version\r\n", "VERSION 1.4.5\r\n")
}

// packet makes a packet of the binary protocol.
func packet(magic, opcode byte, extras, key, value string) string {
	b := make([]byte, 24)
	b[0], b[1], b[3], b[4], b[11] = magic, opcode, byte(len(key)), byte(len(extras)), byte(len(extras+key+value))
	return string(b) + extras + key + value
}

// sameBut compares two strings but for the bytes from up to, but not including, to.
func sameBut(a, b string, from, to int) bool {
	return len(a) == len(b) && a[:from] == b[:from] && a[to:] == b[to:]
}

// TestUDPDrops sends what must not be answered, and must leave nothing behind.
func TestUDPDrops(t *testing.T) {
	w := newTestWorker(t, nil)
	for _, body := range []string{
		"",
		"version",
		"get a",
		"get " + strings.Repeat("key ", 1000),
		"set a 0 0 10\r\nabc",
		"set a 0 0 20\r\nabc\r\nversion\r\n",
		"set a 0 0 100000\r\n" + strings.Repeat("x", 60000),
		"set a 0 0 5000\r\n" + strings.Repeat("x", 5000),
		"set a 0 0 2000000\r\n" + strings.Repeat("x", 60000),
		packet(0x80, 0x01, "\x00\x00\x00\x00\x00\x00\x00\x00", "a", "value")[:30],
		packet(0x80, 0x0a, "", "", "")[:23],
		"\x80\x01\x00\x01\x08\x00\x00\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 60000),
		packet(0x81, 0x0a, "", "", "") + "\r\n",
		"ERROR\r\n", "STORED\r\n", "END\r\n", "VALUE k 0 7\r\nget k\r\n\r\nEND\r\n", "CLIENT_ERROR x\r\n", "SERVER_ERROR x\r\n",
	} {
		w.want(body)
	}
	for _, nonsense := range []string{"", "\x00\x01\x00\x00\x00\x01\x00", "\x00\x01\x00\x00\x00\x00\x00\x00version\r\n",
		"\x00\x01\x00\x00\x00\x02\x00\x00version\r\n", "\x00\x01\x00\x00\x01\x01\x00\x00version\r\n"} {
		w.serveOne([]byte(nonsense))
		w.messages(1)
	}
	if len(w.wire.sent) > 0 || w.count(cmdSet)+w.count(cmdGet) > 0 {
		t.Error("something was answered or stored")
	}
	w.want("get a\r\n", "END\r\n")
}

// TestUDPBinding checks that -B holds for datagrams too.
func TestUDPBinding(t *testing.T) {
	version, answer := packet(0x80, 0x0b, "", "", ""), packet(0x81, 0x0b, "", "", "1.4.5")
	w := newTestWorker(t, func(s *settings.Settings) { s.Binding = settings.BindingBinary })
	w.want("version\r\n")
	w.want(version, answer)
	w = newTestWorker(t, func(s *settings.Settings) { s.Binding = settings.BindingASCII })
	w.want("version\r\n", "VERSION 1.4.5\r\n")
	w.want(version+"\r\n", "ERROR\r\n")
}

// TestUDPSizes checks how values around the limits of a datagram, and of what is lent, are cut into datagrams.
func TestUDPSizes(t *testing.T) {
	w := newTestWorker(t, nil)
	for _, size := range []int{0, 1, 1364, 1365, 1366, 1400, 2755, 2756, 2757, 16<<10 - 1, 16 << 10, 100_000, 1_000_000} {
		value := string(pattern(size))
		w.put("k", value)
		head := fmt.Sprintf("VALUE k 0 %d\r\n", size)
		w.want("get k\r\nget k k\r\n", head+value+"\r\nEND\r\n", head+value+"\r\n"+head+value+"\r\nEND\r\n")
	}
}

// put stores an item past the protocol.
func (w *testWorker) put(key, value string) {
	w.t.Helper()
	item, status := w.eng.Allocate([]byte(key), len(value), 0, 0, engine.OpSet)
	if status != engine.OK {
		w.t.Fatalf("no room for %s: %v", key, status)
	}
	copy(item.Value, value)
	w.eng.Store(item, engine.OpSet, 0)
}

// TestUDPLongGet checks that a line which takes several runs is answered by one message, and what follows it by another.
func TestUDPLongGet(t *testing.T) {
	w := newTestWorker(t, nil)
	for _, keys := range []int{63, 64, 65, 128, 129, 1000} {
		line, want := "get", ""
		for i := range keys {
			key := fmt.Sprintf("k%d", i)
			if i%3 == 0 {
				w.put(key, key)
				want += fmt.Sprintf("VALUE %s 0 %d\r\n%s\r\n", key, len(key), key)
			}
			line += " " + key
		}
		w.want(line+"\r\nversion\r\n", want+"END\r\n", "VERSION 1.4.5\r\n")
		w.want(line + "\r") // its end is missing
		w.want("version\r\n"+line+" "+strings.Repeat("k", 251)+"\r\n", "VERSION 1.4.5\r\n", "CLIENT_ERROR bad command line format\r\n")
	}
}

// TestUDPMostDatagrams checks where -o udp_max_datagrams cuts, and that the next command is answered all the same.
func TestUDPMostDatagrams(t *testing.T) {
	for _, most := range []int{1, 2, 3} {
		w := newTestWorker(t, func(s *settings.Settings) { s.UDPMaxDatagrams = most })
		for _, size := range []int{1000, 20_000} { // copied and lent
			value := strings.Repeat("v", size)
			w.put("k", value)
			whole := strings.Repeat(fmt.Sprintf("VALUE k 0 %d\r\n%s\r\n", size, value), 200) + "END\r\n"
			w.want("get"+strings.Repeat(" k", 200)+"\r\nversion\r\n", whole[:most*framePayload], "VERSION 1.4.5\r\n")
		}
		if got := w.count(getHits); got != 400 {
			t.Errorf("%d hits, want 400", got)
		}
	}
}

// TestUDPLongestAnswer asks for far more than a message can hold: it is cut after 65,535 datagrams, all that was lent is
// given back, and so is the memory.
func TestUDPLongestAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes messages of 90 MB")
	}
	for _, size := range []int{16<<10 - 1, 1_000_000} {
		w := newTestWorker(t, nil)
		w.put("k", string(pattern(size)))
		got := w.ask("get" + strings.Repeat(" k", 30_000) + "\r\n")
		if len(got) != 1 || len(got[0]) != 65535*1392 {
			t.Fatalf("%d messages, the first of %d bytes", len(got), len(got[0]))
		}
		if w.wire.most > 65535*1400+4*hugeOutput {
			t.Errorf("room for %d bytes was made", w.wire.most)
		}
		if c := cap(w.loop.replies.out) + cap(w.loop.replies.pieces) + cap(w.loop.replies.owners); c > maxKeptOutput+2*maxKeptPieces {
			t.Errorf("the worker keeps room for %d", c)
		}
		if !w.loop.shared.huge.TryLock() {
			t.Error("nobody else may have a huge answer any more")
		}
		w.loop.shared.huge.Unlock()
		if got := w.count(getHits); got != 30_000 {
			t.Errorf("%d hits", got)
		}
		w.want("delete k\r\n", "DELETED\r\n")
	}
}

// TestUDPCounts checks the figures: bytes with the frame headers, whatever was sent.
func TestUDPCounts(t *testing.T) {
	w := newTestWorker(t, nil)
	in, out := 0, 0
	for _, c := range []struct{ body, reply string }{
		{"set a 0 0 1\r\nx\r\n", "STORED\r\n"}, {"get a b\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n"}, {"get", ""},
	} {
		w.ask(c.body)
		in += 8 + len(c.body)
		if c.reply != "" {
			out += 8 + len(c.reply)
		}
	}
	for n, want := range map[counter]int{bytesRead: in, bytesWritten: out, cmdSet: 1, cmdGet: 2, getHits: 1, getMisses: 1} {
		if got := w.count(n); got != want {
			t.Errorf("counter %d is %d, want %d", n, got, want)
		}
	}
}

// TestUDPSendFails checks that a datagram which cannot be sent ends its message alone.
func TestUDPSendFails(t *testing.T) {
	w := newTestWorker(t, nil)
	w.put("k", string(pattern(100_000)))
	w.wire.fail = errors.New("no room")
	w.want("get k k\r\nget k\r\n")
	w.wire.fail = nil
	w.want("version\r\n", "VERSION 1.4.5\r\n")
}
