package server

import (
	"runtime/debug"

	"gocached/protocol"
)

const (
	// framePayload is how many bytes of a message one datagram carries.
	framePayload = protocol.MaxDatagram - protocol.FrameSize

	// hugeOutput is how many bytes of replies each worker may hold. The longest message is twenty times as long. Only one
	// worker of the server at a time may make one longer than hugeOutput.
	hugeOutput = 4 << 20
)

// sendMany leaves all answers to sendOne.
func (w *udpWorker) sendMany([]*conn) {}

// sendOne is the third stage for the first datagram that has an answer. It makes one message of its pieces, or none if they
// are empty. transmit sends the message together with those of the other datagrams.
func (w *udpWorker) sendOne(*conn) {
	l := w.loop
	for w.conns[w.first].first < 0 {
		w.first++
	}
	c := w.conns[w.first]
	w.frame(c, min(l.replies.length(c, w.max), w.max))
	l.replies.releasePieces(c)
	w.size, w.counted = 0, 0
}

// frame makes datagrams of the first size bytes of a conn's pieces, as many as they need. After an error the rest is left out:
// the client misses datagrams, as it must expect with UDP.
func (w *udpWorker) frame(c *conn, size int) {
	l := w.loop
	w.sends++
	frame := protocol.Frame{ID: w.ids[w.first], Total: uint16((size + framePayload - 1) / framePayload)}
	b := protocol.AppendFrame(w.out.Next(), frame)
	for i := c.first; i >= 0 && size > 0; i = l.replies.pieces[i].next {
		for part := l.replies.bytes(&l.replies.pieces[i]); len(part) > 0 && size > 0; {
			n := min(len(part), size, protocol.MaxDatagram-len(b))
			b, part, size = append(b, part[:n]...), part[n:], size-n
			if len(b) < protocol.MaxDatagram && size > 0 {
				continue
			}
			w.parts[w.out.Count()] = w.sends
			w.out.Add(b, w.in, w.first)
			if w.out.Full() {
				w.transmit()
			}
			if w.failed == w.sends {
				return
			}
			frame.Sequence++
			b = protocol.AppendFrame(w.out.Next(), frame)
		}
	}
}

// transmit sends the datagrams that were made. If one cannot be sent the rest of its message is left out.
func (w *udpWorker) transmit() {
	l, out := w.loop, w.out
	to := out.Count()
	out.Clear()
	if to > 0 {
		l.totals.add(&l.counts) // as for TCP: before the replies
	}
	for i := 0; i < to; {
		n, err := w.socket.Write(out, i, to)
		l.counts[bytesWritten] += uint64(out.Bytes(i, i+n))
		i += n
		if err != nil {
			for w.failed = w.parts[i]; i < to && w.parts[i] == w.failed; {
				i++
			}
		}
	}
}

// measure adds up the pieces that were made since it was last called, as far as they will be sent. The loop has a single
// connection, so all pieces belong to one message, in order.
func (w *udpWorker) measure() {
	for l := w.loop; w.counted < len(l.replies.pieces) && w.size < w.max; w.counted++ {
		w.size += len(l.replies.bytes(&l.replies.pieces[w.counted]))
	}
}

// limit keeps an unfinished answer from taking too much memory. One line of 64 kB can name a value thirty thousand times. What
// will not be sent is given up. While one worker's answer is huge, no other worker's may be.
func (w *udpWorker) limit(c *conn) {
	w.measure()
	l := w.loop
	if w.counted < len(l.replies.pieces) {
		w.cut(c)
	}
	if len(l.replies.out) > hugeOutput && !w.huge {
		l.shared.huge.Lock()
		w.huge = true
		// Made once at its full length: memory that append makes is cleared in one go, which stops the whole process.
		l.replies.out = append(make([]byte, 0, w.max+hugeOutput), l.replies.out...)
	}
}

// endHuge lets another worker make a huge answer, if this one did. The memory of the huge answer goes back to the system at
// once.
func (w *udpWorker) endHuge() {
	if w.huge {
		w.huge = false
		debug.FreeOSMemory()
		w.loop.shared.huge.Unlock()
	}
}

// cut gives up the pieces that were not counted: the message is full.
func (w *udpWorker) cut(c *conn) {
	l := w.loop
	for i := range l.replies.pieces[w.counted:] {
		l.replies.release(l.replies.pieces[w.counted+i].lent)
	}
	l.replies.pieces = l.replies.pieces[:w.counted]
	last := w.counted - 1
	c.last, l.replies.pieces[last].next = int32(last), -1
	for l.replies.pieces[last].lent.Value != nil {
		last-- // a piece of bytes stands before every lent value
	}
	l.replies.out = l.replies.out[:l.replies.pieces[last].end]
}
