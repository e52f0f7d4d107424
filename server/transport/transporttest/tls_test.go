package transporttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"iter"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"gocached/server/transport"
)

// TestTLSFits: crypto/tls sits behind package transport in the way that its comment tells.
func TestTLSFits(t *testing.T) {
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			config := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}, InsecureSkipVerify: true, MaxVersion: version}
			Run(t, func() (server, client transport.Transport) {
				return newTLS(func(nc net.Conn) *tls.Conn { return tls.Server(nc, config) }),
					newTLS(func(nc net.Conn) *tls.Conn { return tls.Client(nc, config) })
			})
		})
	}
}

// tlsTransport is one end of a TLS connection.
type tlsTransport struct {
	memory
	conn *tls.Conn
	next func() (struct{}, bool) // goes on with the handshake
	stop func()
	done bool // the handshake is
	err  error
}

// memory is the net.Conn that crypto/tls has.
type memory struct {
	net.Conn        // for the calls that it does not make
	wire     []byte // that has come and is not read
	out      []byte // that must be sent
	wait     func() bool
}

// errNoMore says that the wire is used up. It is temporary, and crypto/tls goes on behind it.
type errNoMore struct{ error }

func (errNoMore) Timeout() bool   { return true }
func (errNoMore) Temporary() bool { return true }

func (m *memory) Read(b []byte) (int, error) {
	for len(m.wire) == 0 && m.wait != nil {
		if !m.wait() {
			return 0, io.ErrUnexpectedEOF
		}
	}
	if len(m.wire) == 0 {
		return 0, errNoMore{}
	}
	n := copy(b, m.wire)
	m.wire = m.wire[n:]
	return n, nil
}

func (m *memory) Write(b []byte) (int, error) {
	m.out = append(m.out, b...)
	return len(b), nil
}

func (m *memory) SetWriteDeadline(time.Time) error { return nil }

func newTLS(side func(net.Conn) *tls.Conn) *tlsTransport {
	c := new(tlsTransport)
	c.conn = side(&c.memory)
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.wait = func() bool { return yield(struct{}{}) }
		c.err = c.conn.Handshake()
		c.wait, c.done = nil, c.err == nil
	})
	return c
}

func (c *tlsTransport) Handshaking() bool { return !c.done }

func (c *tlsTransport) Unwrap(input, answer, wire []byte) ([]byte, []byte, error) {
	if c.err != nil {
		return input, answer, c.err
	}
	c.wire, c.out = wire, answer
	if !c.done {
		c.next()
	}
	for c.done && c.err == nil {
		input = slices.Grow(input, 1<<10)
		n, err := c.conn.Read(input[len(input):cap(input)])
		input = input[:len(input)+n]
		if temporary := (errNoMore{}); errors.As(err, &temporary) {
			break
		}
		c.err = err
	}
	answer, c.out = c.out, nil
	return input, answer, c.err
}

func (c *tlsTransport) Wrap(wire, output []byte) ([]byte, error) {
	c.out = wire
	_, err := c.conn.Write(output)
	wire, c.out = c.out, nil
	return wire, err
}

func (c *tlsTransport) End(wire []byte) []byte {
	c.stop()
	c.out = wire
	_ = c.conn.CloseWrite() // its error is that of a handshake that has not ended
	return c.out
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
