package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// DatagramBatch is how many datagrams one system call reads or sends.
const DatagramBatch = 32

// MaxDatagram is how many bytes a datagram can have.
const MaxDatagram = 64 << 10

// header is the kernel's struct mmsghdr: a datagram for recvmmsg or sendmmsg.
type header struct {
	unix.Msghdr
	size uint32 // what was read or sent
}

// Address is where a datagram came from as the kernel writes it, which is also how it wants it back.
type Address unix.RawSockaddrInet6

// Incoming is room for the datagrams of one read. They stay until the next one. Make it with NewIncoming.
//
// Room that no datagram has used takes no memory: a page does so once the kernel has written to it. That is 128 kB with
// datagrams as clients send them, and 2 MB once many of the longest have come at a time.
type Incoming struct {
	count   int // how many were read
	headers [DatagramBatch]header
	parts   [DatagramBatch]unix.Iovec
	from    [DatagramBatch]Address
	room    []byte
}

// incomingStride is the distance between datagrams. The bit beyond their length gives the beginning of each other places
// in the processor's caches than its neighbours', and all of them together no more pages than they need.
const incomingStride = MaxDatagram + 128

// NewIncoming returns room in which there are no datagrams yet.
func NewIncoming() *Incoming {
	in := &Incoming{room: make([]byte, DatagramBatch*incomingStride)}
	for i := range in.headers {
		h := &in.headers[i]
		in.parts[i].Base = &in.room[i*incomingStride]
		in.parts[i].SetLen(MaxDatagram)
		h.Iov = &in.parts[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&in.from[i]))
		h.Namelen = uint32(unsafe.Sizeof(in.from[i]))
	}
	return in
}

// Count returns how many datagrams were read.
func (in *Incoming) Count() int { return in.count }

// Datagram returns what was read as datagram i.
func (in *Incoming) Datagram(i int) []byte {
	return in.room[i*incomingStride:][:in.headers[i].size:MaxDatagram]
}

// From returns who sent datagram i.
func (in *Incoming) From(i int) Address { return in.from[i] }

// Clear and Put are for whoever plays a socket: Clear forgets all datagrams, as a read does before it begins, and Put adds one
// as if it had been read. There is room for DatagramBatch of them.
func (in *Incoming) Clear() {
	for i := range in.count { // the kernel has put the lengths of the addresses there
		in.headers[i].Namelen = uint32(unsafe.Sizeof(in.from[i]))
	}
	in.count = 0
}

// Put copies the datagram; see Clear.
func (in *Incoming) Put(datagram []byte, from Address) {
	i := in.count
	in.headers[i].size = uint32(copy(in.room[i*incomingStride:][:MaxDatagram], datagram))
	in.from[i] = from
	in.count++
}

// read makes one attempt to fill in with what a socket has.
func (in *Incoming) read(fd int) error {
	in.Clear()
	n, err := call(unix.SYS_RECVMMSG, fd, unsafe.Pointer(&in.headers), DatagramBatch, unix.MSG_DONTWAIT)
	if err == nil {
		in.count = n
	}
	return err
}

// Outgoing gathers datagrams for one system call. Make it with NewOutgoing.
type Outgoing struct {
	count   int
	max     int // bytes of each
	headers [DatagramBatch]header
	parts   [DatagramBatch]unix.Iovec
	room    []byte
}

// NewOutgoing returns room for datagrams of so many bytes each, at most.
func NewOutgoing(most int) *Outgoing {
	out := &Outgoing{max: most, room: make([]byte, DatagramBatch*most)}
	for i := range out.headers {
		out.parts[i].Base = &out.room[i*most]
		out.headers[i].Iov = &out.parts[i]
		out.headers[i].SetIovlen(1)
	}
	return out
}

// Count returns how many datagrams were added.
func (out *Outgoing) Count() int { return out.count }

// Full says whether there is no room for another.
func (out *Outgoing) Full() bool { return out.count == DatagramBatch }

// Next is the room for the next datagram, empty, to be appended to. There is some unless Full.
func (out *Outgoing) Next() []byte { return out.room[out.count*out.max:][:0:out.max] }

// Add adds the datagram that was made in Next. It goes to whoever sent datagram i of in, which must stay as it is.
func (out *Outgoing) Add(b []byte, in *Incoming, i int) {
	h := &out.headers[out.count]
	h.Name, h.Namelen = in.headers[i].Name, in.headers[i].Namelen
	out.parts[out.count].SetLen(len(b))
	out.count++
}

// Clear makes room for others. Those that were there can be sent until the next Add.
func (out *Outgoing) Clear() { out.count = 0 }

// Datagram returns datagram i as it will be sent.
func (out *Outgoing) Datagram(i int) []byte { return out.room[i*out.max:][:out.parts[i].Len] }

// To returns whom datagram i will be sent to. ok is false if the address is not one that was read.
func (out *Outgoing) To(i int) (to Address, ok bool) {
	h := &out.headers[i]
	return *(*Address)(unsafe.Pointer(h.Name)), uintptr(h.Namelen) == unsafe.Sizeof(to)
}

// Bytes returns how many bytes the datagrams from up to, but not including, to have.
func (out *Outgoing) Bytes(from, to int) (total int) {
	for i := from; i < to; i++ {
		total += int(out.parts[i].Len)
	}
	return total
}

// write makes one attempt to send the datagrams from up to, but not including, to. It returns how many went out. An
// error is that of the first one, which did not.
func (out *Outgoing) write(fd, from, to int) (int, error) {
	return call(unix.SYS_SENDMMSG, fd, unsafe.Pointer(&out.headers[from]), uintptr(to-from), sendFlags)
}
