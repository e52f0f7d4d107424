package listen

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenUDP checks which flags open UDP, and on which port.
func TestOpenUDP(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket")
	for _, c := range []struct {
		flags          []string
		listeners, udp int // how many sockets
	}{
		{[]string{"p", "-1"}, 1, 0},
		{[]string{"p", "-1", "U", "0"}, 1, 0},
		{[]string{"U", "-1"}, 1, 1},
		{[]string{"p", "-1", "U", "-1"}, 1, 1},
		{[]string{"p", "0", "U", "-1"}, 0, 1},
		{[]string{"U", "0"}, 0, 0},
		{[]string{"p", "-1", "o", "udp_follows_tcp"}, 1, 1},
		{[]string{"p", "-1", "U", "0", "o", "udp_follows_tcp"}, 1, 0},
		{[]string{"p", "0", "o", "udp_follows_tcp"}, 0, 0},
		{[]string{"p", "-1", "U", "-1", "S", ""}, 1, 0},
		{[]string{"U", "-1", "S", ""}, 1, 0},
		{[]string{"p", "-1", "U", "-1", "s", socket}, 1, 0},
	} {
		opened := openAllFor(t, append(c.flags, "l", "127.0.0.1")...)
		if len(opened.Listeners) != c.listeners || len(opened.UDP) != c.udp {
			t.Errorf("%q opened %d and %d sockets, want %d and %d", c.flags, len(opened.Listeners), len(opened.UDP),
				c.listeners, c.udp)
		}
		if c.listeners+c.udp == 2 && UDPPort(opened.UDP[0]) != opened.Listeners[0].Port() {
			t.Logf("%q opened different ports", c.flags) // possible, if somebody else had the port
		}
	}
}

// TestOpenUDPWildcard checks that every address means one socket for each family, as for TCP, all on one port.
func TestOpenUDPWildcard(t *testing.T) {
	opened := openAllFor(t, "U", "-1")
	if len(opened.UDP) != len(opened.Listeners) {
		t.Fatalf("opened %v", opened)
	}
	for i, c := range opened.UDP {
		if got, want := c.LocalAddr().String(), opened.Listeners[i].Addr().String(); got != want {
			t.Logf("UDP is on %s, TCP on %s", got, want) // possible, if somebody else had the port
		}
	}
}

// TestUDPInUse checks that a port in use is an error, and that TCP is closed again then.
func TestUDPInUse(t *testing.T) {
	var port int
	var err error
	for range 5 { // the TCP port of that number may be somebody else's
		taken := openAllFor(t, "p", "0", "U", "-1", "l", "127.0.0.1")
		port = UDPPort(taken.UDP[0])
		_, err = Open(settingsOf(t, "U", fmt.Sprint(port), "l", "127.0.0.1"))
		if err == nil || !strings.Contains(err.Error(), "TCP") {
			break
		}
	}
	want := fmt.Sprintf("failed to listen on UDP port %d: Address already in use (127.0.0.1): another server may run there; "+
		"-U or -l names another port", port)
	if err == nil || err.Error() != want {
		t.Errorf("a second server: %v, want %s", err, want)
	}
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatalf("TCP is still bound: %v", err)
	}
	l.Close()
}
