package server

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"gocached/engine/memory"
	"gocached/server/oplog"
	"gocached/server/settings"
)

// BenchmarkPipeline compares the protocols over a real connection: 64 gets of 100-byte values are sent with one
// write and their hits read. One operation is one get. The client's part is the same for all.
func BenchmarkPipeline(b *testing.B) {
	const depth = 64
	for _, protocol := range []string{"text", "meta", "binary"} {
		b.Run("get/"+protocol+"/100B", func(b *testing.B) {
			st := settings.Default()
			st.Port, st.Listen, st.Threads = -1, []string{"127.0.0.1"}, 1
			s, err := New(st, memory.New(), oplog.New(io.Discard))
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Listen(); err != nil {
				b.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- s.Serve() }()
			b.Cleanup(func() { s.Stop(); <-served })
			nc, err := net.Dial("tcp", s.Addrs()[0].String())
			if err != nil {
				b.Fatal(err)
			}
			defer nc.Close()
			request, reply := pipelineOf(b, nc, protocol, depth)
			got := make([]byte, reply)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%depth != 0 {
					continue
				}
				if _, err := nc.Write(request); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(nc, got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// pipelineOf stores depth items and returns the request that gets all of them, and the length of its reply.
func pipelineOf(b *testing.B, nc net.Conn, protocol string, depth int) (request []byte, reply int) {
	b.Helper()
	value := strings.Repeat("v", 100)
	for i := range depth {
		key := fmt.Sprintf("a key of thirty-two bytes %06d", i)
		if protocol != "binary" {
			key = strings.ReplaceAll(key, " ", "_")
			fmt.Fprintf(nc, "set %s 0 0 100\r\n%s\r\n", key, value)
			if protocol == "meta" {
				request = fmt.Appendf(request, "mg %s v\r\n", key)
				reply += len("VA 100\r\n") + 100 + len("\r\n")
			} else {
				request = fmt.Appendf(request, "get %s\r\n", key)
				reply += len("VALUE ") + 32 + len(" 0 100\r\n") + 100 + len("\r\nEND\r\n")
			}
			if _, err := io.ReadFull(nc, make([]byte, len("STORED\r\n"))); err != nil {
				b.Fatal(err)
			}
			continue
		}
		header := func(opcode byte, extras, body int) string {
			return string([]byte{0x80, opcode, 0, 32, byte(extras), 0, 0, 0, 0, 0, 0, byte(body)}) + strings.Repeat("\x00", 12)
		}
		io.WriteString(nc, header(0x01, 8, 8+32+100)+strings.Repeat("\x00", 8)+key+value)
		request = append(request, header(0x09, 0, 32)+key...)
		reply += 24 + 4 + 100
		if _, err := io.ReadFull(nc, make([]byte, 24)); err != nil {
			b.Fatal(err)
		}
	}
	return request, reply
}
