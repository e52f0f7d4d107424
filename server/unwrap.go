package server

import (
	"bytes"
	"io"
)

// unwrapper gives the wire that is read from connections with a carrier to their transports, and adds the input that comes of
// it to the round.
type unwrapper struct {
	*core
	round   *round
	inputs  *inputs
	writer  *writer
	stores  *stores
	input   []byte       // of the round
	talking []*conn      // whose transports have something to send, or have found a fault
	steps   []*handshake // that begin when the round has been answered
	answer  func()       // the loop's
}

// pending returns how much there is to do when the round has been answered.
func (u *unwrapper) pending() int { return len(u.talking) + len(u.steps) }

// abandon drops all of that. It returns the connections.
func (u *unwrapper) abandon() []*conn {
	whose := u.talking
	for _, h := range u.steps {
		whose = append(whose, h.c)
	}
	u.steps, u.talking = nil, nil
	return whose
}

// unwrap gives wire to a connection's transport. wire is lent until unwrap returns.
func (u *unwrapper) unwrap(c *conn, wire []byte) {
	k := c.carrier
	switch {
	case c.is(stateClosing): // it came after the end
		return
	case k.shaking:
		k.early = u.inputs.append(k.early, wire)
		return
	case k.transport.Handshaking():
		u.shakeHands(c, bytes.Clone(wire))
		return
	}
	if len(u.round.ready) == 0 { // a new round
		u.forgetInput()
	}
	start, err := len(u.input), error(nil)
	u.input, k.wire, err = k.transport.Unwrap(u.input, k.wire, wire)
	u.unwrapped(c, u.input[start:len(u.input):len(u.input)], err)
}

// maxUnwrapped is the capacity, in bytes, up to which the buffer for input is kept between rounds.
const maxUnwrapped = 512 << 10

func (u *unwrapper) forgetInput() {
	if u.input = u.input[:0]; cap(u.input) > maxUnwrapped {
		u.input = nil
	}
}

// unwrapped adds the outcome of an Unwrap to the round, or keeps it if the connection is held up.
func (u *unwrapper) unwrapped(c *conn, input []byte, err error) {
	u.addTalking(c)
	switch err {
	case nil:
	case io.EOF:
		c.set(stateOver | stateSaidAll)
	default:
		u.fault(c, err)
		return
	}
	switch {
	case c.isHeldUp():
		if len(input) > 0 {
			u.keep(c, input)
		}
	case len(input) > 0 || err != nil:
		u.round.add(c, input)
	default:
		u.resume(c)
	}
}

// keep keeps the input of a connection that is held up. It may be the first, if the client has not read what its transport was
// sent.
func (u *unwrapper) keep(c *conn, input []byte) {
	if !c.is(stateSpoken) {
		u.round.chooseProtocol(c, input[0])
	}
	c.in = u.inputs.append(c.in, input)
}

// addTalking makes sure that what a transport has to send is sent when the round has been answered. It is not sent before: if
// sending fails the connection is closed, and it must not be in the round then.
func (u *unwrapper) addTalking(c *conn) {
	if u.writer.countWire(c); len(c.carrier.wire) > 0 && !c.is(stateBlocked) {
		u.talking = append(u.talking, c)
	}
}

// fault ends a connection whose transport has found a fault. Only what the transport has to say about that is sent.
func (u *unwrapper) fault(c *conn, err error) {
	if u.shared.log.Level() > 0 {
		u.shared.log.Printf("<%d cannot be understood: %v", c.fd, err)
	}
	c.carrier.ended, c.carrier.faulty = true, true
	c.carrier.transport.End(nil)
	u.inputs.drop(c)
	if c.fill != nil { // it will never be whole, and must not hold memory while the connection lingers
		u.stores.cutFill(c)
	}
	c.set(stateClosing)
	u.talking = append(u.talking, c)
}

// sendTalk sends what transports have to send, and hangs up on connections with a fault. If one of those is held up it is
// closed at once, since what it waits for can no longer be wrapped.
func (u *unwrapper) sendTalk() {
	for i, c := range u.talking {
		u.talking[i] = nil
		switch {
		case !c.is(stateOpen):
		case c.carrier.faulty && c.isHeldUp():
			u.close(c)
		case !c.is(stateBlocked):
			u.writer.sendOne(c)
		}
	}
	u.talking = u.talking[:0]
}
