package server

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gocached/protocol"
)

// connLine is what stats conns tells of a connection. Its addresses are asked for later, so that no loop waits for that.
type connLine struct {
	fd    int
	state string
}

// statsConns answers stats conns. What connections are doing their loops are asked, in the background.
func (f *figures) statsConns(i int, _ [][]byte) {
	switch {
	case !f.replies.stream:
		f.statsUnknown(i)
		return
	case f.refuseLong(i):
		return
	}
	s, asker := f.shared, f.replies.to.fd
	f.admin.park(i, func() time.Duration { return 0 }, func() protocol.Reply {
		return protocol.Reply{Text: describeConns(s, asker) + "END"}
	})
}

// describeConns returns the lines of stats conns, with their ends.
func describeConns(s *shared, asker int) string {
	var b strings.Builder
	for _, l := range s.sockets.Listeners {
		describeListener(&b, l.Control, "conn_listening", "")
	}
	for _, u := range s.sockets.UDP {
		if control, err := u.SyscallConn(); err == nil {
			describeListener(&b, control, "conn_read", "UDP")
		}
	}
	s.loopsMu.Lock()
	loops := slices.Clone(s.loops)
	s.loopsMu.Unlock()
	for _, l := range loops {
		for _, line := range l.listConns(asker) {
			describeConn(&b, line)
		}
	}
	return b.String()
}

// listConns asks a loop for its connections. A loop without any, or that is stopping, has none.
func (l *loop) listConns(asker int) []connLine {
	reply := make(chan []connLine, 1)
	err := l.rim.Execute(func() {
		var lines []connLine
		defer func() { reply <- lines }()
		l.guard(nil, func() { lines = l.conns.lines(asker) })
	})
	if err != nil {
		return nil
	}
	select {
	case lines := <-reply:
		return lines
	case <-l.shared.stopping:
		return nil
	}
}

// lines says what each connection is doing, in memcached's words.
func (t connTable) lines(asker int) (lines []connLine) {
	for fd, c := range t {
		if c == nil {
			continue
		}
		state := "conn_read"
		switch {
		case fd == asker:
			state = "conn_parse_cmd"
		case c.is(stateClosing | stateEnding):
			state = "conn_closing"
		case c.is(stateBlocked):
			state = "conn_mwrite"
		case c.receiving(), !c.isHeldUp() && !c.parser.Binary && bytes.IndexByte(c.in, '\n') >= 0: // a line whose value has not come
			state = "conn_nread"
		}
		lines = append(lines, connLine{fd, state})
	}
	return lines
}

func describeListener(b *strings.Builder, control syscall.RawConn, state, udp string) {
	_ = control.Control(func(fd uintptr) { // an error means that it is closed
		if udp != "" {
			fmt.Fprintf(b, "STAT %d:UDP %s\r\n", fd, udp)
		}
		local, _ := unix.Getsockname(int(fd))
		fmt.Fprintf(b, "STAT %d:addr %s\r\nSTAT %d:state %s\r\n", fd, addressText(local, udp != ""), fd, state)
	})
}

// describeConn tells of a connection, unless it has been closed since.
func describeConn(b *strings.Builder, line connLine) {
	local, err := unix.Getsockname(line.fd)
	peer, err2 := unix.Getpeername(line.fd)
	if err != nil || err2 != nil {
		return
	}
	fmt.Fprintf(b, "STAT %d:addr %s\r\nSTAT %d:listen_addr %s\r\nSTAT %d:state %s\r\n",
		line.fd, addressText(peer, false), line.fd, addressText(local, false), line.fd, line.state)
	if info, err := unix.GetsockoptTCPInfo(line.fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
		fmt.Fprintf(b, "STAT %d:secs_since_last_cmd %d\r\n", line.fd, info.Last_data_recv/1000)
	}
}

// addressText spells an address as memcached does.
func addressText(a unix.Sockaddr, udp bool) string {
	protocol := "tcp"
	if udp {
		protocol = "udp"
	}
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return fmt.Sprintf("%s:%d.%d.%d.%d:%d", protocol, a.Addr[0], a.Addr[1], a.Addr[2], a.Addr[3], a.Port)
	case *unix.SockaddrInet6:
		return fmt.Sprintf("%s6:[%s]:%d", protocol, netip.AddrFrom16(a.Addr), a.Port)
	case *unix.SockaddrUnix:
		if a.Name != "" {
			return "unix:" + a.Name
		}
	}
	return "unix:<AF 1>"
}
