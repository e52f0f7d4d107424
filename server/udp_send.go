package server

import (
	"runtime/debug"

	"gocached/protocol"
)

const (
	// framePayload is how many bytes of a message one datagram carries.
	framePayload = protocol.MaxDatagram - protocol.FrameSize

	// datagramsMost is how many datagrams a message can have: their number has 16 bits in the frame header.
	datagramsMost = 1<<16 - 1

	// hugeOutput is how many bytes of replies each worker may hold. The longest message is twenty times as long, and may
	// be made by one worker of the server at a time.
	hugeOutput = 4 << 20
)

// send is the third stage: it sends the pieces of the loop as one message, and none if they are empty.
func (w *udpWorker) send() {
	w.measure()
	w.loop.totals.add(&w.loop.counts) // as for TCP: before the reply
	sent := w.sendFrames(min(w.size, w.most))
	w.loop.counts[bytesWritten] += uint64(sent)
	w.loop.releasePieces(w.conn)
	w.size, w.counted = 0, 0
}

// sendFrames sends the first size bytes of the pieces, in as many datagrams as they need, and returns how many bytes
// went out. After an error the rest is left out: the client finds datagrams missing, as it must expect with UDP.
func (w *udpWorker) sendFrames(size int) (sent int) {
	l := w.loop
	frame := protocol.Frame{ID: w.id, Total: uint16((size + framePayload - 1) / framePayload)}
	b := protocol.AppendFrame(w.buffer[:0], frame)
	for i := 0; i < len(l.pieces) && size > 0; i++ {
		for part := l.bytes(&l.pieces[i]); len(part) > 0 && size > 0; {
			n := min(len(part), size, cap(b)-len(b))
			b, part, size = append(b, part[:n]...), part[n:], size-n
			if len(b) < cap(b) && size > 0 {
				continue
			}
			n, err := w.socket.WriteToUDPAddrPort(b, w.from)
			sent += n
			if err != nil {
				return sent
			}
			frame.Sequence++
			b = protocol.AppendFrame(w.buffer[:0], frame)
		}
	}
	return sent
}

// measure adds up the pieces that are new since it was last called, as far as they will be sent. The loop has a single
// connection, so all its pieces are of one message, in order.
func (w *udpWorker) measure() {
	for l := w.loop; w.counted < len(l.pieces) && w.size < w.most; w.counted++ {
		w.size += len(l.bytes(&l.pieces[w.counted]))
	}
}

// bound keeps an unfinished answer from taking too much memory. One line of 64 kB can name a value thirty thousand times:
// what will not be sent is given up, and while an answer is huge no other worker's may be.
func (w *udpWorker) bound() {
	w.measure()
	l := w.loop
	if w.counted < len(l.pieces) {
		w.giveUp()
	}
	if len(l.out) > hugeOutput && !w.huge {
		l.server.huge.Lock()
		w.huge = true
		// Made once at its full length: memory that append makes is cleared in one go, which stops the whole process.
		l.out = append(make([]byte, 0, w.most+hugeOutput), l.out...)
	}
}

// giveBack ends the time of a huge answer, if there was one. Its memory goes back to the system at once.
func (w *udpWorker) giveBack() {
	if w.huge {
		w.huge = false
		debug.FreeOSMemory()
		w.loop.server.huge.Unlock()
	}
}

// giveUp lets go of the pieces that were not counted, since the message is full.
func (w *udpWorker) giveUp() {
	l, c := w.loop, w.conn
	for i := range l.pieces[w.counted:] {
		l.release(l.pieces[w.counted+i].lent)
	}
	l.pieces = l.pieces[:w.counted]
	last := w.counted - 1
	c.last, l.pieces[last].next = int32(last), -1
	if l.pieces[last].lent.Ref != 0 {
		last-- // a piece of bytes stands before every lent value
	}
	l.out = l.out[:l.pieces[last].end]
}
