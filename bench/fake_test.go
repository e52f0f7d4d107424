package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeServer is a map behind memcached's text protocol: as much of it as the package speaks.
type fakeServer struct {
	mu        sync.Mutex
	items     map[string]string
	max       int // items; a further one throws any other out
	evictions int
	sets      int
	spoil     func(key, value string) string // changes values on their way out
}

func (f *fakeServer) init() *fakeServer {
	f.items = map[string]string{}
	return f
}

func startFake(t *testing.T, f *fakeServer) Target {
	t.Helper()
	f.init()
	return startListener(t, f.serve)
}

// startListener runs a server that handles each connection as told.
func startListener(t *testing.T, serve func(net.Conn)) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
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
	return Target{"fake", l.Addr().String()}
}

// startFakeUDP answers by datagram, but for one in so many gets.
func startFakeUDP(t *testing.T, f *fakeServer, dropEvery int) Target {
	t.Helper()
	f.init()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		in, gets := make([]byte, maxDatagram), 0
		for {
			n, from, err := c.ReadFrom(in)
			if err != nil {
				return
			}
			if strings.HasPrefix(string(in[frameSize:n]), "get") {
				if gets++; gets%dropEvery == 0 {
					continue
				}
			}
			request := bufio.NewReader(bytes.NewReader(in[frameSize:n]))
			line, _ := request.ReadString('\n')
			out := bytes.NewBuffer(append([]byte(nil), in[:frameSize]...))
			f.answer(strings.Fields(line), request, out)
			c.WriteTo(out.Bytes(), from)
		}
	}()
	return Target{"fake", "udp:" + c.LocalAddr().String()}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

func (f *fakeServer) serve(c net.Conn) {
	defer c.Close()
	f.serveUntil(c, "")
}

// serveUntil serves until a command comes, which it does not answer.
func (f *fakeServer) serveUntil(c net.Conn, command string) {
	in, out := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		line, err := in.ReadString('\n')
		words := strings.Fields(line)
		if err != nil || words[0] == command {
			return
		}
		if err := f.answer(words, in, out); err != nil {
			return
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}

func (f *fakeServer) answer(words []string, in io.Reader, out io.Writer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch words[0] {
	case "get":
		for _, key := range words[1:] {
			if value, ok := f.items[key]; ok {
				if f.spoil != nil {
					value = f.spoil(key, value)
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
			os.Getpid(), len(f.items), f.evictions)
	}
	return nil
}

func (f *fakeServer) store(key, value string) {
	f.sets++
	if _, there := f.items[key]; !there && f.max > 0 && len(f.items) >= f.max {
		for victim := range f.items {
			delete(f.items, victim)
			f.evictions++
			break
		}
	}
	f.items[key] = value
}
