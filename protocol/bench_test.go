package protocol

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
)

var (
	benchKey   = "user:1234567:profile"
	benchValue = strings.Repeat("v", 100)
)

// benchRequests are the frequent requests, as they come in; keys is how many keys one of them has.
var benchRequests = []struct {
	name, in string
	keys     int
	binary   bool
}{
	{name: "get/text", in: "get " + benchKey + "\r\n", keys: 1},
	{name: "get/meta", in: "mg " + benchKey + " v\r\n", keys: 1},
	{name: "get/binary", in: binaryFrame(0x00, "", benchKey, ""), keys: 1, binary: true},
	{name: "multiget/text", in: "get" + strings.Repeat(" "+benchKey, 50) + "\r\n", keys: 50},
	{name: "multiget/binary", in: strings.Repeat(binaryFrame(0x0d, "", benchKey, ""), 50) + binaryFrame(0x0a, "", "", ""), keys: 50, binary: true},
	{name: "set/text/100B", in: "set " + benchKey + " 0 3600 100\r\n" + benchValue + "\r\n", keys: 1},
	{name: "set/meta/100B", in: "ms " + benchKey + " 100\r\n" + benchValue + "\r\n", keys: 1},
	{name: "setnoreply/text/100B", in: "set " + benchKey + " 0 3600 100 noreply\r\n" + benchValue + "\r\n", keys: 1},
	{name: "set/binary/100B", in: binaryFrame(0x01, "\x00\x00\x00\x00\x00\x00\x0e\x10", benchKey, benchValue), keys: 1, binary: true},
	{name: "incr/text", in: "incr " + benchKey + " 1\r\n", keys: 1},
	{name: "delete/text", in: "delete " + benchKey + "\r\n", keys: 1},
}

// binaryFrame is a binary request.
func binaryFrame(opcode byte, extras, key, value string) string {
	head := make([]byte, 24)
	head[0], head[1], head[3], head[4] = 0x80, opcode, byte(len(key)), byte(len(extras))
	head[11] = byte(len(extras) + len(key) + len(value))
	return string(head) + extras + key + value
}

// BenchmarkParse takes requests from a connection's bytes, one at a time and 64 that came together (as many as a run
// holds); ns/op is for one key.
func BenchmarkParse(b *testing.B) {
	for _, c := range benchRequests {
		for _, together := range []int{1, 64} {
			if together*c.keys > 64 {
				continue
			}
			b.Run(fmt.Sprintf("%s/run=%d", c.name, together*c.keys), func(b *testing.B) {
				p := &Parser{Limits: Limits{StreamFrom: 16384}, Binary: c.binary}
				in := []byte(strings.Repeat(c.in, together))
				b.ReportAllocs()
				for n := 0; n < b.N; n += together * c.keys {
					parseAll(b, p, in)
				}
			})
		}
	}
}

var benchRun Run

func parseAll(b *testing.B, p *Parser, in []byte) {
	for len(in) > 0 {
		benchRun.N = 0
		used, _ := p.Parse(in, &benchRun, MaxRun)
		if used == 0 {
			b.Fatal("stuck at", len(in))
		}
		in = in[used:]
	}
}

// BenchmarkAppend makes the reply to one request.
func BenchmarkAppend(b *testing.B) {
	key := []byte(benchKey)
	looked := &engine.Key{Bytes: key, Look: new(engine.Look)}
	hit := &engine.Hit{Value: []byte(benchValue), CAS: 123456789, Flags: 1}
	dst := make([]byte, 0, 1024)
	for _, c := range []struct {
		name    string
		dialect Dialect
	}{{"text", Classic}, {"binary", Binary}, {"meta", Meta}} {
		get, store := &Request{Command: Get, Dialect: c.dialect, Flag: FlagValue}, &Request{Command: Store, Dialect: c.dialect}
		for _, row := range []struct {
			name  string
			reply func()
		}{
			{"hit/" + c.name + "/100B", func() { AppendHit(dst, get, looked, hit) }},
			{"miss/" + c.name, func() { AppendMiss(dst, get, key) }},
			{"stored/" + c.name, func() { AppendReply(dst, store, key, &Reply{}) }},
		} {
			b.Run(row.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					row.reply()
				}
			})
		}
	}
}
