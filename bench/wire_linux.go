package bench

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// wire carries the batches of a connection. There is a kind for each sort of socket.
type wire interface {
	// send sends the batch, or as much of it as the socket takes; ready does the rest. It may leave its calls to the batcher.
	send(b *batch) error
	// listen is called before ready, and may have the batcher make calls in between.
	listen()
	// ready takes what has arrived, and reports whether the batch is answered in full.
	ready(b *batch, events uint32) (done bool, err error)
	// lose counts what is not answered as lost.
	lose(b *batch)
}

// link is a connection of a generator.
type link struct {
	batch
	wire wire
}

// socket is a descriptor of its own, which package net has connected.
type socket struct {
	file *os.File // keeps the descriptor open
	fd   int
}

// openSocket connects and takes the descriptor over: the generator polls it itself.
func openSocket(t Target) (socket, error) {
	conn, err := t.Dial()
	if err != nil {
		return socket{}, err
	}
	defer conn.Close() // File has made a duplicate
	file, err := conn.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return socket{}, err
	}
	s := socket{file, int(file.Fd())}
	if _, ok := conn.(*net.TCPConn); ok {
		err = syscall.SetsockoptInt(s.fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	return s, errors.Join(err, syscall.SetNonblock(s.fd, true))
}

// read reads what has arrived; again says that there is nothing.
func (s socket) read(into []byte) (n int, again bool, err error) {
	n, err = syscall.Read(s.fd, into)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return 0, true, nil
	}
	return max(n, 0), false, err
}

// write writes what the socket takes, which may be nothing.
func (s socket) write(out []byte) (int, error) {
	n, err := syscall.Write(s.fd, out)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return 0, nil
	}
	return max(n, 0), err
}
