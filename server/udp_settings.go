package server

import "net/netip"

// udpPort returns the port on which UDP is to be served, 0 if it is not: a unix socket excludes it, and so does SASL,
// since a datagram has no connection that could have authenticated.
func (s *Settings) udpPort() int {
	if s.Socket != "" || s.SASL {
		return 0
	}
	return s.UDPPort
}

// warnUDP says what the operator should know of -U.
//
// UDP has no handshake, so anybody who can send here can have the answers sent to an address of their choice, many
// times larger than what was asked. That is why it is off by default, unlike in memcached 1.4.5.
func warnUDP(s *Settings) string {
	switch {
	case s.SASL && s.UDPPort != 0 && s.Socket == "":
		return "-S: UDP stays closed, since datagrams cannot authenticate"
	case s.udpPort() != 0 && !s.onlyLoopback():
		return "UDP listens beyond this machine: forged requests can make it flood others; see -l and -o udp_max_datagrams"
	}
	return ""
}

// onlyLoopback reports whether -l names nothing but addresses that only this machine reaches. Names are not looked up:
// but for localhost they count as reachable.
func (s *Settings) onlyLoopback() bool {
	ends, _ := endpoints(s, 0)
	for _, e := range ends {
		a, err := netip.ParseAddr(e.host)
		if e.host != "localhost" && (err != nil || !a.Unmap().IsLoopback()) {
			return false
		}
	}
	return true
}
