#!/usr/bin/env bash
# gnet: with a UDP address among several, a second server starts on the TCP port of the first; and Close drops what is unsent.
#
# A server on a port in use is refused: so in gnet v2.10.0 with TCP alone. Give Rotate a udp:// address beside it, as a
# memcached that serves both does, and all its listeners, the TCP one too, get SO_REUSEPORT: the second process starts without
# a word, and the kernel deals the clients out to both, each with a cache of its own. Try to connect before you start. And a
# reply that is written and followed by gnet.Close is not "sent, then closed": what the socket does not take at once is
# dropped, and the client sees an ordinary end. Close only when OutboundBuffered is 0.
#
# Seen on 2026-11-27 with Go 1.26:
#     second server, tcp alone: bind: address already in use
#     second server, tcp and udp: <nil>; clients reached: map[first:17 second:23]
#     20971520 bytes written, then Close: the client got 8372716 of them, then <nil> (nil is io.EOF)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/go"
cat >"$work/go/main.go" <<'EOF'
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/logging"
)

// server greets with its name and closes; asked anything, it writes 20 MiB and closes.
type server struct {
	gnet.BuiltinEventEngine
	name   string
	engine gnet.Engine
	up     chan struct{}
}

const much = 20 << 20

func (s *server) OnBoot(e gnet.Engine) gnet.Action {
	s.engine = e
	close(s.up)
	return gnet.None
}

func (s *server) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	if s.name == "" {
		return nil, gnet.None
	}
	return []byte(s.name), gnet.Close
}

func (s *server) OnTraffic(c gnet.Conn) gnet.Action {
	c.Discard(-1)
	c.Write(make([]byte, much))
	return gnet.Close
}

func start(name string, addrs ...string) (*server, error) {
	s := &server{name: name, up: make(chan struct{})}
	failed := make(chan error, 1)
	go func() { failed <- gnet.Rotate(s, addrs, gnet.WithLogLevel(logging.FatalLevel)) }()
	select {
	case err := <-failed:
		return nil, err
	case <-s.up:
		time.Sleep(100 * time.Millisecond)
		return s, nil
	}
}

func freePort() (tcp, udp, addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	addr = l.Addr().String()
	return "tcp://" + addr, "udp://" + addr, addr
}

func main() {
	changed := false
	check := func(same bool, format string, a ...any) {
		fmt.Printf(format+"\n", a...)
		if !same {
			fmt.Println("CHANGED")
			changed = true
		}
	}

	tcp, _, _ := freePort()
	first, err := start("first", tcp)
	if err != nil {
		panic(err)
	}
	_, err = start("second", tcp)
	check(err != nil, "second server, tcp alone: %v", err)
	first.engine.Stop(context.Background())

	tcp, udp, addr := freePort()
	if first, err = start("first", tcp, udp); err != nil {
		panic(err)
	}
	second, err := start("second", tcp, udp)
	reached := map[string]int{}
	for range 40 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			panic(err)
		}
		name, _ := io.ReadAll(c)
		reached[string(name)]++
		c.Close()
	}
	both := err == nil && reached["first"] > 0 && reached["second"] > 0
	check(both, "second server, tcp and udp: %v; clients reached: %v", err, reached)
	first.engine.Stop(context.Background())
	if second != nil {
		second.engine.Stop(context.Background())
	}

	tcp, _, addr = freePort()
	if first, err = start("", tcp); err != nil {
		panic(err)
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	c.Write([]byte("much"))
	n, err := io.Copy(io.Discard, c)
	check(n < much && err == nil, "%d bytes written, then Close: the client got %d of them, then %v (nil is io.EOF)", much, n, err)
	first.engine.Stop(context.Background())
	if changed {
		os.Exit(1)
	}
}
EOF
(cd "$work/go" && go mod init second && go get github.com/panjf2000/gnet/v2@v2.10.0 &&
    go build -o ../second .) >"$work/log" 2>&1 || { tail -3 "$work/log"; exit 2; }
"$work/second" 2>"$work/log" | grep -v '^\[gnet\]'
