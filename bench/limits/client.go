package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// client is a connection that speaks the text protocol. The first thing that goes wrong stays in err, and every call
// after that does nothing: so an attack asks once, at its end.
type client struct {
	net.Conn
	in  *bufio.Reader
	err error
}

// hurry is how long a connection may last, so that nothing hangs for ever.
const hurry = 10 * time.Minute

// dial connects.
func (s *server) dial() (*client, error) { return s.dialFrom(&net.Dialer{}) }

// dialSmall connects with a receive buffer of a few kilobytes in this machine's kernel, which has a bound for all
// connections together.
func (s *server) dialSmall() (*client, error) {
	return s.dialFrom(&net.Dialer{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		fault := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
		})
		return errors.Join(err, fault)
	}})
}

// dialAs connects from one of 200 addresses of the loopback: each has ports of its own to use up.
func (s *server) dialAs(number int) (*client, error) {
	return s.dialFrom(&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(number%200))}})
}

func (s *server) dialFrom(d *net.Dialer) (*client, error) {
	d.Timeout, d.KeepAlive = patience, -1
	conn, err := d.Dial("tcp", s.address())
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(hurry))
	return &client{Conn: conn}, nil
}

// reset makes Close break the connection off.
func (c *client) reset() { _ = c.Conn.(*net.TCPConn).SetLinger(0) }

func (c *client) reader() *bufio.Reader {
	if c.in == nil {
		c.in = bufio.NewReaderSize(c.Conn, 4<<10)
	}
	return c.in
}

// buffer gives the client a larger buffer to read with. It must come before anything is read.
func (c *client) buffer(size int) *client {
	c.in = bufio.NewReaderSize(c.Conn, size)
	return c
}

func (c *client) fail(text string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(text, args...)
	}
}

// send writes.
func (c *client) send(data []byte) {
	if c.err == nil {
		_, c.err = c.Write(data)
	}
}

// line reads a line and returns it without its end. It is valid until the next read.
func (c *client) line() []byte {
	if c.err != nil {
		return nil
	}
	line, err := c.reader().ReadSlice('\n')
	if c.err = err; err != nil {
		return nil
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
}

// bytes reads so many bytes.
func (c *client) bytes(n int) string {
	out := make([]byte, n)
	if c.err == nil {
		_, c.err = io.ReadFull(c.reader(), out)
	}
	return string(out)
}

// ask sends a request and reads one line.
func (c *client) ask(request string) string {
	c.send([]byte(request + "\r\n"))
	return string(c.line())
}

// expect reads a line that must be this.
func (c *client) expect(want string) {
	if line := c.line(); c.err == nil && string(line) != want {
		c.fail("%.100q instead of %q", line, want)
	}
}

// appendSet appends a set.
func appendSet(dst []byte, key string, value []byte) []byte {
	dst = append(append(append(dst, "set "...), key...), " 0 0 "...)
	dst = strconv.AppendInt(dst, int64(len(value)), 10)
	return append(append(append(dst, "\r\n"...), value...), "\r\n"...)
}

// set stores a value.
func (c *client) set(key string, value []byte) {
	c.send(appendSet(nil, key, value))
	c.expect("STORED")
}

// get asks for a value. A miss is nil.
func (c *client) get(key string) []byte {
	c.send([]byte("get " + key + "\r\n"))
	value := c.value(key)
	if value != nil {
		c.expect("END")
	}
	return value
}

// value reads the answer to a get of one key up to its end mark: nil is a miss, of which the mark is read as well.
func (c *client) value(key string) []byte {
	line := string(c.line())
	if line == "END" || c.err != nil {
		return nil
	}
	rest, ok := strings.CutPrefix(line, "VALUE "+key+" 0 ")
	size, err := strconv.Atoi(rest)
	if !ok || err != nil {
		c.fail("%.100q answers get %s", line, key)
		return nil
	}
	value := make([]byte, size+2)
	if _, c.err = io.ReadFull(c.reader(), value); c.err != nil {
		return nil
	}
	return value[:size]
}

// stats asks for a group of statistics; "" is the general one.
func (c *client) stats(group string) map[string]string {
	out := map[string]string{}
	for line := c.ask(strings.TrimSpace("stats " + group)); c.err == nil && line != "END"; line = string(c.line()) {
		words := strings.SplitN(line, " ", 3)
		if len(words) < 2 || words[0] != "STAT" {
			c.fail("%.100q answers stats", line)
			break
		}
		out[words[1]] = strings.Join(words[2:], "")
	}
	return out
}

// storeAll stores n values, many in a write. item returns the key and the value of number i, which are used before its
// next call. The result is how many the server refused.
func (c *client) storeAll(n int, item func(i int) (key string, value []byte)) (refused int) {
	var out []byte
	waiting := 0
	for i := 0; i < n && c.err == nil; i++ {
		key, value := item(i)
		out = appendSet(out, key, value)
		waiting++
		if len(out) < 64<<10 && i < n-1 {
			continue
		}
		c.send(out)
		for ; waiting > 0 && c.err == nil; waiting-- {
			if line := c.line(); bytes.HasPrefix(line, []byte("SERVER_ERROR")) {
				refused++
			} else if string(line) != "STORED" && c.err == nil {
				c.fail("%.100q answers a set", line)
			}
		}
		out = out[:0]
	}
	return refused
}

// missing is the error for an answer that is not as it should be.
func (c *client) missing(want, got string) error {
	c.fail("%.100q instead of %q", got, want)
	return c.err
}
