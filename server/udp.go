package server

import (
	"errors"
	"math"
	"net"

	"gocached/protocol"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/rim"
)

// UDP is served without gnet, which would allocate for each datagram. A few goroutines read a socket. Each answers what it has
// read before it reads again. They may wait, so a full socket needs no care.
//
// Every datagram stands alone. It begins with a frame header (package protocol). The first byte behind that chooses the
// protocol. Each command in it is answered by a message of its own, in as many datagrams as the message needs. A request that
// is not whole is dropped without an answer (as in memcached). A datagram that looks like an answer is dropped too, unlike in
// memcached 1.4.5: else somebody could forge the address of another server, and the two servers would answer each other for
// ever.
//
// Read next: receive below, then udp_run.go, udp_send.go; datagrams.go in package kernel.

// maxBatch is how many datagrams a worker reads at a time.
const maxBatch = kernel.DatagramBatch

// udpWorker serves a UDP socket from one goroutine. A socket has as many workers as -t says.
//
// It has a loop as connections have one, but without gnet, and goes through the same three stages with the same handlers. It
// reads as many datagrams as have come, up to maxBatch. Most have a single command: those are answered in runs of many, so
// that the cache misses of their gets overlap. All answers are sent together.
type udpWorker struct {
	loop   *loop
	conns  [maxBatch]*conn // one for each datagram of a batch; each starts anew with every batch
	socket kernel.DatagramSocket
	turn   turn
	reads  bool // it has the turn
	passAt int  // it passes the turn on when it has read so many
	in     *kernel.Incoming
	out    *kernel.Outgoing

	next   int              // the datagram to be handled next
	first  int              // the first one that may have an answer to be sent
	ids    [maxBatch]uint16 // of the requests
	sends  int              // counts the messages
	parts  [maxBatch]int    // which of them each datagram of out is a part of
	failed int              // the last message that could not be sent

	max     int // bytes of an answer that are sent; the rest is cut off
	size    int // bytes in the pieces that were measured, see measure
	counted int // how many those are
	huge    bool
}

// addWorker adds a worker for a socket. Its serve is called when the server serves. The log shows the socket's descriptor.
func (s *Server) addWorker(c *net.UDPConn) {
	w := newUDPWorker(&s.shared, kernel.NewUDPSocket(c))
	control, _ := c.SyscallConn() // it fails for none but a nil
	for _, c := range w.conns {
		c.fd = descriptor(control)
	}
	w.turn = s.turnOf(c)
	s.workers = append(s.workers, w)
	s.addLoop(w.loop)
}

func newUDPWorker(s *shared, socket kernel.DatagramSocket) *udpWorker {
	w := &udpWorker{loop: newLoop(s, new(rim.Loop)), socket: socket, turn: newTurn(), passAt: passTurnAt(), in: kernel.NewIncoming(),
		out: kernel.NewOutgoing(protocol.MaxDatagram), max: protocol.MaxDatagrams * framePayload}
	if n := s.settings.UDPMaxDatagrams; n > 0 {
		w.max = n * framePayload
	}
	for i := range w.conns {
		w.conns[i] = newConn(listen.KindUDP)
		w.conns[i].loop = w.loop
	}
	w.loop.replies.sink, w.loop.replies.stream = w, false
	w.loop.waiting.off = true
	w.loop.replies.max = math.MaxInt // a message is made whole, and then cut
	return w
}

// serve answers datagrams until the socket is closed.
func (w *udpWorker) serve() {
	for {
		err := w.receive()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			w.loop.shared.log.Printf("UDP: %v", err)
			w.loop.shared.sleep(restTime)
		}
	}
}

// receive reads the datagrams that have come, and answers them. It waits if there is none. It allocates nothing.
//
// A panic costs all datagrams of the run in which it happens.
func (w *udpWorker) receive() error {
	w.takeTurn()
	err := w.socket.Read(w.in)
	if err != nil || w.in.Count() >= w.passAt {
		w.passTurn()
	}
	if err != nil {
		return err
	}
	for w.next = 0; w.next < w.in.Count() || w.out.Count() > 0; {
		w.loop.guard(nil, func() { w.handleRest() })
		w.forgetRound()
	}
	return nil
}

// handleRest answers the datagrams that have not been handled yet.
func (w *udpWorker) handleRest() {
	w.resetRun()
	for w.next < w.in.Count() {
		i := w.next
		w.next++
		w.handle(i, w.in.Datagram(i))
	}
	w.answerRun()
	w.transmit()
}

// handle puts a datagram into the run, or answers it at once. It drops what is no request.
func (w *udpWorker) handle(i int, datagram []byte) {
	w.loop.counts[bytesRead] += uint64(len(datagram))
	frame, body, ok := protocol.ParseFrame(datagram)
	if !ok || protocol.IsReply(body[0]) {
		return
	}
	w.ids[i] = frame.ID
	if w.addToRun(i, body) {
		return
	}
	w.answerRun()
	if w.addToRun(i, body) { // there is more room now
		return
	}
	w.first = i
	w.passTurn()
	w.answer(w.conns[i], body)
	w.forgetRound()
}

// forgetRound ends the round, as the loop does, and gives up what a large one took.
func (w *udpWorker) forgetRound() {
	w.loop.forgetRound()
	if cap(w.loop.replies.pieces) > maxKeptPieces {
		w.loop.replies.pieces = nil
	}
	w.endHuge()
}

// maxKeptPieces is up to how many pieces the room for them is kept between rounds.
const maxKeptPieces = 1024

// answer takes the commands of a datagram through the three stages, as loop.answer does with a round. What follows the last
// whole command is dropped.
func (w *udpWorker) answer(c *conn, body []byte) {
	l := w.loop
	w.resetConn(c, body[0])
	w.size, w.counted = 0, 0
	l.round.ready = append(l.round.ready, arrival{c, body})
	for l.round.parse() {
		w.execute(c)
		l.round.settle()
		w.limit(c)
	}
	l.replies.write()
	l.inputs.drop(c)
	w.resetRun()
}

// execute executes the run command by command, and sends the answer to each complete one. The last one may be a get whose line
// goes on in the next run.
func (w *udpWorker) execute(c *conn) {
	l := w.loop
	for i := 0; i < l.round.run.N && !c.is(stateClosing); {
		end := i + 1
		for end < l.round.run.N && l.round.run.Requests[end].Flag&protocol.FlagNewLine == 0 {
			end++
		}
		l.executor.execute(i, end)
		if end < l.round.run.N || !c.parser.State.InGet {
			l.replies.write()
		}
		i = end
	}
}
