package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"gocached/conformance/cases"
)

// client speaks the text protocol over one connection, with nothing that would cost time of its own. What goes wrong
// ends the case.
type client struct {
	connection net.Conn
	in         *bufio.Reader
	out        *bufio.Writer
}

func dial(address string) *client {
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	cases.NoError(err)
	connection.SetDeadline(time.Now().Add(60 * time.Second))
	return &client{connection, bufio.NewReaderSize(connection, 1<<16), bufio.NewWriterSize(connection, 1<<16)}
}

func value(i int) string { return fmt.Sprintf("the value of key number %08d", i) }

// setAll stores keys 0 to count, a hundred requests ahead of the answers.
func (c *client) setAll(prefix string, count int) {
	const ahead = 100
	for base := 0; base < count; base += ahead {
		for i := base; i < base+ahead; i++ {
			fmt.Fprintf(c.out, "set %s%d 0 0 %d\r\n%s\r\n", prefix, i, len(value(i)), value(i))
		}
		cases.NoError(c.out.Flush())
		for range ahead {
			cases.Same(c.line(), "STORED")
		}
	}
}

func (c *client) set(prefix string, i int) {
	fmt.Fprintf(c.out, "set %s%d 0 0 %d\r\n%s\r\n", prefix, i, len(value(i)), value(i))
	cases.NoError(c.out.Flush())
	cases.Same(c.line(), "STORED")
}

// get asks in one request for the keys from first to last, and returns those that were found. Each value must be right.
func (c *client) get(prefix string, first, last int) (found []int) {
	c.ask(prefix, first, last)
	for {
		line := c.line()
		if line == "END" {
			return found
		}
		word, rest, _ := strings.Cut(line, " ")
		name, _, _ := strings.Cut(rest, " ")
		i, err := strconv.Atoi(strings.TrimPrefix(name, prefix))
		if word != "VALUE" || err != nil {
			cases.Fail("got " + line)
		}
		cases.Same(c.line(), value(i))
		found = append(found, i)
	}
}

// misses says whether a key is answered as missing; an error line is not a miss.
func (c *client) misses(prefix string, i int) bool {
	defer c.connection.Close()
	c.ask(prefix, i, i+1)
	return c.line() == "END"
}

func (c *client) ask(prefix string, first, last int) {
	c.out.WriteString("get")
	for i := first; i < last; i++ {
		fmt.Fprintf(c.out, " %s%d", prefix, i)
	}
	c.out.WriteString("\r\n")
	cases.NoError(c.out.Flush())
}

func (c *client) line() string {
	line, err := c.in.ReadSlice('\n')
	cases.NoError(err)
	return string(bytes.TrimSuffix(line, []byte("\r\n")))
}
