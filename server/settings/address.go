package settings

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"gocached/nss"
)

// lookupWait is how long the name in -l may take to be found.
const lookupWait = 10 * time.Second

// Endpoint is one element of -l: a host and a port.
type Endpoint struct {
	host string // a name or an address; "" is every address
	Port int    // -1 is any free one
}

// String returns the host for an error message.
func (e Endpoint) String() string {
	if e.host == "" {
		return "every address"
	}
	return e.host
}

// parseEndpoint reads one element of -l in the forms of memcached 1.6: host, host:port, [IPv6], [IPv6]:port, bare IPv6,
// and * for every address. port is used where the element names none; 0 is off. Of the marks that 1.6 knows before an
// address, those that change nothing here are passed over: a name for its proxy, and that there is no TLS.
func parseEndpoint(text string, port int) (Endpoint, string) {
	whole := text
	if mark, after, found := strings.Cut(text, "]:"); found && strings.HasPrefix(mark, "tag[") {
		text = after
	}
	text = strings.TrimPrefix(text, "notls:")
	if strings.HasPrefix(text, "proto[") {
		return Endpoint{}, fmt.Sprintf("-l %s: a protocol cannot be chosen for one address, only for all, by -B", whole)
	}
	host, portText := text, ""
	hasPort := false
	if strings.HasPrefix(text, "[") {
		inside, after, closed := strings.Cut(text[1:], "]")
		if !closed || after != "" && after[0] != ':' {
			return Endpoint{}, fmt.Sprintf("Invalid IPV6 address: %q", text)
		}
		host = inside
		if after != "" {
			portText, hasPort = after[1:], true
		}
	} else if strings.Count(text, ":") == 1 {
		host, portText, hasPort = strings.Cut(text, ":")
	} else if fault := misread(text); fault != "" {
		return Endpoint{}, fault
	}
	if hasPort {
		n, err := strconv.Atoi(portText)
		if err != nil || n < -1 || n > maxPort {
			return Endpoint{}, fmt.Sprintf("Invalid port number: %q", portText)
		}
		if n == 0 {
			n = -1 // as memcached 1.6: the kernel chooses
		}
		port = n
	}
	if host == "*" {
		host = ""
	}
	return Endpoint{host, port}, ""
}

// misread returns the fault of an element of -l that is neither a host nor an address, but a port, or an IPv6 address with
// a port behind it and no brackets. Numbers beyond those of ports are addresses in an old form, and 0 is every address.
func misread(text string) string {
	if n, err := strconv.Atoi(text); err == nil && n > 0 && n <= maxPort {
		return fmt.Sprintf("-l %s: -l takes addresses, and -p the port: did you mean -p %[1]s?", text)
	}
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return ""
	}
	host, port := text[:colon], text[colon+1:]
	_, whole := netip.ParseAddr(text)
	_, part := netip.ParseAddr(host)
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || whole == nil || part != nil {
		return ""
	}
	return fmt.Sprintf("-l %s: an IPv6 address with a port needs brackets: did you mean [%s]:%s?", text, host, port)
}

// Addresses returns the addresses that the endpoint's host stands for, IPv4 before IPv6.
func (e Endpoint) Addresses() ([]netip.Addr, error) {
	if e.host == "" {
		return []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}, nil
	}
	if a, err := netip.ParseAddr(e.host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	wait, cancel := context.WithTimeout(context.Background(), lookupWait)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(wait, "ip", e.host)
	if err != nil {
		if found = nss.FindHost(e.host); len(found) == 0 {
			return nil, err
		}
	}
	var four, six []netip.Addr
	for _, a := range found {
		if a = a.Unmap(); a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	return append(four, six...), nil
}
