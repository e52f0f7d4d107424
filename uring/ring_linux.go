package uring

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Call is one send or receive on a socket, and what became of it.
type Call struct {
	FD      int
	Receive bool         // else it is a send
	Bytes   []byte       // what is sent, or the room for what is received: not empty, and the kernel's until Do returns
	Vector  []unix.Iovec // if not empty, what stands in the place of Bytes: pieces, 1024 (IOV_MAX) at most
	N       int          // how many bytes it sent or received; none and no error is the end of input
	Err     error        // a unix.Errno, such as EAGAIN if it would have had to wait, or nil
}

// Ring is an instance of io_uring. It is for one goroutine at a time, which may change its thread.
type Ring struct {
	// Lost, if not nil, is called once, when the ring is given up since the kernel refuses to be entered: by the goroutine
	// that makes calls, and before those calls are made one by one.
	Lost func(error)

	fd      int
	refused int        // times in a row that the kernel took no calls; with maxRefused the ring is given up
	cause   unix.Errno // why it took none the last time
	rings   []byte     // the kernel's memory: heads, tails and completions
	entries []byte     // and that of sqes
	sqes    []submission
	cqes    []completion

	sqTail, sqHead *uint32
	cqTail, cqHead *uint32
	sqMask, cqMask uint32

	calls   []Call // of Do, so that what they point to is on the heap, where it does not move
	headers [MaxCalls]unix.Msghdr
}

// submission is struct io_uring_sqe as send and receive use it.
type submission struct {
	opcode   uint8
	flags    uint8
	priority uint16
	fd       int32
	_        uint64
	address  uint64
	length   uint32
	msgFlags uint32
	userData uint64
	_        [3]uint64
}

// completion is struct io_uring_cqe.
type completion struct {
	userData uint64
	result   int32 // or an error number, negative
	_        uint32
}

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, sqThreadCPU, sqThreadIdle, features, wqFD uint32

	_  [3]uint32
	sq struct {
		head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
		_                                                           uint64
	}
	cq struct {
		head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
		_                                                           uint64
	}
}

// MaxCalls is how many calls a ring makes with one system call. It bounds how long that takes.
const MaxCalls = 32

// maxRefused is how many times in a row the kernel may refuse to take calls. A shortage passes sooner, since each time
// the calls are made one by one and memory goes its way; a prohibition that comes later, as by seccomp, does not pass.
const maxRefused = 8

const (
	setupSubmitAll   = 1 << 7 // one bad call does not keep the others from being made; Linux 5.18
	setupCoopTaskrun = 1 << 8 // no interrupts on our account; Linux 5.19

	featureSingleMmap = 1 << 0
	enterGetEvents    = 1 << 0
	offsetRings       = 0
	offsetEntries     = 0x10000000

	opSendMessage    = 9
	opReceiveMessage = 10
	opSend           = 26
	opReceive        = 27
)

// New makes a ring and tries it. It fails where the kernel is older than 5.19 or forbids io_uring, as many containers do:
// whether it forbids to make a ring, to enter it, or what is asked of it there.
func New() (*Ring, error) {
	p := params{flags: setupSubmitAll | setupCoopTaskrun}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, MaxCalls, uintptr(unsafe.Pointer(&p)), 0)
	if errno != 0 {
		return nil, fmt.Errorf("io_uring_setup: %w", errno)
	}
	r := &Ring{fd: int(fd)}
	unix.CloseOnExec(r.fd)
	err := r.open(&p)
	if err == nil {
		err = r.try()
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Ring) open(p *params) (err error) {
	if p.features&featureSingleMmap == 0 {
		return fmt.Errorf("io_uring: %w", unix.ENOSYS)
	}
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(completion{})))
	if r.rings, err = r.mmap(offsetRings, int(size)); err != nil {
		return err
	}
	if r.entries, err = r.mmap(offsetEntries, int(p.sqEntries)*int(unsafe.Sizeof(submission{}))); err != nil {
		return err
	}
	r.sqes = unsafe.Slice((*submission)(unsafe.Pointer(&r.entries[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*completion)(unsafe.Pointer(&r.rings[p.cq.cqes])), p.cqEntries)
	r.sqHead, r.sqTail, r.sqMask = r.word(p.sq.head), r.word(p.sq.tail), *r.word(p.sq.ringMask)
	r.cqHead, r.cqTail, r.cqMask = r.word(p.cq.head), r.word(p.cq.tail), *r.word(p.cq.ringMask)
	for i := range p.sqEntries { // entry i of the queue is always submission i
		*r.word(p.sq.array + 4*i) = i
	}
	return nil
}

func (r *Ring) mmap(offset int64, size int) ([]byte, error) {
	b, err := unix.Mmap(r.fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return nil, fmt.Errorf("io_uring: %w", err)
	}
	return b, nil
}

// word returns a number in the memory that is shared with the kernel.
func (r *Ring) word(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.rings[offset])) }

// Close lets go of the ring. No call may be under way or follow.
func (r *Ring) Close() error {
	if r.rings != nil {
		_ = unix.Munmap(r.rings)
	}
	if r.entries != nil {
		_ = unix.Munmap(r.entries)
	}
	return unix.Close(r.fd)
}

// Make makes the calls in their order: through the ring, as far as there is one that works and it is worth it, else each
// by itself with single. It returns how many went through the ring.
func Make(r *Ring, calls []Call, single func(*Call)) (batched int) {
	if r != nil && len(calls) > 1 && r.refused < maxRefused {
		batched = r.Do(calls)
	}
	for i := range calls[batched:] {
		single(&calls[batched+i])
	}
	return batched
}

// Do makes the calls in their order and returns how many it made: all, unless the kernel has no memory for more of them or
// refuses to be entered. Those have N and Err set; the others were not begun.
func (r *Ring) Do(calls []Call) (done int) {
	for done < len(calls) {
		some := calls[done:min(done+MaxCalls, len(calls))]
		n := r.some(some)
		done += n
		if n < len(some) {
			break
		}
	}
	return done
}

// some makes at most MaxCalls calls.
func (r *Ring) some(calls []Call) int {
	r.calls = calls
	tail := atomic.LoadUint32(r.sqTail)
	for i := range calls {
		r.sqes[(tail+uint32(i))&r.sqMask] = r.submissionOf(&calls[i], i)
	}
	atomic.StoreUint32(r.sqTail, tail+uint32(len(calls)))
	n := r.submit(len(calls))
	r.collect(calls, n)
	r.calls = nil
	return n
}

func (r *Ring) submissionOf(c *Call, number int) submission {
	s := submission{opcode: opSend, fd: int32(c.FD), userData: uint64(number), msgFlags: unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL}
	if c.Receive {
		s.opcode, s.msgFlags = opReceive, unix.MSG_DONTWAIT
	}
	if len(c.Vector) == 0 {
		s.address, s.length = uint64(uintptr(unsafe.Pointer(&c.Bytes[0]))), uint32(len(c.Bytes))
		return s
	}
	h := &r.headers[number]
	h.Iov = &c.Vector[0]
	h.SetIovlen(len(c.Vector))
	if s.opcode = opSendMessage; c.Receive {
		s.opcode = opReceiveMessage
	}
	s.address, s.length = uint64(uintptr(unsafe.Pointer(h))), 1
	return s
}

// submit has the kernel make the calls that are queued. What it does not take is taken out of the queue.
func (r *Ring) submit(queued int) (taken int) {
	for taken < queued {
		n, errno := r.enter(queued-taken, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 || n == 0 {
			atomic.StoreUint32(r.sqTail, atomic.LoadUint32(r.sqHead))
			r.refuse(errno)
			break
		}
		r.refused = 0
		taken += n
	}
	return taken
}

// refuse counts that the kernel refused to take calls, and gives the ring up after some times in a row.
func (r *Ring) refuse(errno unix.Errno) {
	r.cause = errno
	if r.refused++; r.refused == maxRefused && r.Lost != nil {
		r.Lost(r.refusal())
	}
}

// refusal is why the kernel took no calls.
func (r *Ring) refusal() error { return fmt.Errorf("io_uring_enter: %w", r.cause) }

// collect takes n results. They are there, since no call waits; if one were not it would be waited for.
func (r *Ring) collect(calls []Call, n int) {
	head := *r.cqHead // nobody else writes it
	for n > 0 {
		tail := atomic.LoadUint32(r.cqTail)
		if head == tail {
			if _, errno := r.enter(0, n); errno != 0 && errno != unix.EINTR {
				panic(fmt.Sprintf("io_uring: %d results are missing: %v", n, errno))
			}
			continue
		}
		for ; head != tail; head++ {
			e := &r.cqes[head&r.cqMask]
			r.headers[e.userData].Iov = nil
			calls[e.userData].end(e.result)
			n--
		}
		atomic.StoreUint32(r.cqHead, head)
	}
	runtime.KeepAlive(calls)
}

// end notes what became of a call. One that was interrupted may as well be made later.
func (c *Call) end(result int32) {
	switch {
	case result >= 0:
		c.N, c.Err = int(result), nil
	case unix.Errno(-result) == unix.EINTR:
		c.N, c.Err = 0, unix.EAGAIN
	default:
		c.N, c.Err = 0, unix.Errno(-result)
	}
}

// enter is the system call. Go's scheduler is not told, which is cheaper: no call waits, and MaxCalls bounds how long all of
// them take together.
func (r *Ring) enter(submit, wait int) (int, unix.Errno) {
	flags := uintptr(0)
	if wait > 0 {
		flags = enterGetEvents
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(submit), uintptr(wait), flags, 0, 0)
	return int(n), errno
}
