package listen

import (
	"net"
	"net/netip"
)

// ListenUDP opens one UDP socket. An IPv6 one takes IPv6 only.
func ListenUDP(at netip.AddrPort) (*net.UDPConn, error) {
	network := "udp6"
	if at.Addr().Is4() {
		network = "udp4"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(at))
}

// UDPPort returns the bound port.
func UDPPort(c *net.UDPConn) int { return c.LocalAddr().(*net.UDPAddr).Port }
