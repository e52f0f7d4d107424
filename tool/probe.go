package tool

import (
	"errors"
	"fmt"
	"time"
)

// A server with -S speaks binary only, and says nothing at all to a client that speaks text. So one who waits in vain for
// the first byte of an answer, or is hung up on, asks the server in binary what it is.

const (
	// silence is how long a server may be silent before it is asked in binary: a few times what a busy one takes.
	silence = 300 * time.Millisecond

	// probeTime is how long it may take over that answer, at most.
	probeTime = time.Second
)

// errBinaryOnly says that a server speaks binary only, and wants no login.
var errBinaryOnly = errors.New("it speaks the binary protocol only")

// nature is what a server says of itself in binary.
type nature struct {
	binary     bool   // it speaks the binary protocol
	sasl       bool   // and wants its clients to log in
	mechanisms string // by these
}

// probe asks a server what it is, by the list of SASL mechanisms, which needs no login. A server that takes text only finds
// an end of line in the packet, answers that it knows no such command, and need not be waited for.
func probe(address string, timeout time.Duration) (n nature) {
	s, err := connect(address, min(timeout, probeTime))
	if err != nil {
		return n
	}
	defer s.close()
	n, _ = s.nature()
	return n
}

// nature asks for the list.
func (s *server) nature() (n nature, err error) {
	s.allow()
	if _, err := s.conn.Write(request(opSASLList, "\r\n\r\n", "", nil)); err != nil {
		return n, s.readError(err)
	}
	first, err := s.in.Peek(1)
	if err != nil {
		return n, s.readError(err)
	}
	if first[0] != magicResponse {
		return n, nil
	}
	p, err := readPacket(s.in, opSASLList)
	if err != nil {
		return n, s.readError(err)
	}
	n.binary, n.sasl = true, p.code == codeOK
	if n.sasl {
		n.mechanisms = printable(string(p.value))
	}
	return n, nil
}

// speaksText reports whether a server answers the simplest question in text, in a moment.
func speaksText(address string, timeout time.Duration) bool {
	s, err := connect(address, min(timeout, silence))
	if err != nil {
		return false
	}
	defer s.close()
	s.allow()
	if _, err := s.conn.Write([]byte("version\r\n")); err != nil {
		return false
	}
	_, err = s.in.Peek(1)
	return err == nil
}

// listen waits for the first byte that a server sends. If there is none for a moment it finds out why.
func (s *server) listen() error {
	s.heard = true
	s.conn.SetReadDeadline(time.Now().Add(min(silence, s.timeout)))
	_, err := s.in.Peek(1)
	s.allow()
	if err == nil {
		return nil
	}
	switch n := probe(s.address, s.timeout); {
	case n.sasl:
		return wantsLogin(s.address, n)
	case n.binary && !speaksText(s.address, s.timeout):
		return fmt.Errorf("%s: %w", s.address, errBinaryOnly)
	}
	return nil // it is slow, or line says what is wrong
}

// wantsLogin is the error for a server that lets nobody in without a login.
func wantsLogin(address string, n nature) error {
	return fmt.Errorf("%s: it wants its clients to log in (-S): give --user, with the password in %s or by --password-file. "+
		"It offers %s", address, PasswordVariable, n.mechanisms)
}
