#!/usr/bin/env bash
# crypto/tls over a connection that would block: reads go on from any byte, handshakes and writes are dead after one refusal.
#
# Who joins crypto/tls with an event loop gives it a net.Conn whose Read and Write return "would block" as a net.Error. One
# expects that this works for all three or for none. In Go 1.26 a Read that fails with an error whose Temporary() is true (a
# deprecated method; Timeout() alone does not do) can be repeated, and goes on in the middle of a record, even after each
# byte. Handshake keeps its first error for good, and so does Write. So: handshake on a blocking connection, then the loop;
# and a connection below whose Write takes everything.
#
# Seen on 2026-11-27 with Go 1.26.8:
#     Timeout false, Temporary true: read byte by byte "two", handshake then: would block, write then: would block
#     Timeout true, Temporary true: read byte by byte "two", handshake then: would block, write then: would block
#     Timeout true, Temporary false: read byte by byte "", handshake then: would block, write then: would block
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/main.go" <<'EOF'
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"time"
)

type wouldBlock struct{ timeout, temporary bool }

func (wouldBlock) Error() string     { return "would block" }
func (e wouldBlock) Timeout() bool   { return e.timeout }
func (e wouldBlock) Temporary() bool { return e.temporary }

// conn gives what is in received, and says that it would block when that is empty. Until it is cut it is the connection itself.
type conn struct {
	net.Conn
	cut, refuses bool
	received     []byte
	err          wouldBlock
}

func (c *conn) Read(p []byte) (int, error) {
	if !c.cut {
		return c.Conn.Read(p)
	}
	if len(c.received) == 0 {
		return 0, c.err
	}
	n := copy(p, c.received)
	c.received = c.received[n:]
	return n, nil
}

func (c *conn) Write(p []byte) (int, error) {
	if c.refuses {
		return 0, c.err
	}
	return c.Conn.Write(p)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func certificate() tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der := must(x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// pair returns a server's end of a TCP connection and the client's TLS end of it.
func pair(err wouldBlock) (*conn, *tls.Conn) {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	dialled := must(net.Dial("tcp", l.Addr().String()))
	accepted := must(l.Accept())
	deadline := time.Now().Add(10 * time.Second)
	dialled.SetDeadline(deadline)
	accepted.SetDeadline(deadline)
	return &conn{Conn: accepted, err: err}, tls.Client(dialled, &tls.Config{InsecureSkipVerify: true})
}

// handshake tries a server's handshake before anything came, and again with the whole hello there.
func handshake(config *tls.Config, err wouldBlock) error {
	c, client := pair(err)
	c.cut = true
	server := tls.Server(c, config)
	server.Handshake()
	go client.Handshake()
	hello := make([]byte, 1<<16)
	n := must(c.Conn.Read(hello))
	c.received = hello[:n]
	again := server.Handshake()
	// Without the interruption the server would now wait for the rest: all of the hello is taken then.
	if len(c.received) == 0 {
		return nil
	}
	return again
}

// readAndWrite sends "two" byte by byte into a server's connection, and then refuses one write.
func readAndWrite(config *tls.Config, err wouldBlock) (string, error) {
	c, client := pair(err)
	server := tls.Server(c, config)
	buf := make([]byte, 1<<16)
	go client.Write([]byte("one"))
	must(server.Read(buf))
	c.cut = true
	must(client.Write([]byte("two")))
	header := make([]byte, 5)
	must(io.ReadFull(c.Conn, header))
	record := append(header, make([]byte, int(header[3])<<8|int(header[4]))...)
	must(io.ReadFull(c.Conn, record[5:]))
	got := ""
	for i := range len(record) + 1 {
		n, _ := server.Read(buf)
		got += string(buf[:n])
		if i < len(record) {
			c.received = append(c.received, record[i])
		}
	}
	c.refuses = true
	server.Write([]byte("x"))
	c.refuses = false
	_, writeErr := server.Write([]byte("y"))
	return got, writeErr
}

func main() {
	config := &tls.Config{Certificates: []tls.Certificate{certificate()}}
	changed := 0
	for _, c := range []struct {
		err  wouldBlock
		read string
	}{
		{wouldBlock{temporary: true}, "two"},
		{wouldBlock{timeout: true, temporary: true}, "two"},
		{wouldBlock{timeout: true}, ""},
	} {
		shaken := handshake(config, c.err)
		got, written := readAndWrite(config, c.err)
		fmt.Printf("Timeout %v, Temporary %v: read byte by byte %q, handshake then: %v, write then: %v\n",
			c.err.timeout, c.err.temporary, got, shaken, written)
		if got != c.read || shaken == nil || written == nil {
			fmt.Printf("CHANGED: it was %q and an error each\n", c.read)
			changed = 1
		}
	}
	os.Exit(changed)
}
EOF
(cd "$work" && GOTOOLCHAIN=go1.26.8 go run main.go)
