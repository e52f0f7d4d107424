// Package listen opens the sockets that the settings ask for, all of them or none, and keeps the gate that -c sets.
//
// It serves nobody: what is accepted is the caller's.
package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"unicode"

	"gocached/server/settings"
	"gocached/server/transport"
)

// Kind is what a listener and its connections are to the system.
type Kind uint8

// The kinds.
const (
	KindTCP Kind = iota
	KindUnix
	KindUDP // no listener has it, and all clients of a socket share one connection
)

// Listener is one socket that accepts connections, already listening.
//
// It may be copied; all copies are one listener. Close also removes the file of a unix socket. Its methods are safe for
// concurrent use.
type Listener struct {
	net.Listener
	Kind Kind

	// Transport makes what the bytes of each connection go through, and is nil if they are plain.
	Transport transport.Maker

	backlog int
	Control syscall.RawConn
	file    socketFile // of a unix socket
}

// Port returns the bound TCP port, or 0 for a unix socket.
func (l Listener) Port() int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// Pause lets the kernel turn new connections away while the server has no room for them: they wait on the client's
// side and come in later. One that is already in the backlog stays there.
func (l Listener) Pause() error { return l.listen(0) }

// Resume undoes Pause.
func (l Listener) Resume() error { return l.listen(l.backlog) }

// listen calls listen(2) again, which changes the backlog.
func (l Listener) listen(backlog int) error {
	var err error
	if e := l.Control.Control(func(fd uintptr) { err = syscall.Listen(int(fd), backlog) }); e != nil {
		return e
	}
	return err
}

// Close stops listening and removes the file of a unix socket, if it is still ours.
func (l Listener) Close() error {
	err := l.Listener.Close()
	l.file.remove()
	return err
}

// Sockets is everything that a server is reached by.
type Sockets struct {
	Listeners []Listener     // TCP, or the one unix socket
	UDP       []*net.UDPConn // bound, not connected
}

// Close closes all of them.
func (s Sockets) Close() error {
	var faults []error
	for _, l := range s.Listeners {
		faults = append(faults, ignoreClosed(l.Close()))
	}
	for _, c := range s.UDP {
		faults = append(faults, ignoreClosed(c.Close()))
	}
	return errors.Join(faults...)
}

// Open opens every socket that the settings ask for (package settings, endpoints.go). It opens all or none: after an error
// nothing is bound.
//
// It then writes the port file if the settings name one (memcached's MEMCACHED_PORT_FILENAME).
//
// It departs from memcached 1.4.5, which is content when one of several addresses is free: here an address in use is
// an error, so that no two servers share a port unnoticed. Where any free port will do, all addresses of a transport get
// the same if they can, and so does UDP if that goes for TCP too.
func Open(s *settings.Settings) (Sockets, error) {
	var opened Sockets
	err := opened.open(s)
	if err == nil && s.Socket == "" && s.PortFile != "" {
		err = writePortFile(s.PortFile, opened)
	}
	if err != nil {
		opened.Close()
		return Sockets{}, err
	}
	return opened, nil
}

// open opens what the settings ask for. After an error what was opened before is still open.
func (s *Sockets) open(st *settings.Settings) error {
	if st.Socket != "" {
		l, err := openUnix(st.Socket, st.SocketMask, st.Backlog)
		if err != nil {
			return fmt.Errorf("failed to listen on UNIX socket: %s: %s", st.Socket, errorText(err))
		}
		s.Listeners = append(s.Listeners, l)
		return nil
	}
	tcp := opener{transport: "TCP", listen: func(at netip.AddrPort) (int, error) {
		l, err := listenTCP(at, st.Backlog)
		if err != nil {
			return 0, err
		}
		s.Listeners = append(s.Listeners, l)
		return l.Port(), nil
	}}
	if err := tcp.openAll(st.TCPEndpoints()); err != nil {
		return err
	}
	udp := opener{transport: "UDP", listen: func(at netip.AddrPort) (int, error) {
		c, err := ListenUDP(at)
		if err != nil {
			return 0, err
		}
		s.UDP = append(s.UDP, c)
		return UDPPort(c), nil
	}}
	udp.got = tcp.got
	return udp.openAll(st.UDPEndpoints())
}

// opener opens the sockets of one transport.
type opener struct {
	transport string                                     // for messages
	listen    func(netip.AddrPort) (port int, err error) // opens one and keeps it
	got       int                                        // the port that the kernel chose where any would do, or 0
	seen      map[netip.AddrPort]bool                    // what was asked for already
}

// openAll opens a socket for each of the endpoints, unless there is a fault about them.
func (o *opener) openAll(endpoints []settings.Endpoint, fault string) error {
	if fault != "" {
		return errors.New(fault)
	}
	o.seen = map[netip.AddrPort]bool{}
	for _, e := range endpoints {
		if err := o.openEndpoint(e); err != nil {
			return fmt.Errorf("failed to listen on %s port %d: %s (%s)%s", o.transport, e.Port, errorText(err), e, o.advice(err))
		}
	}
	return nil
}

// advice says what to do about a port that is taken.
func (o *opener) advice(err error) string {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return ""
	}
	flag := "-p"
	if o.transport == "UDP" {
		flag = "-U"
	}
	return ": another server may run there; " + flag + " or -l names another port"
}

// openEndpoint opens a socket for each address that an endpoint stands for. One that this machine cannot have, such as
// an IPv6 address where there is no IPv6, is left out if another can be had.
func (o *opener) openEndpoint(e settings.Endpoint) error {
	addresses, err := e.Addresses()
	if err != nil {
		return err
	}
	var missing error
	opened := false
	for _, a := range addresses {
		switch err := o.open(a, e.Port); {
		case err == nil:
			opened = true
		case errors.Is(err, syscall.EAFNOSUPPORT), errors.Is(err, syscall.EADDRNOTAVAIL):
			missing = err
		default:
			return err
		}
	}
	if !opened {
		return missing
	}
	return nil
}

// open opens a socket for one address, unless that was done already.
func (o *opener) open(a netip.Addr, port int) error {
	asked := netip.AddrPortFrom(a, uint16(max(port, 0)))
	if o.seen[asked] {
		return nil
	}
	bound, err := 0, error(syscall.EADDRINUSE)
	if port == -1 && o.got != 0 {
		bound, err = o.listen(netip.AddrPortFrom(a, uint16(o.got)))
	}
	if port != -1 || errors.Is(err, syscall.EADDRINUSE) {
		bound, err = o.listen(asked)
	}
	if err != nil {
		return err
	}
	o.seen[asked] = true
	if port == -1 && o.got == 0 {
		o.got = bound
	}
	return nil
}

// listenTCP opens one TCP socket. IPv6 ones take IPv6 only. Accepted connections inherit keep-alive from it.
func listenTCP(at netip.AddrPort, backlog int) (Listener, error) {
	network := "tcp6"
	if at.Addr().Is4() {
		network = "tcp4"
	}
	config := net.ListenConfig{KeepAlive: -1, Control: keepAlive}
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), network, at.String())
	if err != nil {
		return Listener{}, err
	}
	return newListener(l, l.(*net.TCPListener), KindTCP, backlog)
}

// keepAlive switches keep-alive on with the system's intervals, as memcached does.
func keepAlive(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1)
	}); e != nil {
		return e
	}
	return err
}

// newListener finishes a socket that listens: it sets the backlog. On an error it closes the socket.
func newListener(l net.Listener, c syscall.Conn, kind Kind, backlog int) (Listener, error) {
	control, err := c.SyscallConn()
	made := Listener{Listener: l, Kind: kind, backlog: backlog, Control: control}
	if err == nil {
		err = made.Resume()
	}
	if err != nil {
		l.Close()
		return Listener{}, err
	}
	return made, nil
}

// errorText returns an error in the words of the system alone, as C programs print it: "Address already in use".
func errorText(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := []rune(errno.Error())
	text[0] = unicode.ToUpper(text[0])
	return string(text)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
