package server

import (
	"errors"
	"math"
	"net"
	"net/netip"

	"gocached/protocol"
)

// UDP is served past gnet, which would allocate for each datagram: a few goroutines read a socket, and each answers what
// it has read before it reads again. They may wait, so a socket that is full needs no care.
//
// Every datagram stands for itself. It begins with a frame header (package protocol), its protocol goes by its first
// byte, and each command in it is answered by a message of its own, in as many datagrams as that takes. A request that
// is not whole is dropped without an answer (as in memcached). So is what looks like an answer, unlike in memcached 1.4.5:
// whoever forges the address of another server could else have the two answer each other for ever.
//
// Read next: answer below, then udp_send.go.

// udpWorker serves a UDP socket from one goroutine. A socket has as many workers as -t says.
//
// It works with a loop as connections have one, though without gnet, and goes through the same three stages with the
// same handlers. All clients share one conn, which starts anew with each datagram.
type udpWorker struct {
	loop   *loop
	conn   *conn
	socket udpSocket

	id   uint16         // of the request being answered
	from netip.AddrPort // who sent it

	most    int // bytes of an answer that are sent; the rest is cut off
	size    int // bytes in the pieces that were measured, see measure
	counted int // how many those are
	huge    bool
	buffer  [protocol.MaxDatagram]byte
}

// udpSocket is what a worker needs of a *net.UDPConn.
type udpSocket interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
}

// addWorker adds a worker for a socket, whose descriptor the log shows. Its serve is called once the server serves.
func (s *Server) addWorker(socket *net.UDPConn) {
	w := newUDPWorker(s, socket)
	if control, err := socket.SyscallConn(); err == nil {
		_ = control.Control(func(fd uintptr) { w.conn.fd = int(fd) })
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	s.workers = append(s.workers, w)
	s.loops = append(s.loops, w.loop)
}

func newUDPWorker(s *Server, socket udpSocket) *udpWorker {
	w := &udpWorker{loop: newLoop(s, nil, poller{epoll: -1}), conn: newConn(KindUDP), socket: socket, most: datagramsMost * framePayload}
	if n := s.settings.UDPMaxDatagrams; n > 0 {
		w.most = n * framePayload
	}
	w.loop.udp, w.conn.loop = w, w.loop
	w.loop.last = w.conn      // nobody shares the loop, so there are no turns
	w.loop.most = math.MaxInt // a message is made whole, and then cut
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
			w.loop.server.log.Printf("UDP: %v", err)
			w.loop.server.rest(restTime)
		}
	}
}

// receive reads one datagram, which waits if there is none, and answers it. It allocates nothing.
func (w *udpWorker) receive() error {
	l := w.loop
	n, from, err := w.socket.ReadFromUDPAddrPort(l.input[:cap(l.input)])
	if err != nil {
		return err
	}
	l.guard(w.conn, func() { w.take(l.input[:n], from) })
	w.giveBack()
	return nil
}

// take answers a datagram that somebody has sent, if it is a request.
func (w *udpWorker) take(datagram []byte, from netip.AddrPort) {
	l := w.loop
	l.counts[bytesRead] += uint64(len(datagram))
	frame, body, ok := protocol.ParseFrame(datagram)
	if ok && !protocol.IsReply(body[0]) {
		w.id, w.from = frame.ID, from
		w.answer(body)
	}
	l.endOfRound()
	if cap(l.pieces) > keepPieces {
		l.pieces = nil
	}
}

// keepPieces is up to how many pieces the room for them is kept between datagrams.
const keepPieces = 1024

// answer takes the commands of a datagram through the three stages, as loop.answer does with a round. What is left
// behind the last whole command is dropped.
func (w *udpWorker) answer(body []byte) {
	l, c := w.loop, w.conn
	w.renew(body[0])
	l.ready = append(l.ready, arrival{c, body})
	for l.parse() {
		w.execute()
		l.settle()
		w.bound()
	}
	l.write()
	l.drop(c)
}

// renew makes the conn, and what a panic may have left half done, ready for another client.
func (w *udpWorker) renew(first byte) {
	l, c := w.loop, w.conn
	l.drop(c)
	c.resetOutput()
	c.state, c.event = stateOpen, 0
	c.parser = protocol.Parser{Limits: protocol.Limits{StreamFrom: streamFrom, Whole: true}}
	c.speak(l.server.settings.Binding, first)
	w.size, w.counted = 0, 0
}

// execute executes the run command by command, and sends the answer of each that is complete. The last one may be a get
// whose line goes on in the next run.
func (w *udpWorker) execute() {
	l, c := w.loop, w.conn
	for i := 0; i < l.run.N && !c.is(stateClosing); {
		end := i + 1
		for end < l.run.N && l.run.Requests[end].Flag&protocol.FlagNewLine == 0 {
			end++
		}
		l.execute(i, end)
		if end < l.run.N || !c.parser.State.InGet {
			l.write()
		}
		i = end
	}
}
