package bench

import (
	"encoding/binary"
	"testing"
)

// frame is datagram n of total of a message.
func frame(n, total uint16, data string) []byte {
	out := appendFrame(nil, 5)
	binary.BigEndian.PutUint16(out[2:], n)
	binary.BigEndian.PutUint16(out[4:], total)
	return append(out, data...)
}

// TestMessage puts answers together from datagrams in any order; one that comes twice counts once.
func TestMessage(t *testing.T) {
	var m message
	for i, d := range [][]byte{frame(2, 3, "c"), frame(0, 3, "a"), frame(2, 3, "c"), frame(1, 3, "b")} {
		answer, whole, err := m.add(d)
		if err != nil || whole != (i == 3) || whole && string(answer) != "abc" {
			t.Errorf("datagram %d: %q, %v, %v", i, answer, whole, err)
		}
	}
	var single message
	if answer, whole, err := single.add(frame(0, 1, "x")); string(answer) != "x" || !whole || err != nil {
		t.Errorf("%q, %v, %v", answer, whole, err)
	}
}

func TestMessageFaults(t *testing.T) {
	m := message{parts: make([][]byte, 2)}
	for _, d := range [][]byte{frame(0, 0, ""), frame(2, 2, ""), frame(0, 3, "")} {
		if _, _, err := m.add(d); err == nil {
			t.Errorf("%v is taken", d)
		}
	}
	if _, ok := frameID(make([]byte, frameSize-1)); ok {
		t.Error("a datagram without a frame is taken")
	}
}

func TestSplitAddress(t *testing.T) {
	for address, want := range map[string][2]string{
		"host:11211":        {"tcp", "host:11211"},
		":11211":            {"tcp", ":11211"},
		"tcp:[::1]:11211":   {"tcp", "[::1]:11211"},
		"udp:127.0.0.1:1":   {"udp", "127.0.0.1:1"},
		"/tmp/socket":       {"unix", "/tmp/socket"},
		"dir/socket":        {"unix", "dir/socket"},
		"unix:socket":       {"unix", "socket"},
		"unix:/tmp/with:no": {"unix", "/tmp/with:no"},
	} {
		if network, rest, err := splitAddress(address); network != want[0] || rest != want[1] || err != nil {
			t.Errorf("%s: %s, %s, %v", address, network, rest, err)
		}
	}
	for _, address := range []string{"host", "host:", "host:0", "host:70000", "host:x", "::1:5",
		"udp:", "udp:host", "unix:", "", "1:2:3"} {
		if _, _, err := splitAddress(address); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}
