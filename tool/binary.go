package tool

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// The binary protocol, as far as figures and logins need it.
const (
	magicRequest  = 0x80
	magicResponse = 0x81
	packetHeader  = 24
	maxBody       = 64 << 10 // bytes in an answer: figures and challenges are short

	opStat     = 0x10
	opSASLList = 0x20
	opSASLAuth = 0x21
	opSASLStep = 0x22

	codeOK       = 0x0000
	codeRefused  = 0x0020
	codeContinue = 0x0021
)

// packet is an answer.
type packet struct {
	opcode byte
	code   uint16
	key    string
	value  []byte
}

// request makes a packet without extras. opaque is echoed and means nothing.
func request(opcode byte, opaque, key string, value []byte) []byte {
	b := make([]byte, packetHeader, packetHeader+len(key)+len(value))
	b[0], b[1] = magicRequest, opcode
	binary.BigEndian.PutUint16(b[2:], uint16(len(key)))
	binary.BigEndian.PutUint32(b[8:], uint32(len(key)+len(value)))
	copy(b[12:16], opaque)
	return append(append(b, key...), value...)
}

// readPacket reads an answer to a request with that opcode.
func readPacket(r io.Reader, opcode byte) (p packet, err error) {
	var head [packetHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return p, err
	}
	keyLen, extras := int(binary.BigEndian.Uint16(head[2:])), int(head[4])
	length := binary.BigEndian.Uint32(head[8:])
	p.opcode, p.code = head[1], binary.BigEndian.Uint16(head[6:])
	if head[0] != magicResponse || p.opcode != opcode || length > maxBody || keyLen+extras > int(length) {
		return p, fmt.Errorf("%w: it answers %q", errBroken, printable(string(head[:])))
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return p, err
	}
	p.key, p.value = string(body[extras:extras+keyLen]), body[extras+keyLen:]
	return p, nil
}

// binaryServer is a connection to a server that speaks the binary protocol. Its errors are as those of server.
type binaryServer struct{ server }

func connectBinary(address string, timeout time.Duration) (*binaryServer, error) {
	s, err := connect(address, timeout)
	if err != nil {
		return nil, err
	}
	s.speaks = "binary"
	return &binaryServer{*s}, nil
}

// send sends a request. The answer has to be complete within the timeout from now.
func (s *binaryServer) send(opcode byte, key string, value []byte) error {
	s.allow()
	if _, err := s.conn.Write(request(opcode, "", key, value)); err != nil {
		return s.readError(err)
	}
	return nil
}

// receive reads an answer.
func (s *binaryServer) receive(opcode byte) (packet, error) {
	p, err := readPacket(s.in, opcode)
	if err != nil {
		return p, s.readError(err)
	}
	return p, nil
}

// each asks for a group of figures, as server.each does.
func (s *binaryServer) each(group string, emit func(stat)) error {
	if err := s.send(opStat, group, nil); err != nil {
		return err
	}
	for range maxLines {
		p, err := s.receive(opStat)
		switch {
		case err != nil:
			return err
		case p.code == codeRefused:
			return fmt.Errorf("%s: it wants its clients to log in", s.address)
		case p.code != codeOK:
			return fmt.Errorf("%s: %w: %q", s.address, ErrRefused, printable(string(p.value)))
		case p.key == "":
			return nil
		}
		emit(stat{p.key, string(p.value)})
	}
	return fmt.Errorf("%s: %w: its figures have no end", s.address, errBroken)
}

// stats returns all of a group of figures.
func (s *binaryServer) stats(group string) ([]stat, error) { return gather(s.each, group) }
