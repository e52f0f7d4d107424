package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
)

// Some figures hold what the machine takes to start a process, to break a thousand connections off, to connect them. The
// reference shows how much that is: a server that answers END to every line and does nothing else, with a goroutine for
// each connection. It is this program itself, started with referenceMark in its environment.
const referenceMark = "LIMITS_REFERENCE=1"

// isReference says whether this process was started as one.
func isReference() bool {
	name, value, _ := strings.Cut(referenceMark, "=")
	return os.Getenv(name) == value
}

// reference is the server as something to attack.
func reference() target {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	return target{name: "reference", program: program, env: []string{referenceMark}}
}

// reference is the same attack on the reference. What it starts is stopped with what t has started.
func (t *trial) reference() *trial {
	other := &trial{options: t.options, target: reference(), attack: t.attack}
	t.also = append(t.also, other)
	return other
}

// serveReference listens on the port that -p names, or on any, and writes its number to a file as other servers do.
func serveReference(args []string) error {
	port := "0"
	for i, arg := range args[:len(args)-1] {
		if arg == "-p" && args[i+1] != "-1" {
			port = args[i+1]
		}
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	if file := os.Getenv("MEMCACHED_PORT_FILENAME"); file != "" {
		text := fmt.Sprintf("TCP INET: %d\n", l.Addr().(*net.TCPAddr).Port)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go answerEnd(c)
	}
}

// answerEnd answers END to every line.
func answerEnd(c net.Conn) {
	defer c.Close()
	for in := bufio.NewReader(c); ; {
		if _, err := in.ReadSlice('\n'); err != nil {
			return
		}
		if _, err := c.Write([]byte("END\r\n")); err != nil {
			return
		}
	}
}
