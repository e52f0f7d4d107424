package golden

import (
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"time"
)

// playDatagrams sends one datagram and collects as many as are expected. They may arrive in any order and are compared
// in that of their sequence numbers, which are two bytes at offset 2.
func (t *talk) playDatagrams(step *Step) error {
	send, err := step.Send.bytes(t.seen)
	if err != nil {
		return err
	}
	want, err := step.Expect.datagrams()
	if err != nil {
		return err
	}
	if t.udp == nil {
		if t.udp, err = net.Dial("udp", t.server.UDP); err != nil {
			return err
		}
	}
	if _, err := t.udp.Write(send); err != nil {
		return err
	}
	if len(want) == 0 {
		return t.udpSilence()
	}
	got, err := t.receive(len(want))
	if err != nil {
		return err
	}
	for i, p := range want {
		used, v := p.match(got[i], t.seen)
		if v == more && endsInAny(p) {
			v, used = yes, len(got[i])
		}
		if v != yes || used != len(got[i]) {
			return fmt.Errorf("datagram %d: got %s, want %s", i, quote(got[i]), p)
		}
	}
	return nil
}

func endsInAny(p payload) bool { return len(p) > 0 && p[len(p)-1].kind == anyLine }

func (t *talk) receive(n int) ([][]byte, error) {
	var got [][]byte
	t.udp.SetReadDeadline(time.Now().Add(patience))
	for len(got) < n {
		buf := make([]byte, 65536)
		k, err := t.udp.Read(buf)
		if err != nil {
			return nil, fmt.Errorf("%d of %d datagrams came: %w", len(got), n, err)
		}
		got = append(got, buf[:k])
	}
	sequence := func(b []byte) uint16 {
		if len(b) < 8 {
			return 0
		}
		return binary.BigEndian.Uint16(b[2:])
	}
	slices.SortStableFunc(got, func(a, b []byte) int { return int(sequence(a)) - int(sequence(b)) })
	return got, nil
}

// udpSilence fails if a datagram comes.
func (t *talk) udpSilence() error {
	t.udp.SetReadDeadline(time.Now().Add(silence))
	buf := make([]byte, 65536)
	if n, err := t.udp.Read(buf); err == nil {
		return fmt.Errorf("got datagram %s, want silence", quote(buf[:n]))
	}
	return nil
}
