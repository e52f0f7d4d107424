package transporttest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"gocached/server/transport"
)

// Pair makes the two ends of a connection.
type Pair func() (server, client transport.Transport)

// Run holds a transport against what package transport promises. It plays both ends of connections, without sockets.
func Run(t *testing.T, pair Pair) {
	t.Run("conversation", func(t *testing.T) { testConversation(t, pair) })
	t.Run("ends", func(t *testing.T) { testEnds(t, pair) })
	t.Run("faults", func(t *testing.T) { testFaults(t, pair) })
	t.Run("faults in the handshake", func(t *testing.T) { testFaultsInHandshake(t, pair) })
	t.Run("kept", func(t *testing.T) { testKept(t, pair) })
}

// end is one end of a connection: what it has been brought, what has to go to the other, and how it has ended.
type end struct {
	transport.Transport
	t     *testing.T
	input []byte
	wire  []byte
	err   error
}

// open makes a connection whose ends have been told that it is there. Both are let go of when the test is over.
func open(t *testing.T, pair Pair) (server, client *end) {
	s, c := pair()
	server, client = &end{Transport: s, t: t}, &end{Transport: c, t: t}
	for _, e := range []*end{server, client} {
		e.take(nil)
		t.Cleanup(func() { e.End(nil) })
	}
	return server, client
}

// meet makes a connection behind its handshake. What goes over the wire is taken in pieces of some length at most.
func meet(t *testing.T, pair Pair, piece int) (server, client *end) {
	t.Helper()
	server, client = open(t, pair)
	for server.Handshaking() || client.Handshaking() || len(server.wire)+len(client.wire) > 0 {
		if len(server.wire)+len(client.wire) == 0 || server.err != nil || client.err != nil {
			t.Fatalf("the handshake does not go on: %v, %v", server.err, client.err)
		}
		server.takeAll(client, piece)
		client.takeAll(server, piece)
	}
	return server, client
}

// takeAll takes what the other end has to send.
func (e *end) takeAll(from *end, piece int) {
	e.t.Helper()
	for wire := from.sent(); len(wire) > 0; {
		n := min(len(wire), piece)
		e.take(wire[:n])
		wire = wire[n:]
	}
}

// sent is what has to go to the other end.
func (e *end) sent() []byte {
	wire := e.wire
	e.wire = nil
	return wire
}

// take gives what has come to Unwrap, as a server would: in a buffer that is used again, and behind what it has already.
func (e *end) take(wire []byte) {
	e.t.Helper()
	lent, input, answer := bytes.Clone(wire), len(e.input), len(e.wire)
	before := append(lastOf(e.input), lastOf(e.wire)...)
	handshaking := e.Handshaking()
	e.input, e.wire, e.err = e.Unwrap(e.input, e.wire, lent)
	for i := range lent {
		lent[i] = 0xaa
	}
	switch {
	case !bytes.Equal(before, append(lastOf(e.input[:input]), lastOf(e.wire[:answer])...)):
		e.t.Fatal("what stood before what was appended has changed")
	case len(e.input)-input > len(wire)+transport.MaxKept:
		e.t.Fatalf("%d bytes have become %d", len(wire), len(e.input)-input)
	case e.Handshaking() && len(e.input) > input:
		e.t.Fatal("there is input before the end of the handshake")
	case e.Handshaking() && !handshaking:
		e.t.Fatal("it shakes hands a second time")
	}
}

// lastOf returns a copy of the last few bytes.
func lastOf(b []byte) []byte { return bytes.Clone(b[max(0, len(b)-16):]) }

// say wraps output.
func (e *end) say(output []byte) {
	e.t.Helper()
	lent, before := bytes.Clone(output), len(e.wire)
	var err error
	if e.wire, err = e.Wrap(e.wire, lent); err != nil {
		e.t.Fatal(err)
	}
	for i := range lent {
		lent[i] = 0xaa
	}
	if n := len(e.wire) - before; n > 2*len(output)+1024 {
		e.t.Fatalf("%d bytes become %d", len(output), n)
	}
}

// hear expects to have been brought what the other end has said.
func (e *end) hear(want []byte) {
	e.t.Helper()
	if !bytes.Equal(e.input, want) {
		e.t.Fatalf("%d bytes were said, and %d others heard", len(want), len(e.input))
	}
	e.input = e.input[:0]
}

// noise returns n bytes of any kind.
func noise(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// whole is longer than what is taken at a time where no pieces are cut.
const whole = 1 << 20

// lengths are those of what is said in a conversation.
var lengths = []int{1, 5, PayloadLen, PayloadLen + 1, 1000, 16 << 10, 16<<10 + 1, 100_000}

// testConversation: whatever the pieces in which the wire is taken, what is said is heard.
func testConversation(t *testing.T, pair Pair) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, piece := range []int{1, 7, FrameLen, 5000, whole} {
		server, client := meet(t, pair, piece)
		for _, n := range lengths {
			for _, way := range [][2]*end{{client, server}, {server, client}} {
				from, to, said := way[0], way[1], noise(random, n)
				from.say(said[:n/2+1])
				if n > 1 {
					from.say(said[n/2+1:])
				}
				to.takeAll(from, piece)
				to.hear(said)
			}
		}
	}
}

// testEnds: an end comes behind what was said before, and the other side can still speak, and can be let go of at any time.
func testEnds(t *testing.T, pair Pair) {
	open(t, pair) // ends before any greeting
	server, client := meet(t, pair, whole)
	client.say([]byte("last words"))
	server.take(client.End(client.sent()))
	server.hear([]byte("last words"))
	for range 2 {
		if server.err != io.EOF {
			t.Fatalf("%v at the end", server.err)
		}
		server.take([]byte("more"))
		server.hear(nil)
	}
	server.say([]byte("the answer"))
	client.wire = server.End(server.sent())
	if len(client.wire) == 0 {
		t.Error("an end is not told")
	}
}

// testFaults: a byte that is changed is found, wherever it is, and ends the connection for good.
func testFaults(t *testing.T, pair Pair) {
	for at := range 2 * FrameLen {
		server, client := meet(t, pair, whole)
		client.say(bytes.Repeat([]byte("x"), 3*FrameLen))
		wire := client.sent()
		wire[at] ^= 1 << (at % 8)
		server.take(wire)
		server.take(noise(rand.New(rand.NewPCG(1, uint64(at))), 40<<10)) // if it waits for what a changed length announces
		fault(t, server)
	}
}

// fault expects an end to have found a fault.
func fault(t *testing.T, e *end) {
	t.Helper()
	if e.err == nil || e.err == io.EOF {
		t.Fatalf("%v after a fault", e.err)
	}
	err := e.err
	e.input, e.wire = nil, nil
	if e.take([]byte("more")); e.err != err || len(e.input)+len(e.wire) > 0 {
		t.Errorf("after %v: %v with %d bytes of input and %d to answer", err, e.err, len(e.input), len(e.wire))
	}
}

// testFaultsInHandshake: no noise is taken for a handshake.
func testFaultsInHandshake(t *testing.T, pair Pair) {
	for seed := range uint64(20) {
		server, _ := open(t, pair)
		server.take(noise(rand.New(rand.NewPCG(2, seed)), 200<<10))
		if !server.Handshaking() {
			t.Error("noise is taken for a handshake")
		}
		fault(t, server)
	}
}

// testKept: who sends part of something and then nothing makes nobody keep more than MaxKept.
func testKept(t *testing.T, pair Pair) {
	const many = 50
	before := heapInUse()
	var kept []*end
	for range many {
		server, client := open(t, pair)
		server.takePart(client)
		client.takePart(server)
		kept = append(kept, server, client)
		server, client = meet(t, pair, whole)
		client.say(make([]byte, 15<<10))
		server.takePart(client)
		kept = append(kept, server, client)
	}
	if each := (heapInUse() - before) / len(kept); each > transport.MaxKept {
		t.Errorf("%d bytes are kept for each connection", each)
	}
	runtime.KeepAlive(kept)
}

// takePart takes all but the last byte of what the other end has to send.
func (e *end) takePart(from *end) {
	wire := from.sent()
	e.take(wire[:max(0, len(wire)-1)])
	e.input, e.wire = nil, nil
}

// heapInUse returns how many bytes of the heap are in use.
func heapInUse() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
