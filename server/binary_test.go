package server

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gocached/server/settings"
)

// shape is what the lengths of an opcode must be in memcached 1.4.5 and, from 0x1c to 0x1e, in a later one.
type shape struct {
	extras    []int
	key       int // 1 needed, 0 none, -1 may be
	value     bool
	known     bool
	elsewhere bool // with wrong lengths it is unknown
}

// shapes is written down here once more, so that a slip in the server's own table shows.
func shapes() (s [256]shape) {
	set := func(sh shape, opcodes ...byte) {
		sh.known = true
		for _, o := range opcodes {
			s[o] = sh
		}
	}
	set(shape{extras: []int{0}, key: 1}, 0x00, 0x04, 0x09, 0x0c, 0x0d, 0x14)
	set(shape{extras: []int{8}, key: 1, value: true}, 0x01, 0x02, 0x03, 0x11, 0x12, 0x13)
	set(shape{extras: []int{20}, key: 1}, 0x05, 0x06, 0x15, 0x16)
	set(shape{extras: []int{0}}, 0x07, 0x0a, 0x0b, 0x17, opSASLList)
	set(shape{extras: []int{0, 4}}, 0x08, 0x18)
	set(shape{extras: []int{0}, key: 1, value: true}, 0x0e, 0x0f, 0x19, 0x1a, opSASLAuth, opSASLStep)
	set(shape{extras: []int{0}, key: -1}, 0x10)
	set(shape{extras: []int{4}, key: 1, elsewhere: true}, 0x1c, 0x1d, 0x1e)
	return s
}

// fits says whether lengths are those of the opcode.
func (s *shape) fits(extras, key, value int) bool {
	ok := false
	for _, n := range s.extras {
		ok = ok || n == extras
	}
	return ok && key <= 250 && (s.key != 1 || key > 0) && (s.key != 0 || key == 0) && (s.value || value == 0)
}

// lengths are what an opcode is sent with: extras, keys and values of every combination. All that are unknown are the same
// to the server, so a few do for each.
func (s *shape) lengths() (extras, keys, values []int) {
	if !s.known {
		return []int{0, 8, 255}, []int{0, 250, 251}, []int{0, 300}
	}
	return []int{0, 1, 4, 5, 8, 9, 19, 20, 21, 255}, []int{0, 1, 250, 251, 65535}, []int{0, 1, 300}
}

// TestBinaryLengths sends each opcode with every combination of a few lengths, a noop behind it. Lengths that do not
// fit are answered and end the connection; unknown opcodes are answered and skipped; the rest leaves the stream in step.
func TestBinaryLengths(t *testing.T) {
	t.Parallel()
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	shapes := shapes()
	c := ts.dial()
	for opcode := range 256 {
		sh := &shapes[opcode]
		allExtras, keys, values := sh.lengths()
		for _, extras := range allExtras {
			for _, key := range keys {
				for _, value := range values {
					request := frame(byte(opcode), 5, strings.Repeat("\x00", extras), strings.Repeat("k", key), strings.Repeat("1", value))
					c.send(request + frame(0x0a, 77, "", "", ""))
					want := uint16(codeInvalid)
					fits := sh.known && sh.fits(extras, key, value)
					if fits {
						want = codeOK
					}
					if quits := opcode == 0x07 || opcode == 0x17; quits && fits || !fits && !sh.elsewhere && (sh.known || key > 250) {
						if quiet := opcode == 0x17 && fits; !quiet {
							if a := c.packet(); a.code != want || a.opaque != 5 {
								t.Fatalf("0x%02x, lengths %d %d %d: %+v, want 0x%04x", opcode, extras, key, value, a, want)
							}
						}
						c.ended()
						c = ts.dial()
						continue
					}
					if err := c.inStep(77); err != nil {
						t.Fatalf("0x%02x, lengths %d %d %d: %v", opcode, extras, key, value, err)
					}
				}
			}
		}
	}
	if n := ts.sum(panics); n != 0 {
		t.Errorf("%d panics: %s", n, ts.logs.String())
	}
}

// ended expects the connection to be closed, or reset if it had sent more than was read.
func (c *client) ended() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err == nil {
		c.t.Fatalf("read %q, want the end", b)
	}
	_ = c.Close()
}

// inStep reads replies until that of the noop with the opaque.
func (c *client) inStep(opaque uint32) error {
	for range 10_000 {
		a, err := readAnswer(c.r)
		if err != nil {
			return err
		}
		if a.opcode == 0x0a && a.opaque == opaque {
			return nil
		}
	}
	return fmt.Errorf("no answer to the noop")
}

// withBody changes the body length that a packet claims.
func withBody(packet string, body uint32) string {
	b := []byte(packet)
	binary.BigEndian.PutUint32(b[8:], body)
	return string(b)
}

// heapInUse is how many bytes the Go heap holds.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// TestBinaryHugeBodies claims bodies from about 2^31 on: nothing is kept for them, whatever the opcode.
func TestBinaryHugeBodies(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.send(frame(0x0a, 1, "", "", ""))
	c.wants(codeOK, "")
	before := heapInUse()
	var waiting []*client
	filler := strings.Repeat("\x80\x0a", 8<<10)
	for _, body := range []uint32{1<<31 - 25, 1<<31 - 1, 1 << 31, 1<<31 + 1, 15 << 28} {
		for opcode := range 256 {
			if opcode%16 > 3 && opcode > 0x23 { // unknown ones are alike
				continue
			}
			sh := shapes()[opcode]
			extras := ""
			if sh.known && len(sh.extras) > 0 {
				extras = strings.Repeat("\x00", sh.extras[0])
			}
			c := ts.dial()
			c.send(withBody(frame(byte(opcode), 5, extras, "key", ""), body))
			want := uint16(codeInvalid)
			switch {
			case !sh.known || sh.elsewhere:
				want = codeUnknown
			case opcode == opSASLAuth || opcode == opSASLStep || sh.value:
				want = codeTooLarge
			}
			if a := c.packet(); a.code != want || a.opaque != 5 {
				t.Fatalf("0x%02x with a body of %d: %+v, want 0x%04x", opcode, body, a, want)
			}
			if want == codeInvalid {
				c.ended()
				continue
			}
			c.send(filler)
			if len(waiting) < 500 {
				waiting = append(waiting, c)
			} else {
				_ = c.Close()
			}
		}
	}
	if after := heapInUse(); after > before+32<<20 {
		t.Errorf("%d connections in the middle of huge bodies: %d MB more", len(waiting), (after-before)>>20)
	}
	_ = waiting[0].SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if b, err := waiting[0].r.ReadByte(); err == nil {
		t.Errorf("a body was taken for requests: %q", b)
	}
}

// TestBinaryTooLargeIsSkipped sends values beyond the limit in full: what follows them is in step.
func TestBinaryTooLargeIsSkipped(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.ItemMax = 10 << 10 })
	c := ts.dial()
	eight := "\x00\x00\x00\x00\x00\x00\x00\x00"
	for i, size := range []int{11 << 10, 64 << 10, 5 << 20} {
		value := strings.Repeat(frame(0x0a, 666, "", "", ""), size/24+1) // would answer if it were read as requests
		for _, request := range []string{frame(0x01, 1, eight, "key", value), frame(0x11, 1, eight, "key", value),
			frame(0x0e, 1, "", "key", value), frame(0x23, 1, "", "key", value), frame(0x1c, 1, "", "key", value),
			frame(opSASLAuth, 1, "", "key", value)} {
			c.send(request + frame(0x0b, uint32(i), "", "", ""))
			if a := c.packet(); a.code != codeTooLarge && a.code != codeUnknown && (request[1] != 0x0e || a.code != 0x0005) {
				t.Errorf("opcode 0x%02x with %d bytes: 0x%04x %q", request[1], size, a.code, a.body)
			}
			if a := c.packet(); a.opcode != 0x0b || a.opaque != uint32(i) {
				t.Fatalf("opcode 0x%02x with %d bytes: out of step: %+v", request[1], size, a)
			}
		}
	}
}

// TestBinaryDeleteCAS: a delete that gives a CAS leaves an item with another, whichever it gives; 0 is none.
func TestBinaryDeleteCAS(t *testing.T) {
	ts := start(t, nil)
	ts.dial().ask("set k 0 0 1\r\nv\r\n", "STORED\r\n")
	c := ts.dial()
	for _, cas := range []uint64{1, math.MaxUint64 - 1, math.MaxUint64} {
		c.send(string(appendPacketHead(nil, 0x80, 0x04, 0, 0, 1, 1, 7, cas)) + "k")
		c.wants(0x0002, "Data exists for key.")
	}
	c.send(frame(0x04, 7, "", "k", ""))
	c.wants(codeOK, "")
}

// TestBinaryRandomFrames sends packets that are wrong in random ways. After each batch the connection answers a noop, or
// it has been closed; nothing else will do.
func TestBinaryRandomFrames(t *testing.T) {
	t.Parallel()
	ts := start(t, func(s *settings.Settings) { s.Threads, s.MemoryLimit, s.Binding = 2, 16<<20, settings.BindingBinary })
	const batches, batch = 1000, 50
	var workers sync.WaitGroup
	var answered atomic.Int64
	for worker := range uint64(4) {
		workers.Go(func() {
			random := rand.New(rand.NewPCG(worker, 7))
			for range batches / 4 {
				ok, err := randomBatch(ts.addr, random, batch)
				if err != nil {
					t.Error(err)
				}
				if ok {
					answered.Add(1)
				}
			}
		})
	}
	workers.Wait()
	if n := answered.Load(); n < batches/10 || n > batches*9/10 {
		t.Errorf("%d of %d batches were answered to the end: the test is too rough or too smooth", n, batches)
	}
	if n := ts.sum(panics); n != 0 {
		t.Errorf("%d panics: %.2000s", n, ts.logs.String())
	}
	c := ts.dial()
	c.send(frame(0x0a, 1, "", "", ""))
	c.wants(codeOK, "")
}

// randomBatch sends packets and a noop behind them on a connection of its own, and hangs up. Every byte that comes back
// must belong to a reply packet. It says whether the noop was answered.
func randomBatch(addr string, random *rand.Rand, batch int) (answered bool, err error) {
	var packets []byte
	for range batch {
		packets = append(packets, randomFrame(random)...)
	}
	opaque := random.Uint32()
	packets = append(packets, frame(0x0a, opaque, "", "", "")...)
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return false, err
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(patience))
	go func() {
		_, _ = nc.Write(packets) // may fail: it may have been closed
		_ = nc.(*net.TCPConn).CloseWrite()
	}()
	for {
		a, err := readAnswer(nc)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET):
			return false, nil // an error before, or a body that swallowed the noop
		case err != nil:
			return false, fmt.Errorf("%w, after %q", err, packets)
		case a.opcode == 0x0a && a.opaque == opaque:
			return true, nil
		}
	}
}

// randomFrame makes a packet: mostly right, or with one thing about its header changed, or nonsense.
func randomFrame(random *rand.Rand) string {
	opcode := byte(random.IntN(0x24))
	if opcode == 0x07 || opcode == 0x17 {
		opcode = 0x0a
	}
	sh := shapes()[opcode]
	extras, key, value := "", "", ""
	if len(sh.extras) > 0 {
		b := make([]byte, sh.extras[random.IntN(len(sh.extras))])
		for i := range b {
			b[i] = byte(random.Uint32() & random.Uint32() & random.Uint32())
		}
		extras = string(b)
	}
	if sh.key == 1 || sh.key == -1 && random.IntN(2) == 0 {
		key = []string{"a", "b", "settings", "items", "k:1", strings.Repeat("x", 250)}[random.IntN(6)]
	}
	if sh.value {
		value = strings.Repeat("9", []int{0, 1, 10, 2047, 2048, 2049, 20_000}[random.IntN(7)])
	}
	b := []byte(frame(opcode, random.Uint32(), extras, key, value))
	switch random.IntN(400) {
	case 0:
		b[random.IntN(24)] ^= 1 << random.IntN(8)
	case 1:
		binary.BigEndian.PutUint32(b[8:], random.Uint32()>>random.IntN(32))
	case 2:
		binary.BigEndian.PutUint16(b[2:], uint16(random.Uint32()>>random.IntN(32)))
	case 3:
		b[4] = byte(random.Uint32())
	case 4:
		b = b[:random.IntN(len(b)+1)]
	case 5:
		b[1] = byte(random.Uint32())
	}
	return string(b)
}
