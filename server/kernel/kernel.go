// Package kernel makes the system calls that move bytes between sockets and memory, and those that tell when they can.
//
// None of them waits but Wait. They are made as cheaply as possible: without Go's scheduler (send_receive.go), several in one
// (batch.go, package uring), datagrams in batches (datagrams.go). The caller decides what is moved and what an error means:
// package server for its connections, package rim for its polls.
//
// A simulation has a Kernel of its own.
package kernel

import "golang.org/x/sys/unix"

// Kernel is what event loops ask of the operating system for their connections, a few times a round. System is the one that
// servers use; a simulation puts its own in its place. Each loop has its own, and uses it from one goroutine at a time. An
// error is a unix.Errno, unix.EAGAIN from what would have to wait.
type Kernel interface {
	// Send sends what the socket takes of b, which is not empty.
	Send(fd int, b []byte) (int, error)

	// Receive reads what the socket has into b, which is not empty. 0 and no error mean the end of input.
	Receive(fd int, b []byte) (int, error)

	// SendVector and ReceiveVector do the same with pieces, of which there are some, MaxVector at most, and none is empty.
	SendVector(fd int, v Vector) (int, error)
	ReceiveVector(fd int, v Vector) (int, error)

	// Together makes several calls, each as Send or Receive would, and sets what became of it. It returns how many of
	// them cost no system call of their own.
	Together(calls []Call) (batched int)

	// Poll returns how many of events it filled with what has happened on an epoll instance.
	Poll(epoll int, events []unix.EpollEvent) int

	// Wait does the same, but first waits for something to happen. It may return 0.
	Wait(epoll int, events []unix.EpollEvent) int

	// Control changes what an epoll instance waits for on a descriptor.
	Control(epoll, op, fd int, event unix.EpollEvent) error

	// Shut tells the other side of a socket that no more will be sent.
	Shut(fd int) error

	// Outstanding returns how many bytes a socket has taken that the other side does not have yet, or 0 after an error.
	Outstanding(fd int) int

	// Taken returns how many bytes the other side's system has taken in all, or a guess where that is not known.
	Taken(fd int) uint64
}
