package server

import (
	"encoding/binary"
	"net"

	"gocached/server/kernel"

	"golang.org/x/sys/unix"
)

// udpNet is a UDP socket of a world, with the workers that serve it in turns.
type udpNet struct {
	w     *world
	queue []*simClient // datagrams that have come and are not read
}

// newUDPNet makes a socket, and as many workers as the plan says.
func newUDPNet(w *world) *udpNet {
	u := &udpNet{w: w}
	turn := newTurn()
	for range w.plan.workers {
		a := &netWorker{net: u}
		a.worker = newUDPWorker(&w.server.shared, a)
		a.worker.turn, a.worker.passAt = turn, maxBatch
		a.begin(w, a.live)
		a.loop = a.worker.loop
		w.server.loops = append(w.server.loops, a.loop)
		w.actors = append(w.actors, a)
	}
	return u
}

// netWorker is a UDP worker and its end of the socket. It rests without the turn, before it reads, and before it sends.
type netWorker struct {
	actor
	worker *udpWorker
	net    *udpNet
	batch  []*simClient // the datagrams it has read last
}

func (a *netWorker) live() {
	for !a.over {
		if !a.worker.reads && len(a.worker.turn) == 0 { // it would wait for the turn
			a.rest(false)
			continue
		}
		if err := a.worker.receive(); err != nil && a.worker.reads {
			a.w.fail("a worker keeps the turn though it cannot read")
		}
		a.endBatch()
		a.rest(true)
	}
}

func (a *netWorker) step() bool {
	did := a.actor.step()
	a.w.watchPanics(a.loop)
	return did
}

// read gives the worker some of the datagrams that wait.
func (a *netWorker) Read(in *kernel.Incoming) error {
	for len(a.net.queue) == 0 && !a.over {
		a.rest(false)
	}
	if a.over {
		return net.ErrClosed
	}
	if a.w.chance(4 * a.w.plan.failWatch) {
		a.w.saw(sawUDPReadFault)
		return unix.ENOBUFS
	}
	n := min(len(a.net.queue), maxBatch)
	if a.w.chance(a.w.plan.partial) {
		n = 1 + a.w.r.IntN(n)
	}
	a.batch = append(a.batch[:0], a.net.queue[:n]...)
	a.net.queue = a.net.queue[n:]
	in.Clear()
	for i, c := range a.batch {
		d := c.datagram
		from := kernel.Address{Family: unix.AF_INET6, Port: d.id ^ 0x5555}
		binary.BigEndian.PutUint64(from.Addr[8:], uint64(c.number))
		in.Put(d.bytes, from)
		a.w.whose[a.worker.conns[i]] = c
	}
	if n > 1 {
		a.w.saw(sawUDPBatch)
	}
	a.w.trace.add("a worker reads %d datagrams, the first is client %d's", uint64(n), uint64(a.batch[0].number), 0)
	return nil
}

// write takes some of the answers, or refuses the first.
func (a *netWorker) Write(out *kernel.Outgoing, from, to int) (n int, err error) {
	if a.rest(true); from >= to {
		a.w.fail("no datagrams are sent")
		return 0, unix.EINVAL
	}
	n = to - from
	if a.w.chance(a.w.plan.partial) {
		n = 1 + a.w.r.IntN(n)
	}
	if a.w.chance(a.w.plan.full) {
		n, err = 0, unix.EPERM
	}
	a.w.trace.add("%d of %d datagrams are sent", uint64(n), uint64(to-from), 0)
	for i := from; i < from+n; i++ {
		if c := a.addressee(out, i); c != nil {
			c.datagram.arrive(c, out.Datagram(i))
		}
	}
	if err == nil {
		return n, nil
	}
	a.w.saw(sawUDPSendFault)
	if c := a.addressee(out, from); c != nil {
		c.datagram.lose(c)
	}
	return n, err
}

// addressee returns the client to whose address a datagram is sent, which must be one of the batch.
func (a *netWorker) addressee(out *kernel.Outgoing, i int) *simClient {
	to, ok := out.To(i)
	for k, c := range a.batch {
		if ok && to == a.worker.in.From(k) {
			return c
		}
	}
	a.w.fail("a datagram is sent to somebody who has not asked")
	return nil
}

// endBatch judges what has become of the datagrams that were read last.
func (a *netWorker) endBatch() {
	for i, c := range a.batch {
		c.datagram.end(c)
		c.gone = true
		delete(a.w.whose, a.worker.conns[i])
	}
	a.batch = a.batch[:0]
}
