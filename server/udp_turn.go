package server

import (
	"net"
	"runtime"

	"gocached/server/kernel"
)

// The workers of a socket take turns to read it. A worker keeps the turn from batch to batch, since waking another thread costs
// more than an answer. It passes the turn on before it answers in two cases: if the batch is full, since more may wait than
// one worker can do, and if an answer may take long.

// turn is the right to read a socket. The channel holds one element while no worker has the turn.
type turn chan struct{}

func newTurn() turn {
	t := make(turn, 1)
	t <- struct{}{}
	return t
}

// turnOf returns the turn of a socket. It makes one for the socket's first worker.
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

// passTurnAt returns how many datagrams make a batch full. With a single processor another worker could not help, so no batch
// is ever full.
func passTurnAt() int {
	if runtime.NumCPU() == 1 {
		return maxBatch + 1
	}
	return maxBatch
}
