package server

import (
	"net"
	"net/netip"
)

// listenUDP opens one UDP socket. An IPv6 one takes IPv6 only.
func listenUDP(at netip.AddrPort) (*net.UDPConn, error) {
	network := "udp6"
	if at.Addr().Is4() {
		network = "udp4"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(at))
}

// udpPortOf returns the bound port.
func udpPortOf(c *net.UDPConn) int { return c.LocalAddr().(*net.UDPAddr).Port }
