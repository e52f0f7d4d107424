package settings

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gocached/compat"
)

// Which sockets the settings ask for:
//
//   - -s asks for its unix socket and nothing else.
//   - -p and -U ask for a port of their transport on each element of -l that names no port, or on every address.
//   - An element of -l that names a port asks for TCP there, whatever -p says, and for UDP there too if UDP is on.
//   - -o udp_follows_tcp without -U asks for UDP wherever TCP is; -S forbids UDP, since a datagram has no connection
//     that could have authenticated.

// TCPEndpoints returns where TCP is to be served, or a fault.
func (s *Settings) TCPEndpoints() ([]Endpoint, string) {
	if s.Socket != "" {
		return nil, ""
	}
	return s.endpoints(s.Port)
}

// UDPEndpoints returns where UDP is to be served, or a fault.
func (s *Settings) UDPEndpoints() ([]Endpoint, string) {
	switch {
	case s.Socket != "" || s.SASL:
		return nil, ""
	case s.UDPFollowsTCP && !s.given["udp-port"]:
		return s.TCPEndpoints()
	case s.UDPPort == 0:
		return nil, ""
	}
	return s.endpoints(s.UDPPort)
}

// endpoints returns the elements of -l with a port each: their own, or the given one. With 0 those that name none are
// left out.
func (s *Settings) endpoints(port int) ([]Endpoint, string) {
	if len(s.Listen) == 0 && port != 0 {
		return []Endpoint{{"", port}}, ""
	}
	var list []Endpoint
	for _, text := range s.Listen {
		e, fault := parseEndpoint(text, port)
		if fault != "" {
			return nil, fault
		}
		if e.Port != 0 {
			list = append(list, e)
		}
	}
	return list, ""
}

// checkListen is the check of -l in the settings table.
func checkListen(s *Settings) string {
	_, fault := s.endpoints(s.Port)
	return fault
}

// CheckReachable returns a Faults if the settings, which must be valid, leave nothing to listen on, else nil. It is no
// part of Validate: root without -u has to hear of that first, as from memcached. Who asks for the ports of 1.4.5, by
// -o udp_follows_tcp, gets a server all the same, as there, and a warning. So it is in the 1.6 mode.
func (s *Settings) CheckReachable() error {
	if why := s.unreachable(); why != "" && !s.servesNobody() {
		return Faults{{why, ExitUsage}}
	}
	return nil
}

// servesNobody says whether a server that nobody can reach may run.
func (s *Settings) servesNobody() bool { return s.UDPFollowsTCP || s.Compat.Has(compat.Unreachable) }

// unreachable says why there is nothing to listen on, or "" if there is something.
func (s *Settings) unreachable() string {
	tcp, _ := s.TCPEndpoints()
	udp, _ := s.UDPEndpoints()
	if s.Socket != "" || len(tcp) > 0 || len(udp) > 0 {
		return ""
	}
	why := "-p 0 switches TCP off, and UDP is off without -U; give a port by -p or in -l, or -U, or -s"
	switch {
	case !s.given["port"]:
		why = "-U 0 without -p switches TCP off too, as in memcached 1.4.5; give -p 11211 as well"
	case s.SASL && s.UDPPort != 0:
		why = "-p 0 switches TCP off, and -S closes UDP; give a port by -p or in -l, or -s"
	case s.given["udp-port"] && s.UDPPort == 0:
		why = "-p 0 switches TCP off, and -U 0 UDP; give a port by -p or in -l, or -s"
	}
	return "nothing to listen on: " + why
}

// warnUDP says what the operator should know of -U.
//
// UDP has no handshake, so anybody who can send here can have the answers sent to an address of their choice, many
// times larger than what was asked. That is why it is off by default, unlike in memcached 1.4.5.
func warnUDP(s *Settings) string {
	if s.SASL && s.UDPPort != 0 && s.Socket == "" {
		return "-S: UDP stays closed, since datagrams cannot authenticate"
	}
	if ends, _ := s.UDPEndpoints(); !onlyLoopback(ends) {
		return "UDP listens beyond this machine: forged requests can make it flood others; see -l and -o udp_max_datagrams"
	}
	return ""
}

// warnSocket says what -s leaves without a meaning.
func warnSocket(s *Settings) string {
	var idle []string
	for _, f := range []struct {
		long, flag string
		off        bool
	}{{"port", "-p", s.Port == 0}, {"udp-port", "-U", s.UDPPort == 0}, {"listen", "-l", false}} {
		if s.given[f.long] && !f.off {
			idle = append(idle, f.flag)
		}
	}
	if s.Socket == "" || len(idle) == 0 {
		return ""
	}
	return "-s: there is neither TCP nor UDP beside a unix socket, so this means nothing: " + strings.Join(idle, ", ")
}

// warnListen says what is not listened on although it was named: an address without a port, if both transports are off,
// or a port, if each address has one of its own.
func warnListen(s *Settings) string {
	if why := s.unreachable(); why != "" && s.servesNobody() { // else it is no warning, see CheckReachable
		return why
	}
	if s.Socket != "" || len(s.Listen) == 0 {
		return ""
	}
	tcp, _ := s.TCPEndpoints()
	udp, _ := s.UDPEndpoints()
	named := true
	for _, text := range s.Listen {
		e, _ := parseEndpoint(text, 0)
		if e.Port != 0 {
			continue
		}
		named = false
		if !serves(tcp, e) && !serves(udp, e) {
			return fmt.Sprintf("-l: nothing listens on %s, which names no port, since TCP and UDP are off", text)
		}
	}
	switch {
	case named && s.given["port"] && s.Port > 0 && !hasPort(tcp, s.Port):
		return fmt.Sprintf("-p %d means nothing, since each address of -l names a port", s.Port)
	case named && s.given["udp-port"] && s.UDPPort > 0 && len(udp) > 0 && !hasPort(udp, s.UDPPort):
		return fmt.Sprintf("-U %d: UDP is on, but on the ports that the addresses of -l name", s.UDPPort)
	}
	return ""
}

// serves reports whether one of the endpoints has the host of another.
func serves(ends []Endpoint, other Endpoint) bool {
	return slices.ContainsFunc(ends, func(e Endpoint) bool { return e.host == other.host })
}

// hasPort reports whether one of the endpoints has the port.
func hasPort(ends []Endpoint, port int) bool {
	return slices.ContainsFunc(ends, func(e Endpoint) bool { return e.Port == port })
}

// onlyLoopback reports whether only this machine reaches the endpoints. Names are not looked up: but for localhost they
// count as reachable.
func onlyLoopback(ends []Endpoint) bool {
	for _, e := range ends {
		a, err := netip.ParseAddr(e.host)
		if e.host != "localhost" && (err != nil || !a.Unmap().IsLoopback()) {
			return false
		}
	}
	return true
}
