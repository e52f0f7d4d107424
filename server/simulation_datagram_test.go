package server

import (
	"bytes"
	"encoding/binary"

	"gocached/protocol"
)

// simDatagram is what makes a client one that speaks UDP: it sends a single datagram, and each command in it is answered by a
// message of its own.
type simDatagram struct {
	bytes []byte // as it is sent
	id    uint16
	most  int // bytes of a message that are sent

	ends     []int // where the answer to each command ends in what the client expects
	at       int   // where the message begins of which datagrams come
	sequence int   // of the next of them
}

// come lets a client send a datagram with a few commands. Now and then it is cut, or one that must not be answered.
func (u *udpNet) come() {
	w := u.w
	c := &simClient{w: w, number: w.born, text: w.r.IntN(10) >= w.plan.binary}
	c.own = w.plan.sharedKeys + w.r.IntN(w.born+1)%64*w.plan.ownKeys
	w.born++
	c.datagram = &simDatagram{id: uint16(w.r.IntN(1 << 16)), most: protocol.MaxDatagrams * framePayload}
	if n := w.plan.datagrams; n > 0 {
		c.datagram.most = n * framePayload
	}
	for range pick(w.r, 1, 1, 1, 3, 10) {
		c.ask()
	}
	body := c.out[:min(len(c.out), 65_000)]
	if oneIn(w.r, 15) {
		body = body[:1+w.r.IntN(len(body))]
	}
	c.conn = &netConn{client: c, context: new(conn), socket: &socket{taken: uint64(len(body))}, opened: true}
	frame := protocol.Frame{ID: c.datagram.id, Total: 1}
	if oneIn(w.r, 15) {
		body, frame.Total = c.spoil(body)
	}
	c.datagram.bytes = append(protocol.AppendFrame(nil, frame), body...)
	u.queue = append(u.queue, c)
	w.trace.add("client %d sends a datagram of %d bytes with id %d", uint64(c.number), uint64(len(c.datagram.bytes)), uint64(c.datagram.id))
}

// spoil makes a datagram one that must be dropped without an answer.
func (c *simClient) spoil(body []byte) (spoilt []byte, total uint16) {
	c.w.saw(sawUDPDropped)
	c.requests = nil
	switch c.w.r.IntN(4) {
	case 0:
		return body, uint16(c.w.r.IntN(2) * 2)
	case 1:
		return append([]byte("VALUE "), body...), 1
	case 2:
		return append([]byte{0x81}, body...), 1
	}
	return nil, 1
}

// message returns where the next message ends that is to be sent to a client, if there is one.
func (d *simDatagram) message(c *simClient) (end int, ok bool) {
	c.resolve()
	for {
		for len(d.ends) > 0 && d.ends[0] == d.at { // a command without an answer
			d.ends = d.ends[1:]
		}
		if len(d.ends) > 0 {
			return d.ends[0], true
		}
		if !c.advance() {
			return 0, false
		}
	}
}

// arrive compares a datagram of an answer with what it should be.
func (d *simDatagram) arrive(c *simClient, b []byte) {
	end, ok := d.message(c)
	if !ok {
		c.w.fail("client %d: a datagram of %d bytes answers nothing", c.number, len(b))
		return
	}
	size := min(end-d.at, d.most)
	total := (size + framePayload - 1) / framePayload
	from := d.sequence * framePayload
	var head [protocol.FrameSize]byte
	binary.BigEndian.PutUint16(head[0:], d.id)
	binary.BigEndian.PutUint16(head[2:], uint16(d.sequence))
	binary.BigEndian.PutUint16(head[4:], uint16(total))
	want := c.expected[d.at+from : d.at+min(size, from+framePayload)]
	if len(b) < len(head) || !bytes.Equal(b[:len(head)], head[:]) {
		c.w.fail("client %d: an answer begins with % x, want % x", c.number, b[:min(len(b), len(head))], head)
	} else if got := b[len(head):]; !bytes.Equal(got, want) {
		c.w.fail("client %d: datagram %d of %d is wrong: %s", c.number, d.sequence, total, difference(got, want))
	}
	if d.sequence++; d.sequence < total {
		return
	}
	c.w.saw(sawUDPAnswered)
	if total > 1 {
		c.w.saw(sawUDPLong)
	}
	if size < end-d.at {
		c.w.saw(sawUDPCut)
	}
	d.at, d.sequence = end, 0
}

// lose notes that a datagram could not be sent: the rest of its message must be left out.
func (d *simDatagram) lose(c *simClient) {
	end, ok := d.message(c)
	if !ok {
		c.w.fail("client %d: a datagram answers nothing", c.number)
		return
	}
	d.at, d.sequence = end, 0
}

// end judges whether all commands were executed and answered that have come whole.
func (d *simDatagram) end(c *simClient) {
	_, more := d.message(c)
	switch {
	case more:
		c.w.fail("client %d: an answer is missing or cut short, after %d datagrams of it", c.number, d.sequence)
	case !c.over && len(c.requests) > 0 && c.requests[0].end <= c.conn.socket.taken:
		c.w.fail("client %d: a request of kind %d is not executed", c.number, c.requests[0].kind)
	case !c.over && len(c.requests) > 0:
		c.w.saw(sawUDPUnfinished)
	}
}
