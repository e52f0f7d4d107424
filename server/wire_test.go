package server

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The codes of binary replies that these tests look for.
const (
	codeOK        = 0x0000
	codeNotFound  = 0x0001
	codeTooLarge  = 0x0003
	codeInvalid   = 0x0004
	codeAuth      = 0x0020
	codeContinue  = 0x0021
	codeUnknown   = 0x0081
	opSASLList    = 0x20
	opSASLAuth    = 0x21
	opSASLStep    = 0x22
	authenticated = "Authenticated"
	authFailure   = "Auth failure."
)

// frame makes a request packet with a body of any length and with an opaque.
func frame(opcode byte, opaque uint32, extras, key, value string) string {
	b := make([]byte, 24, 24+len(extras)+len(key)+len(value))
	b[0], b[1], b[4] = 0x80, opcode, byte(len(extras))
	binary.BigEndian.PutUint16(b[2:], uint16(len(key)))
	binary.BigEndian.PutUint32(b[8:], uint32(len(extras)+len(key)+len(value)))
	binary.BigEndian.PutUint32(b[12:], opaque)
	return string(b) + extras + key + value
}

// answer is a reply packet.
type answer struct {
	opcode byte
	code   uint16
	opaque uint32
	body   string
}

// packet reads one reply packet.
func (c *client) packet() answer {
	c.t.Helper()
	a, err := readAnswer(c.r)
	if err != nil {
		c.t.Fatalf("no reply packet: %v", err)
	}
	return a
}

func readAnswer(r io.Reader) (answer, error) {
	var h [24]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return answer{}, err
	}
	length := binary.BigEndian.Uint32(h[8:])
	if h[0] != 0x81 || length > 32<<20 {
		return answer{}, fmt.Errorf("not a reply packet: % x", h)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return answer{}, err
	}
	return answer{opcode: h[1], code: binary.BigEndian.Uint16(h[6:]), opaque: binary.BigEndian.Uint32(h[12:]), body: string(body)}, nil
}

// wants reads one reply packet and expects its code and body.
func (c *client) wants(code uint16, body string) {
	c.t.Helper()
	if a := c.packet(); a.code != code || a.body != body {
		c.t.Fatalf("opcode 0x%02x was answered 0x%04x %q, want 0x%04x %q", a.opcode, a.code, a.body, code, body)
	}
}

// binaryStat returns one figure of the general statistics over the binary protocol.
func (c *client) binaryStat(name string) (value string) {
	c.t.Helper()
	_, values := c.binaryStats("")
	return values[name]
}

// binaryStats is stats over the binary protocol.
func (c *client) binaryStats(group string) (names []string, values map[string]string) {
	c.t.Helper()
	c.send(frame(0x10, 0, "", group, ""))
	values = map[string]string{}
	for {
		var h [24]byte
		if _, err := io.ReadFull(c.r, h[:]); err != nil {
			c.t.Fatal(err)
		}
		body := make([]byte, binary.BigEndian.Uint32(h[8:]))
		if _, err := io.ReadFull(c.r, body); err != nil {
			c.t.Fatal(err)
		}
		if len(body) == 0 {
			return names, values
		}
		n := binary.BigEndian.Uint16(h[2:])
		name, value := string(body[:n]), string(body[n:])
		names, values[name] = append(names, name), value
	}
}
