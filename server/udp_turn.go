package server

import (
	"net"
	"runtime"

	"gocached/server/kernel"
)

// The workers of a socket take turns to read it. Whoever has the turn keeps it from batch to batch, since to wake another
// thread costs more than an answer. It passes the turn on before it answers if the batch is full, so that more may wait
// than one worker can do, or if an answer may take long.

// turn is the right to read a socket: an element that is in the channel while no worker has it.
type turn chan struct{}

func newTurn() turn {
	t := make(turn, 1)
	t <- struct{}{}
	return t
}

// turnOf returns the turn of a socket, which its first worker brings into being.
func (s *Server) turnOf(c *net.UDPConn) turn {
	for _, w := range s.workers {
		if socket, ok := w.socket.(*kernel.UDPSocket); ok && socket.Conn() == c {
			return w.turn
		}
	}
	return newTurn()
}

// takeTurn waits until it is the worker's turn.
func (w *udpWorker) takeTurn() {
	if !w.reads {
		<-w.turn
		w.reads = true
	}
}

// passTurn lets another worker read.
func (w *udpWorker) passTurn() {
	if w.reads {
		w.reads = false
		w.turn <- struct{}{}
	}
}

// passTurnAt is from how many datagrams on the turn is passed on. With a single processor there is none on which another
// worker could help.
func passTurnAt() int {
	if runtime.NumCPU() == 1 {
		return maxBatch + 1
	}
	return maxBatch
}
