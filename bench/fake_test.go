package bench

import (
	"bufio"
	"bytes"
	"net"
	"strings"
	"testing"

	"gocached/bench/benchtest"
)

func startFake(t *testing.T, f *benchtest.Server) Target {
	t.Helper()
	return Target{"fake", f.Start(t)}
}

// startListener runs a server that handles each connection as told.
func startListener(t *testing.T, serve func(net.Conn)) Target {
	t.Helper()
	return Target{"fake", benchtest.Listen(t, "tcp", "127.0.0.1:0", serve)}
}

// startFakeUDP answers by datagram, but for one in so many gets.
func startFakeUDP(t *testing.T, f *benchtest.Server, dropEvery int) Target {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		in, gets := make([]byte, maxDatagram), 0
		for {
			n, from, err := c.ReadFrom(in)
			if err != nil {
				return
			}
			if strings.HasPrefix(string(in[frameSize:n]), "get") {
				if gets++; gets%dropEvery == 0 {
					continue
				}
			}
			request := bufio.NewReader(bytes.NewReader(in[frameSize:n]))
			line, _ := request.ReadString('\n')
			out := bytes.NewBuffer(append([]byte(nil), in[:frameSize]...))
			f.Answer(strings.Fields(line), request, out)
			c.WriteTo(out.Bytes(), from)
		}
	}()
	return Target{"fake", "udp:" + c.LocalAddr().String()}
}
