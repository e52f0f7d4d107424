package bench

import "syscall"

// packets is a wire over UDP: each request of a batch is a datagram, and answers come in any order, in one datagram or
// several, or not at all.
type packets struct {
	socket
	next    uint16 // the number of the next batch's first request
	first   uint16 // that of this batch's
	answers []message
	done    []bool
	out     []byte
	in      []byte // the thread's, for a datagram
}

func newPackets(s socket, room []byte, b *batch) *packets {
	return &packets{socket: s, in: room, answers: make([]message, b.shape.Depth), done: make([]bool, b.shape.Depth)}
}

// send sends all requests. One that the socket has no room for is lost, as it might be anywhere on its way.
func (p *packets) send(b *batch) error {
	p.first = p.next
	p.next += uint16(len(b.requests))
	clear(p.answers)
	clear(p.done)
	for n := range b.requests {
		p.out = b.appendRequest(appendFrame(p.out[:0], p.first+uint16(n)), n)
		if _, err := p.write(p.out); err != nil && err != syscall.ENOBUFS {
			return err
		}
	}
	return nil
}

func (p *packets) listen() {}

func (p *packets) ready(b *batch, _ uint32) (done bool, err error) {
	waiting := b.open > 0 // else it is an answer that comes too late
	for {
		n, again, err := p.read(p.in)
		if err != nil || again {
			return false, err
		}
		if err := p.take(b, p.in[:n]); err != nil {
			return false, err
		}
		if b.open == 0 {
			return waiting, nil
		}
	}
}

// take takes a datagram. One that answers an earlier batch comes too late: it is counted as lost already.
func (p *packets) take(b *batch, datagram []byte) error {
	id, ok := frameID(datagram)
	n := int(id - p.first)
	if !ok || n >= len(b.requests) || p.done[n] {
		return nil
	}
	answer, whole, err := p.answers[n].add(datagram)
	if err != nil || !whole {
		return err
	}
	rest, err := b.take(n, answer)
	if err == errTorn || err == nil && len(rest) > 0 {
		err = errStream(answer, "a request by datagram")
	}
	p.done[n] = err == nil
	return err
}

func (p *packets) lose(b *batch) {
	for n := range b.requests {
		if !p.done[n] {
			p.done[n] = true
			b.lose(n)
		}
	}
}
