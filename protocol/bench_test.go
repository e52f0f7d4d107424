package protocol

import (
	"strings"
	"testing"

	"gocached/engine"
)

var hotLines = []struct {
	name, in string
	binary   bool
}{
	{name: "get", in: "get user:1234567:profile\r\n"},
	{name: "multiget50", in: "get" + strings.Repeat(" user:1234567:profile", 50) + "\r\n"},
	{name: "set", in: "set user:1234567:profile 0 3600 100\r\n" + strings.Repeat("v", 100) + "\r\n"},
	{name: "set-noreply", in: "set user:1234567:profile 0 3600 100 noreply\r\n" + strings.Repeat("v", 100) + "\r\n"},
	{name: "incr", in: "incr user:1234567:visits 1\r\n"},
	{name: "binary-get", in: "\x80\x00\x00\x14\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00user:1234567:profile", binary: true},
	{name: "binary-set", in: "\x80\x01\x00\x14\x08\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x0e\x10user:1234567:profile" + strings.Repeat("v", 100), binary: true},
}

func BenchmarkParse(b *testing.B) {
	for _, c := range hotLines {
		b.Run(c.name, func(b *testing.B) {
			p := &Parser{Limits: Limits{StreamFrom: 16384}, Binary: c.binary}
			run := new(Run)
			in := []byte(c.in)
			b.ReportAllocs()
			for b.Loop() {
				run.N = 0
				if used, need := p.Parse(in, run, MaxRun); used != len(in) || need != NeedNothing {
					b.Fatal(used, need)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	key := []byte("user:1234567:profile")
	hit := &engine.Hit{Value: make([]byte, 100), CAS: 123456789, Flags: 1}
	dst := make([]byte, 0, 1024)
	for _, c := range []struct {
		name string
		r    Request
	}{{"text", Request{Command: Get}}, {"binary", Request{Command: Get, Flag: FlagBinary}}} {
		b.Run("hit/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				AppendHit(dst, &c.r, key, hit)
			}
		})
		c.r.Command = Store
		b.Run("stored/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				AppendReply(dst, &c.r, key, &Reply{})
			}
		})
	}
}
