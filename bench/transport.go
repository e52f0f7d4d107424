package bench

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// transport is a way to a server. The first row whose mark an address has is taken.
type transport struct {
	network string // for package net
	mark    string // with a colon: what the address begins with, which is taken off; else what it has anywhere
	check   func(address string) error
}

var transports = []transport{
	{"udp", "udp:", checkHostPort},
	{"tcp", "tcp:", checkHostPort},
	{"unix", "unix:", checkPath},
	{"unix", "/", checkPath},
	{"tcp", "", checkHostPort},
}

// splitAddress finds the transport of an address and what remains for package net.
func splitAddress(address string) (network, rest string, err error) {
	for _, t := range transports {
		rest, prefixed := strings.CutPrefix(address, t.mark)
		switch {
		case prefixed && strings.HasSuffix(t.mark, ":"):
			return t.network, rest, t.check(rest)
		case !strings.HasSuffix(t.mark, ":") && strings.Contains(address, t.mark):
			return t.network, address, t.check(address)
		}
	}
	panic("no transport fits every address")
}

func checkHostPort(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q has no port from 1 to 65535", address)
	}
	return nil
}

// checkPath knows the kernel's limit: 108 bytes with the 0 at the end.
func checkPath(path string) error {
	if path == "" || len(path) > 107 {
		return fmt.Errorf("%q cannot be the path of a unix socket", path)
	}
	return nil
}

// local reports whether the address leads to this machine.
func local(network, address string) bool {
	if network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	return host == "" || host == "localhost" || net.ParseIP(host).IsLoopback()
}
