// Package oplog is the log for the operator.
package oplog

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of the log, so that a reader who is slow or gone costs little memory and no time.
const (
	logPending   = 256 << 10 // bytes that may wait to be written
	logLine      = 4 << 10   // bytes of one line from Printf; the rest of a longer one is cut off
	logCloseWait = 250 * time.Millisecond
)

// Log writes lines for the operator, usually to stderr, without ever keeping its caller waiting.
//
// Lines wait in memory until a goroutine has written them. When too many wait, because the reader is stuck, further
// lines are dropped and counted; after a write error the rest is, for ever. A pipe that was closed must not end the
// process: package main ignores SIGPIPE for that.
//
// All methods are safe for concurrent use. Level costs one atomic load; ask it before building a line on a busy path.
type Log struct {
	w       io.Writer
	level   atomic.Int32
	dropped atomic.Uint64
	wake    chan struct{} // of length one: there is something in pending, or closed is set
	done    chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	pending []byte // whole lines, at most logPending bytes
	lines   uint64 // how many
	closed  bool
}

// New returns a log that writes to w. Its level is 0. Close ends its goroutine.
func New(w io.Writer) *Log {
	l := &Log{w: w, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go l.run()
	return l
}

// Level returns how much is to be printed: 0 only what must be known, 1 to 3 as -v to -vvv.
func (l *Log) Level() int { return int(l.level.Load()) }

// SetLevel changes the level. The cap on what a client may choose is the caller's.
func (l *Log) SetLevel(level int) { l.level.Store(int32(level)) }

// Dropped returns how many lines were not written, and will not be.
func (l *Log) Dropped() uint64 { return l.dropped.Load() }

// Printf logs one line; the line end is added if it is missing, and a very long line is cut. The arguments are not used after it returns.
func (l *Log) Printf(format string, args ...any) {
	l.add(func(b []byte) []byte {
		longest := len(b) + logLine
		b = fmt.Appendf(b, format, args...)
		return b[:min(len(b), longest)]
	})
}

// Write logs p, which should be one or more whole lines, as one: either all of it is kept or all dropped. It does
// not hold on to p, and always reports success, since nobody could do anything about a failure.
func (l *Log) Write(p []byte) (int, error) {
	l.add(func(b []byte) []byte { return append(b, p...) })
	return len(p), nil
}

// add appends one line to what waits, if it fits.
func (l *Log) add(line func([]byte) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.dropped.Add(1)
		return
	}
	start := len(l.pending)
	b := line(l.pending)
	if len(b) == start || b[len(b)-1] != '\n' {
		b = append(b, '\n')
	}
	if len(b) > logPending {
		l.dropped.Add(1)
		return
	}
	l.pending = b
	l.lines++
	l.signal()
}

// signal wakes the goroutine, or leaves it be if it has been woken already.
func (l *Log) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run writes what waits until the log is closed. It may write to a terminal from the background: SIGTTOU, which the system
// sends there, does not reach its thread, and so the line goes out. Elsewhere the signal may have another meaning.
func (l *Log) run() {
	defer close(l.done)
	runtime.LockOSThread() // for good: the thread ends with the goroutine
	blocked := unix.Sigset_t{Val: [len(unix.Sigset_t{}.Val)]uint64{1 << (unix.SIGTTOU - 1)}}
	_ = unix.PthreadSigmask(unix.SIG_BLOCK, &blocked, nil)
	var spare []byte
	var err error
	for range l.wake {
		l.mu.Lock()
		batch, lines, closed := l.pending, l.lines, l.closed
		l.pending, l.lines = spare[:0], 0
		l.mu.Unlock()
		if err == nil && len(batch) > 0 {
			_, err = l.w.Write(batch)
		}
		if err != nil {
			l.dropped.Add(lines)
		}
		if closed {
			return
		}
		spare = batch
	}
}

// Close writes what waits and ends the log; later lines are dropped. If the writer is stuck Close gives up after a
// quarter of a second, leaving the goroutine behind. It may be called again.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closed = true
	l.signal()
	l.mu.Unlock()
	select {
	case <-l.done:
	case <-time.After(logCloseWait):
	}
	return nil
}
