// Program get asks a server in this process for one item, and writes to the folder that it is given which code that took.
// It must be built with go build -cover -covermode=atomic. TestStations runs it.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/coverage"
	"time"

	"gocached/engine/memory"
	"gocached/server"
	"gocached/server/oplog"
	"gocached/server/settings"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// gets is how many gets are counted, so that what else happens now and then is little beside them.
const gets = 1000

func run(dir string) error {
	st := settings.Default()
	st.Port, st.Listen, st.Threads = -1, []string{"127.0.0.1"}, 1
	s, err := server.New(st, memory.New(), oplog.New(io.Discard))
	if err != nil {
		return err
	}
	if err := s.Listen(); err != nil {
		return err
	}
	go func() { _ = s.Serve() }()
	c, err := net.Dial("tcp", s.Addrs()[0].String())
	if err != nil {
		return err
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	if err := ask(c, r, "set a 0 0 1\r\nx\r\n", 1); err != nil {
		return err
	}
	if err := askMany(c, r); err != nil { // until the loop polls by itself
		return err
	}
	if err := coverage.ClearCounters(); err != nil {
		return err
	}
	if err := askMany(c, r); err != nil {
		return err
	}
	if err := coverage.WriteMetaDir(dir); err != nil {
		return err
	}
	return coverage.WriteCountersDir(dir)
}

func askMany(c net.Conn, r *bufio.Reader) error {
	for range gets {
		if err := ask(c, r, "get a\r\n", 3); err != nil {
			return err
		}
	}
	return nil
}

// ask sends a request and reads as many lines as its answer has.
func ask(c net.Conn, r *bufio.Reader, request string, lines int) error {
	if _, err := io.WriteString(c, request); err != nil {
		return err
	}
	for range lines {
		if _, err := r.ReadSlice('\n'); err != nil {
			return err
		}
	}
	return nil
}
