package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"unicode"
)

// Kind is the transport of a listener and of its connections.
type Kind uint8

// The transports.
const (
	KindTCP Kind = iota
	KindUnix
)

// Listener is one socket that accepts connections, already listening.
//
// It may be copied; all copies are one listener. Close also removes the file of a unix socket. Its methods are safe for
// concurrent use.
type Listener struct {
	net.Listener
	Kind    Kind
	backlog int
	control syscall.RawConn
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
	if e := l.control.Control(func(fd uintptr) { err = syscall.Listen(int(fd), backlog) }); e != nil {
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

// OpenListeners opens every socket that the settings ask for: a unix socket if there is -s, else one for each TCP
// address. It opens all or none: after an error nothing listens. The list is empty if TCP is off.
//
// It then writes the port file if the settings name one (memcached's MEMCACHED_PORT_FILENAME).
//
// It departs from memcached 1.4.5, which is content when one of several addresses is free: here an address in use is
// an error, so that no two servers share a port unnoticed. For -p -1 all addresses get the same port if they can.
func OpenListeners(s *Settings) ([]Listener, error) {
	if s.Socket != "" {
		l, err := openUnix(s.Socket, s.SocketMask, s.Backlog)
		if err != nil {
			return nil, fmt.Errorf("failed to listen on UNIX socket: %s: %s", s.Socket, errorText(err))
		}
		return []Listener{l}, nil
	}
	o := opener{backlog: s.Backlog, seen: map[netip.AddrPort]bool{}}
	err := o.openAll(s)
	if err == nil && s.PortFile != "" {
		err = writePortFile(s.PortFile, o.list)
	}
	if err != nil {
		for _, l := range o.list {
			l.Close()
		}
		return nil, err
	}
	return o.list, nil
}

// opener opens the TCP sockets of one server.
type opener struct {
	backlog int
	list    []Listener
	seen    map[netip.AddrPort]bool // what was asked for already
}

// openAll opens a socket for each address of the settings.
func (o *opener) openAll(s *Settings) error {
	if s.Port == 0 {
		return nil
	}
	endpoints, fault := endpoints(s)
	if fault != "" {
		return errors.New(fault)
	}
	for _, e := range endpoints {
		if err := o.openEndpoint(e); err != nil {
			return fmt.Errorf("failed to listen on TCP port %d: %s (%s)", e.port, errorText(err), e)
		}
	}
	return nil
}

// openEndpoint opens a socket for each address that an endpoint stands for. One that this machine cannot have, such as
// an IPv6 address where there is no IPv6, is left out if another can be had.
func (o *opener) openEndpoint(e endpoint) error {
	addresses, err := e.addresses()
	if err != nil {
		return err
	}
	var missing error
	opened := false
	for _, a := range addresses {
		switch err := o.open(a, e.port); {
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
	var l Listener
	err := error(syscall.EADDRINUSE)
	if port == -1 && len(o.list) > 0 {
		l, err = listenTCP(netip.AddrPortFrom(a, uint16(o.list[0].Port())), o.backlog)
	}
	if port != -1 || errors.Is(err, syscall.EADDRINUSE) {
		l, err = listenTCP(asked, o.backlog)
	}
	if err != nil {
		return err
	}
	o.seen[asked] = true
	o.list = append(o.list, l)
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
	made := Listener{Listener: l, Kind: kind, backlog: backlog, control: control}
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
