package server

import (
	"io"

	"gocached/server/transport"
	"gocached/server/transport/transporttest"
)

// simFrames is what a client has besides that speaks through frames: its end of the transport, and the wire.
type simFrames struct {
	end       *transporttest.Frames
	wire      []byte // made, and not yet with the server
	ends      bool   // it says its end in due form when it finishes
	said      bool   // and has done so
	toldEnd   bool   // the server has said its end
	plainSent bool   // the socket's half is closed too
}

// servedFrames is the server's end. It tells the client how much of what it has said the server has.
type servedFrames struct {
	*transporttest.Frames
	c *simClient
}

func (s *servedFrames) Unwrap(input, answer, wire []byte) (moreInput, moreAnswer []byte, err error) {
	moreInput, moreAnswer, err = s.Frames.Unwrap(input, answer, wire)
	c, w := s.c, s.c.w
	if n := len(moreInput) - len(input); n > 0 {
		c.conn.socket.taken += uint64(n)
		c.readAt = w.elapsed
		c.moves.by(c, n, false)
	}
	if len(moreAnswer) > len(answer) { // so it has more to take
		c.idle.moved = true
	}
	switch {
	case err == io.EOF:
		w.saw(sawFramesEnd)
	case err != nil && !c.harmed:
		w.fail("client %d: %v", c.number, err)
	case err != nil:
		w.saw(sawFramesFault)
	}
	return moreInput, moreAnswer, err
}

func (s *servedFrames) End(wire []byte) []byte {
	s.c.w.transports--
	return s.Frames.End(wire)
}

// speakFrames makes a new client speak through frames.
func (c *simClient) speakFrames() {
	w := c.w
	c.frames = &simFrames{end: transporttest.NewFrames(false, uint64(2*c.number)), ends: oneIn(w.r, 2)}
	c.frames.plainSent = !c.frames.ends || oneIn(w.r, 2)
	c.conn.context.carrier = newCarrier(func() transport.Transport {
		w.transports++
		return &servedFrames{transporttest.NewFrames(true, uint64(2*c.number+1)), c}
	})
	w.saw(sawFrames)
}

// sendFrames lets some of what the client has made come to the server.
func (c *simClient) sendFrames(most int) {
	f, s, w := c.frames, c.conn.socket, c.w
	plain := most
	if c.halt > 0 && !w.calm {
		plain = min(plain, int(c.halt)-int(c.sentAll)+len(c.out))
	}
	if n := min(len(c.out), plain); n > 0 && len(f.wire) == 0 && !f.end.Handshaking() {
		if oneIn(w.r, 10) {
			f.wire = f.end.Wish(f.wire)
		}
		f.wire, _ = f.end.Wrap(f.wire, c.out[:n])
		c.out = c.out[n:]
		if w.chance(w.plan.corrupt) {
			f.wire[w.r.IntN(len(f.wire))] ^= 1 << w.r.IntN(8)
			c.harmed = true
		}
	}
	c.finishFrames()
	if n := min(len(f.wire), most, maxArrived-len(s.in)); n > 0 {
		s.in = append(s.in, f.wire[:n]...)
		f.wire = f.wire[n:]
		w.trace.add("client %d: %d bytes of wire arrive, %d are waiting", uint64(c.number), uint64(n), uint64(len(s.in)))
	}
}

// finishFrames ends the client's half, in one way or the other, when all that it has made is sent.
func (c *simClient) finishFrames() {
	f, s := c.frames, c.conn.socket
	if !c.finishes || len(c.out)+len(f.wire) > 0 {
		return
	}
	if f.ends && !f.said {
		f.said = true
		f.wire = f.end.End(f.wire)
		c.w.trace.add("client %d: says its end", uint64(c.number), 0, 0)
	} else if f.plainSent && !s.ended {
		s.ended = true
		c.w.saw(sawHalfClose)
		c.w.trace.add("client %d: half-closes", uint64(c.number), 0, 0)
	}
}

// receiveWire takes what the server has sent.
func (c *simClient) receiveWire(b []byte) {
	f := c.frames
	if f.toldEnd {
		c.w.fail("client %d: is sent something after the end", c.number)
	}
	plain, answer, err := f.end.Unwrap(nil, nil, b)
	f.wire = append(f.wire, answer...)
	if len(plain) > 0 {
		c.receive(plain)
	}
	switch {
	case err == io.EOF:
		f.toldEnd = true
	case err != nil:
		c.w.fail("client %d: %v", c.number, err)
	}
}

// delayStep takes the place of shared.runStep.
func (w *world) delayStep(f func()) (begun bool) {
	w.saw(sawFramesShake)
	w.delay(0, f)
	return true
}

// pending returns how much the client has made that is not with the server.
func (c *simClient) pending() int {
	if c.frames != nil {
		return len(c.out) + len(c.frames.wire)
	}
	return len(c.out)
}

// hasEnded says whether a client has said that it is through.
func (c *simClient) hasEnded() bool { return c.conn.socket.ended || c.frames != nil && c.frames.said }

// watchFrames notes what has become of the connection of a client that speaks through frames.
func (c *simClient) watchFrames() {
	k := c.conn.context.carrier
	switch {
	case len(k.early) > 0:
		c.w.saw(sawFramesEarly)
	case len(k.wire) > 0 && len(c.conn.context.queue) > 0:
		c.w.saw(sawFramesQueue)
	}
}

// isFaulty says whether the server has found a fault in the client's wire: it executes nothing more.
func (c *simClient) isFaulty() bool {
	carrier := c.conn.context.carrier
	return carrier != nil && carrier.faulty
}
