package server

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"gocached/protocol"
)

// batchMost is how many datagrams one system call reads or sends.
const batchMost = 32

// datagramMost is how many bytes a datagram can have.
const datagramMost = 64 << 10

// header is the kernel's struct mmsghdr: a datagram for recvmmsg or sendmmsg.
type header struct {
	unix.Msghdr
	size uint32 // what was read or sent
}

// address is where a datagram came from as the kernel writes it, which is also how it wants it back.
type address unix.RawSockaddrInet6

// incoming is room for the datagrams of one read. They stay until the next one.
//
// Room that no datagram has used takes no memory: a page does so once the kernel has written to it. That is 128 kB with
// datagrams as clients send them, and 2 MB once many of the longest have come at a time.
type incoming struct {
	count   int // how many were read
	headers [batchMost]header
	parts   [batchMost]unix.Iovec
	from    [batchMost]address
	room    []byte
}

// incomingStride is the distance between datagrams. The bit beyond their length gives the beginning of each other places
// in the processor's caches than its neighbours', and all of them together no more pages than they need.
const incomingStride = datagramMost + 128

func newIncoming() *incoming {
	in := &incoming{room: make([]byte, batchMost*incomingStride)}
	for i := range in.headers {
		h := &in.headers[i]
		in.parts[i].Base = &in.room[i*incomingStride]
		in.parts[i].SetLen(datagramMost)
		h.Iov = &in.parts[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&in.from[i]))
		h.Namelen = uint32(unsafe.Sizeof(in.from[i]))
	}
	return in
}

// datagram returns what was read as datagram i.
func (in *incoming) datagram(i int) []byte {
	return in.room[i*incomingStride:][:in.headers[i].size:datagramMost]
}

// read makes one attempt to fill in with what a socket has.
func (in *incoming) read(fd int) error {
	for i := range in.count { // the kernel has put the lengths of the addresses there
		in.headers[i].Namelen = uint32(unsafe.Sizeof(in.from[i]))
	}
	in.count = 0
	n, err := call(unix.SYS_RECVMMSG, fd, unsafe.Pointer(&in.headers), batchMost, unix.MSG_DONTWAIT)
	if err == nil {
		in.count = n
	}
	return err
}

// outgoing gathers datagrams for one system call.
type outgoing struct {
	count   int
	headers [batchMost]header
	parts   [batchMost]unix.Iovec
	message [batchMost]int // what each is a part of
	room    [batchMost][protocol.MaxDatagram]byte
}

func newOutgoing() *outgoing {
	out := new(outgoing)
	for i := range out.headers {
		out.parts[i].Base = &out.room[i][0]
		out.headers[i].Iov = &out.parts[i]
		out.headers[i].SetIovlen(1)
	}
	return out
}

// next is the room for the next datagram. There is some unless the count is batchMost.
func (out *outgoing) next() []byte { return out.room[out.count][:0] }

// add adds the datagram that was made in next. It goes to whoever sent datagram i of in, which must stay as it is.
func (out *outgoing) add(b []byte, message int, in *incoming, i int) {
	h := &out.headers[out.count]
	h.Name, h.Namelen = in.headers[i].Name, in.headers[i].Namelen
	out.parts[out.count].SetLen(len(b))
	out.message[out.count] = message
	out.count++
}

// datagram returns datagram i as it will be sent.
func (out *outgoing) datagram(i int) []byte { return out.room[i][:out.parts[i].Len] }

// write makes one attempt to send the datagrams from up to, but not including, to. It returns how many went out. An
// error is that of the first one, which did not.
func (out *outgoing) write(fd, from, to int) (int, error) {
	return call(unix.SYS_SENDMMSG, fd, unsafe.Pointer(&out.headers[from]), uintptr(to-from), sendFlags)
}
