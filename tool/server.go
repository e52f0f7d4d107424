package tool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Bounds on what a server may answer.
const (
	maxLine  = 4096    // bytes in a line: a key has at most 250, a setting may hold a path
	maxLines = 100_000 // lines in the answer to a stats command
	maxValue = 1 << 30 // bytes in a value: the largest that memcached's -I allows
)

// errBroken is the cause of errors about a server that breaks the protocol.
var errBroken = errors.New("that is no memcached")

// ErrRefused is the cause of errors about a server that says no, as it does if it does not know what it is asked for.
var ErrRefused = errors.New("it refuses")

// server is a connection to one server. Its methods return errors that are whole sentences and name the address.
type server struct {
	address string
	speaks  string // the protocol, for errors
	timeout time.Duration
	conn    net.Conn
	in      *bufio.Reader
	heard   bool // it has sent something, or was asked why not
}

// splitAddress says where an address leads: a path leads to a unix socket, and port 11211 is assumed.
func splitAddress(address string) (network, where string) {
	if strings.Contains(address, "/") {
		return "unix", address
	}
	if _, _, err := net.SplitHostPort(address); err == nil {
		return "tcp", address
	}
	return "tcp", net.JoinHostPort(strings.Trim(address, "[]"), "11211")
}

func connect(address string, timeout time.Duration) (*server, error) {
	network, where := splitAddress(address)
	conn, err := net.DialTimeout(network, where, timeout)
	if err != nil {
		return nil, dialError(where, timeout, err)
	}
	return &server{address: where, speaks: "text", timeout: timeout, conn: conn, in: bufio.NewReaderSize(conn, maxLine)}, nil
}

// dialError says in one sentence why a server cannot be reached.
func dialError(where string, timeout time.Duration, err error) error {
	var dns *net.DNSError
	var address *net.AddrError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("%s: there is no host named %q", where, printable(dns.Name))
	case errors.As(err, &dns):
		return fmt.Errorf("%s: the name of the host cannot be looked up: %s", where, dns.Err)
	case errors.As(err, &address):
		return fmt.Errorf("%s: that is no address: %s", printable(where), address.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%s: nothing listens there", where)
	case errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("%s: there is no such socket", where)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: no connection within %v", where, timeout)
	}
	return fmt.Errorf("%s: %w", where, err)
}

func (s *server) close() { s.conn.Close() }

// ask sends a line. The answer has to be complete within the timeout from now, see allow.
func (s *server) ask(line string) error {
	s.allow()
	if _, err := s.conn.Write([]byte(line + "\r\n")); err != nil {
		return s.readError(err)
	}
	return nil
}

// allow gives the server the whole timeout again.
func (s *server) allow() { s.conn.SetDeadline(time.Now().Add(s.timeout)) }

// allowValue gives the server the whole timeout again, and a second more for each megabyte of a value.
func (s *server) allowValue(length int64) {
	s.conn.SetDeadline(time.Now().Add(s.timeout + time.Duration(length>>20)*time.Second))
}

// line reads one line, without its end. The bytes are gone with the next read.
func (s *server) line() (string, error) {
	if !s.heard {
		if err := s.listen(); err != nil {
			return "", err
		}
	}
	b, err := s.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", fmt.Errorf("%s: %w: it sends a line without end", s.address, errBroken)
	}
	if err != nil {
		return "", s.readError(err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func (s *server) readError(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: no whole answer within %v; it may be busy, or no memcached that speaks %s",
			s.address, s.timeout, s.speaks)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("%s: it hangs up instead of answering; it may be full, or no memcached that speaks %s", s.address, s.speaks)
	}
	return fmt.Errorf("%s: %w", s.address, err)
}

// stat is one line of an answer to stats.
type stat struct{ name, value string }

// each asks for a group of figures, "" for the general ones, and gives them to emit as they come, in the server's order.
func (s *server) each(group string, emit func(stat)) error {
	if err := s.ask(strings.TrimSpace("stats " + group)); err != nil {
		return err
	}
	for range maxLines {
		line, err := s.line()
		if err != nil {
			return err
		}
		if line == "END" {
			return nil
		}
		word, rest, _ := strings.Cut(line, " ")
		if word != "STAT" {
			return s.unexpected(line)
		}
		name, value, _ := strings.Cut(rest, " ")
		emit(stat{name, value})
	}
	return fmt.Errorf("%s: %w: its figures have no end", s.address, errBroken)
}

// stats returns all of a group of figures.
func (s *server) stats(group string) ([]stat, error) { return gather(s.each, group) }

// gather returns what each gives to emit, or nothing if it fails.
func gather(each func(string, func(stat)) error, group string) (out []stat, err error) {
	if err := each(group, func(s stat) { out = append(out, s) }); err != nil {
		return nil, err
	}
	return out, nil
}

// unexpected is the error for a line that should not be there.
func (s *server) unexpected(line string) error {
	const show = 60
	if strings.Contains(line, "unauthenticated") || strings.Contains(line, "authentication") {
		return fmt.Errorf("%s: it wants its clients to authenticate first, in text (-Y), which is not known here", s.address)
	}
	if len(line) > show {
		line = line[:show] + "..."
	}
	if isRefusal(line) {
		return fmt.Errorf("%s: %w: %q", s.address, ErrRefused, printable(line))
	}
	return fmt.Errorf("%s: %w: it answers %q", s.address, errBroken, printable(line))
}

// isRefusal reports whether a line is one of the ways in which memcached says no.
func isRefusal(line string) bool {
	return line == "ERROR" || strings.HasPrefix(line, "CLIENT_ERROR") || strings.HasPrefix(line, "SERVER_ERROR") ||
		strings.HasPrefix(line, "BUSY")
}

// printable replaces what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufffd' || r >= '\u202a' && r <= '\u202e' {
			return '?'
		}
		return r
	}, s)
}
