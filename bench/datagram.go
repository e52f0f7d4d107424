package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// frameSize is how many bytes stand before the request or answer in a datagram: the number of the request, which its
// answer brings back, the number of the datagram within the message, how many there are, and two bytes of no use.
const frameSize = 8

// maxDatagram is more than any datagram can hold; maxRequest is less than what the servers' read buffers take.
const (
	maxDatagram = 64 << 10
	maxRequest  = 60_000
)

func appendFrame(dst []byte, id uint16) []byte {
	dst = binary.BigEndian.AppendUint16(dst, id)
	return append(dst, 0, 0, 0, 1, 0, 0)
}

// message puts an answer together from its datagrams, which may come in any order.
type message struct {
	parts [][]byte
	have  int
}

// frameID is the number of the request that a datagram answers.
func frameID(datagram []byte) (id uint16, ok bool) {
	if len(datagram) < frameSize {
		return 0, false
	}
	return binary.BigEndian.Uint16(datagram), true
}

// add adds a datagram. Once all are there it returns the answer; one of a single datagram is not copied and lies in it.
func (m *message) add(datagram []byte) (answer []byte, whole bool, err error) {
	n, total := binary.BigEndian.Uint16(datagram[2:]), binary.BigEndian.Uint16(datagram[4:])
	datagram = datagram[frameSize:]
	if n >= total || m.parts != nil && int(total) != len(m.parts) {
		return nil, false, fmt.Errorf("datagram %d of %d is impossible", n, total)
	}
	if total == 1 {
		return datagram, true, nil
	}
	if m.parts == nil {
		m.parts = make([][]byte, total)
	}
	if m.parts[n] != nil {
		return nil, false, nil // it came twice
	}
	m.parts[n] = append(make([]byte, 0, len(datagram)), datagram...)
	if m.have++; m.have < len(m.parts) {
		return nil, false, nil
	}
	for _, p := range m.parts {
		answer = append(answer, p...)
	}
	return answer, true, nil
}

// askDatagram sends a request in one datagram and returns the answer to it. It asks again where none comes.
func askDatagram(c net.Conn, request []byte) ([]byte, error) {
	in := make([]byte, maxDatagram)
	for try := range uint16(10) {
		if _, err := c.Write(append(appendFrame(nil, try), request...)); err != nil {
			return nil, err
		}
		var m message
		for c.SetReadDeadline(time.Now().Add(Patience / 20)); ; {
			n, err := c.Read(in)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				return nil, err
			}
			if id, ok := frameID(in[:n]); !ok || id != try {
				continue
			}
			if answer, whole, err := m.add(in[:n]); err != nil || whole {
				return answer, err
			}
		}
	}
	return nil, errors.New("no answer by datagram")
}
