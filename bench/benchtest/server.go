// Package benchtest has servers for tests of programs that ask one: a map that load generators measure, and any other that a test
// makes of a function.
package benchtest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Server is a map behind memcached's text protocol: as much of it as package bench and those beside it speak. The zero value is
// ready for use.
type Server struct {
	Max       int                            // items; a further one throws any other out; 0 is no limit
	Spoil     func(key, value string) string // changes values on their way out; nil does not
	Evictions int                            // so far
	Sets      int                            // so far

	mu    sync.Mutex
	items map[string]string
}

// Start has it serve until the test ends, and returns where.
func (f *Server) Start(t *testing.T) (address string) {
	return Listen(t, "tcp", "127.0.0.1:0", f.serve)
}

// Listen runs a server that handles each connection as told, until the test ends, and returns where. network and where are those of
// net.Listen.
func Listen(t *testing.T, network, where string, serve func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen(network, where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String()
}

// FreeAddress is one that nobody listens on.
func FreeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

func (f *Server) serve(c net.Conn) {
	defer c.Close()
	f.ServeUntil(c, "")
}

// ServeUntil serves until a command comes, which it does not answer.
func (f *Server) ServeUntil(c net.Conn, command string) {
	in, out := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		line, err := in.ReadString('\n')
		words := strings.Fields(line)
		if err != nil || words[0] == command {
			return
		}
		if err := f.Answer(words, in, out); err != nil {
			return
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

// Answer answers a command, whose value is read if it has one.
func (f *Server) Answer(words []string, in io.Reader, out io.Writer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch words[0] {
	case "get":
		for _, key := range words[1:] {
			if value, ok := f.items[key]; ok {
				if f.Spoil != nil {
					value = f.Spoil(key, value)
				}
				fmt.Fprintf(out, "VALUE %s 0 %d\r\n%s\r\n", key, len(value), value)
			}
		}
		fmt.Fprint(out, "END\r\n")
	case "set":
		n, _ := strconv.Atoi(words[4])
		value := make([]byte, n+2)
		if _, err := io.ReadFull(in, value); err != nil {
			return err
		}
		f.store(words[1], string(value[:n]))
		fmt.Fprint(out, "STORED\r\n")
	case "delete":
		delete(f.items, words[1])
		fmt.Fprint(out, "DELETED\r\n")
	case "stats":
		fmt.Fprintf(out, "STAT pid %d\r\nSTAT curr_items %d\r\nSTAT evictions %d\r\nEND\r\n",
			os.Getpid(), len(f.items), f.Evictions)
	}
	return nil
}

func (f *Server) store(key, value string) {
	f.Sets++
	if _, there := f.items[key]; !there && f.Max > 0 && len(f.items) >= f.Max {
		for victim := range f.items {
			delete(f.items, victim)
			f.Evictions++
			break
		}
	}
	if f.items == nil {
		f.items = map[string]string{}
	}
	f.items[key] = value
}
