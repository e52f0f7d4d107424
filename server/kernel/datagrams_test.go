package kernel

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// listenUDP returns a socket of the loopback, and its address.
func listenUDP(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// TestDatagrams answers many at a time, from several peers and of all lengths: each gets its own.
func TestDatagrams(t *testing.T) {
	c, at := listenUDP(t)
	s, in, out := NewUDPSocket(c), NewIncoming(), NewOutgoing(1400)
	lengths := []int{0, 1, 1000, 9000, MaxDatagram - 1 - 8 - 20}
	var peers []*net.UDPConn
	for i, length := range lengths {
		peer, _ := listenUDP(t)
		peers = append(peers, peer)
		if _, err := peer.WriteToUDPAddrPort([]byte(strings.Repeat(fmt.Sprint(i), length)), at); err != nil {
			t.Fatal(err)
		}
	}
	for answered := 0; answered < len(lengths); answered += in.Count() {
		if err := s.Read(in); err != nil || in.Count() == 0 {
			t.Fatalf("reads %d datagrams, %v", in.Count(), err)
		}
		answer(t, s, in, out)
	}
	for i, peer := range peers {
		got := make([]byte, 100)
		n, err := peer.Read(got)
		if want := fmt.Sprintf("%d bytes, the first %.1q", lengths[i], strings.Repeat(fmt.Sprint(i), lengths[i])); string(got[:n]) != want || err != nil {
			t.Errorf("is answered %q, %v; want %q", got[:n], err, want)
		}
	}
	_ = c.Close()
	if err := s.Read(in); !errors.Is(err, net.ErrClosed) {
		t.Errorf("once it is closed: %v", err)
	}
}

// answer tells every datagram's sender about it.
func answer(t *testing.T, s *UDPSocket, in *Incoming, out *Outgoing) {
	t.Helper()
	total := 0
	for i := range in.Count() {
		d := in.Datagram(i)
		b := fmt.Appendf(out.Next(), "%d bytes, the first %.1q", len(d), d)
		total += len(b)
		if out.Add(b, in, i); out.Count() != i+1 {
			t.Errorf("%d datagrams, want %d", out.Count(), i+1)
		}
		if to, _ := out.To(i); to != in.From(i) || string(out.Datagram(i)) != string(b) {
			t.Errorf("answers %+v with %q, want %+v and %q", to, out.Datagram(i), in.From(i), b)
		}
	}
	n := out.Count()
	if out.Clear(); out.Bytes(0, n) != total {
		t.Errorf("%d bytes, want %d", out.Bytes(0, n), total)
	}
	for from := 0; from < n; {
		most := min(2, n-from)
		sent, err := s.Write(out, from, from+most)
		if err != nil || sent == 0 || sent > most {
			t.Fatalf("sends %d of %d datagrams: %v", sent, most, err)
		}
		from += sent
	}
}

// TestPut: what is put is there as if it had been read, until it is cleared.
func TestPut(t *testing.T) {
	in, out := NewIncoming(), NewOutgoing(10)
	for range 2 {
		in.Clear()
		for i := range DatagramBatch {
			in.Put(fmt.Appendf(nil, "%d", i), Address{Port: uint16(i)})
			out.Add(append(out.Next(), in.Datagram(i)...), in, i)
			if to, ok := out.To(i); !ok || to.Port != uint16(i) || string(out.Datagram(i)) != fmt.Sprint(i) {
				t.Errorf("datagram %d: %q to %+v", i, out.Datagram(i), to)
			}
		}
		if in.Count() != DatagramBatch || !out.Full() {
			t.Errorf("%d in, %d out", in.Count(), out.Count())
		}
		out.Clear()
	}
}
