package bench

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Target is a server to be measured.
type Target struct {
	Name    string // how it is called in the table
	Address string // host:port or tcp:host:port, udp:host:port, or the path of a unix socket, perhaps with unix: before it
}

// ParseTarget reads NAME=ADDRESS, or an address that is its own name. The error says what is wrong with the address.
func ParseTarget(s string) (Target, error) {
	name, address, found := strings.Cut(s, "=")
	if !found {
		address = name
	}
	if name == "" || address == "" {
		return Target{}, fmt.Errorf("%q is not NAME=ADDRESS", s)
	}
	_, _, err := splitAddress(address)
	return Target{name, address}, err
}

// Patience is how long an answer may take before a run is given up, unless the configuration says otherwise.
const Patience = 10 * time.Second

// Network is the transport of the address: tcp, unix or udp.
func (t Target) Network() string {
	network, _, _ := splitAddress(t.Address)
	return network
}

// Dial connects. The error names the server and says in words what is wrong.
func (t Target) Dial() (net.Conn, error) {
	network, address, err := splitAddress(t.Address)
	if err != nil {
		return nil, t.Fault(err)
	}
	c, err := net.DialTimeout(network, address, Patience)
	if err != nil {
		return nil, t.Fault(err)
	}
	return c, nil
}

// Fault puts the server's name and address before an error, and takes what the net package says of the same away.
func (t Target) Fault(err error) error {
	if err == nil {
		return nil
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		err = op.Err
	}
	if call := (*os.SyscallError)(nil); errors.As(err, &call) {
		err = call.Err
	}
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		err = fmt.Errorf("%w (%w)", errHangup, err)
	}
	if t.Name == t.Address {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	return fmt.Errorf("%s (%s): %w", t.Name, t.Address, err)
}

// Identity is what a server says of itself.
type Identity struct {
	Version string
	PID     int // 0 if it does not say, or runs on another machine
}

// Identify asks the server what it is.
func (t Target) Identify() (Identity, error) {
	stats, err := t.Stats()
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Version: stats["version"]}
	if network, address, _ := splitAddress(t.Address); local(network, address) {
		id.PID, _ = strconv.Atoi(stats["pid"])
	}
	return id, nil
}
