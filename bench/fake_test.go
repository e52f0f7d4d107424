package bench

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

// fakeServer is a map behind memcached's text protocol: as much of it as the package speaks.
type fakeServer struct {
	mu        sync.Mutex
	items     map[string]string
	max       int // items; a further one throws any other out
	evictions int
	sets      int
	spoil     func(key, value string) string // changes values on their way out
}

func startFake(t *testing.T, f *fakeServer) Target {
	t.Helper()
	f.items = map[string]string{}
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
			go f.serve(c)
		}
	}()
	return Target{"fake", l.Addr().String()}
}

func (f *fakeServer) serve(c net.Conn) {
	defer c.Close()
	in, out := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if err := f.answer(strings.Fields(line), in, out); err != nil {
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
