package transporttest

import (
	"bytes"
	"testing"

	"gocached/server/transport"
)

func frames() (server, client transport.Transport) { return NewFrames(true, 1), NewFrames(false, 2) }

func TestFrames(t *testing.T) { Run(t, frames) }

// TestFramesOutOfOrder: a frame that is lost, or comes twice, is a fault.
func TestFramesOutOfOrder(t *testing.T) {
	for _, change := range []func(wire []byte) []byte{
		func(wire []byte) []byte { return wire[FrameLen:] },
		func(wire []byte) []byte { return append(bytes.Clone(wire[:FrameLen]), wire...) },
	} {
		server, client := meet(t, frames, whole)
		client.say(bytes.Repeat([]byte("x"), 3*PayloadLen))
		server.take(change(client.sent()))
		fault(t, server)
	}
}

// TestFramesWish: what one side wishes the other sends at once.
func TestFramesWish(t *testing.T) {
	server, client := meet(t, frames, whole)
	client.wire = client.Transport.(*Frames).Wish(nil)
	server.take(client.sent())
	if len(server.wire) != FrameLen {
		t.Errorf("%d bytes are sent", len(server.wire))
	}
	server.say([]byte("said"))
	client.take(server.sent())
	client.hear([]byte("said"))
}
