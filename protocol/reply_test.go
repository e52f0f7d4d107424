package protocol

import (
	"encoding/hex"
	"testing"

	"gocached/engine"
)

func TestTextReply(t *testing.T) {
	for _, c := range []struct {
		name  string
		r     Request
		reply Reply
		want  string
	}{
		{"stored", Request{Command: Store}, Reply{CAS: 5}, "STORED\r\n"},
		{"not stored", Request{Command: Store, Op: engine.OpAdd}, Reply{Status: engine.NotStored}, "NOT_STORED\r\n"},
		{"exists", Request{Command: Store, Op: engine.OpCAS}, Reply{Status: engine.Exists}, "EXISTS\r\n"},
		{"not found", Request{Command: Delete}, Reply{Status: engine.NotFound}, "NOT_FOUND\r\n"},
		{"deleted", Request{Command: Delete}, Reply{}, "DELETED\r\n"},
		{"touched", Request{Command: Touch}, Reply{}, "TOUCHED\r\n"},
		{"flushed", Request{Command: FlushAll}, Reply{}, "OK\r\n"},
		{"verbosity", Request{Command: Verbosity}, Reply{}, "OK\r\n"},
		{"incr", Request{Command: Arithmetic}, Reply{Number: 18446744073709551615}, "18446744073709551615\r\n"},
		{"incr no number", Request{Command: Arithmetic}, Reply{Status: engine.NonNumeric}, "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"},
		{"incr no memory", Request{Command: Arithmetic}, Reply{Status: engine.NoMemory}, "SERVER_ERROR out of memory\r\n"},
		{"set no memory", Request{Command: Store}, Reply{Status: engine.NoMemory}, "SERVER_ERROR out of memory storing object\r\n"},
		{"set too large", Request{Command: Store}, Reply{Status: engine.TooLarge}, "SERVER_ERROR object too large for cache\r\n"},
		{"bad data", Request{Command: Store}, Reply{Status: BadDataChunk}, "CLIENT_ERROR bad data chunk\r\n"},
		{"end", Request{Command: End}, Reply{}, "END\r\n"},
		{"version", Request{Command: Version}, Reply{Text: "1.4.5"}, "VERSION 1.4.5\r\n"},
		{"stats reset", Request{Command: Stats}, Reply{Text: "RESET"}, "RESET\r\n"},
		{"stats detail on", Request{Command: Stats}, Reply{}, "OK\r\n"},
		{"stats unknown", Request{Command: Stats}, Reply{Status: engine.Unsupported}, "ERROR\r\n"},
		{"cachedump words", Request{Command: Stats}, Reply{Status: BadLine}, "CLIENT_ERROR bad command line\r\n"},
		{"cachedump class", Request{Command: Stats}, Reply{Status: BadSlabClass}, "CLIENT_ERROR Illegal slab id\r\n"},
		{"detail", Request{Command: Stats}, Reply{Status: BadDetail}, "CLIENT_ERROR usage: stats detail on|off|dump\r\n"},
		{"shutdown", Request{Command: Shutdown}, Reply{Status: ShutdownOff}, "SERVER_ERROR: shutdown not enabled\r\n"},
		{"shutdown mode", Request{Command: Shutdown}, Reply{Status: BadShutdown}, "CLIENT_ERROR invalid shutdown mode\r\n"},
		{"fail", Request{Command: Fail, Status: BadFormat}, Reply{Status: BadFormat}, "CLIENT_ERROR bad command line format\r\n"},
		{"fail by itself", Request{Command: Fail, Status: BadDelta}, Reply{}, "CLIENT_ERROR invalid numeric delta argument\r\n"},
		{"delete usage", Request{Command: Fail, Status: BadDelete}, Reply{}, "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"},
		{"quit", Request{Command: Quit}, Reply{}, ""},
		{"shut down", Request{Command: Shutdown}, Reply{}, ""},
		{"noreply", Request{Command: Store, Hide: HideAll}, Reply{}, ""},
		{"noreply error", Request{Command: Store, Hide: HideAll}, Reply{Status: engine.TooLarge}, ""},
		{"noreply fail", Request{Command: Fail, Status: BadFormat, Hide: HideAll}, Reply{}, ""},
	} {
		if got := string(AppendReply([]byte(">"), &c.r, []byte("key"), &c.reply)); got != ">"+c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTextHit(t *testing.T) {
	for _, c := range []struct {
		flag Flag
		hit  engine.Hit
		want string
	}{
		{0, engine.Hit{Value: []byte("ab\r\ncd"), Flags: 5, CAS: 9}, "VALUE key 5 6\r\nab\r\ncd\r\n"},
		{0, engine.Hit{}, "VALUE key 0 0\r\n\r\n"},
		{FlagCAS, engine.Hit{Value: []byte("x"), CAS: 18446744073709551615}, "VALUE key 0 1 18446744073709551615\r\nx\r\n"},
		{FlagCAS | FlagTouch, engine.Hit{Value: []byte("x")}, "VALUE key 0 1 0\r\nx\r\n"},
		{0, engine.Hit{Value: []byte("x"), Flags: 2147483647}, "VALUE key 2147483647 1\r\nx\r\n"},
		{0, engine.Hit{Value: []byte("x"), Flags: 2147483648}, "VALUE key -2147483648 1\r\nx\r\n"},
		{0, engine.Hit{Value: []byte("x"), Flags: 4294967295}, "VALUE key -1 1\r\nx\r\n"},
	} {
		r := Request{Command: Get, Hide: HideMiss, Flag: c.flag}
		if got := string(AppendHit(nil, &r, &engine.Key{Bytes: []byte("key")}, &c.hit)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if got := AppendMiss(nil, &r, []byte("key")); len(got) != 0 {
			t.Errorf("a miss shows %q", got)
		}
		r.Flag |= FlagEnd
		if got := string(AppendHit(nil, &r, &engine.Key{Bytes: []byte("key")}, &c.hit)); got != c.want+"END\r\n" {
			t.Errorf("last of its line: %q, want %q and END", got, c.want)
		}
		if got := string(AppendMiss(nil, &r, []byte("key"))); got != "END\r\n" {
			t.Errorf("a miss that is the last of its line shows %q", got)
		}
	}
}

func TestStatsReply(t *testing.T) {
	var text Request
	bin := Request{Command: Stats, Dialect: Binary, Opcode: 0x10, Opaque: 0xabadcafe}
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"stat", AppendStat(nil, &text, "pid", "12"), "STAT pid 12\r\n"},
		{"stat without value", AppendStat(nil, &text, "inter", ""), "STAT inter\r\n"},
		{"end", AppendStatsEnd(nil, &text), "END\r\n"},
		{"item", AppendDump(nil, &text, "a", "[1 b; 12 s]"), "ITEM a [1 b; 12 s]\r\n"},
		{"item of an odd key", AppendDump(nil, &text, "a\r\nEND\r\n", "[1 b; 12 s]"), "ITEM YQ0KRU5EDQo= b [1 b; 12 s]\r\n"},
		{"detail", AppendDetail(nil, &text, "PREFIX p get 1 hit 0 set 1 del 0\r\n"), "PREFIX p get 1 hit 0 set 1 del 0\r\nEND\r\n"},
		{"binary stat", AppendStat(nil, &bin, "umask", "700"), unhex(t, "811000050000000000000008abadcafe0000000000000000756d61736b373030")},
		{"binary end", AppendStatsEnd(nil, &bin), unhex(t, "811000000000000000000000abadcafe0000000000000000")},
		{"binary detail", AppendDetail(nil, &bin, "PREFIX p get 0 hit 0 set 1 del 0\r\n"), unhex(t, "81100008000000000000002fabadcafe000000000000000064657461696c65645052454649582070206765742030206869742030207365742031206465"+
			"6c20300d0a454e440d0a811000000000000000000000abadcafe0000000000000000")},
	} {
		if string(c.got) != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func unhex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBinaryReply(t *testing.T) {
	const (
		notFound = "0000000000000000" + "4e6f7420666f756e64"
		exists   = "0000000000000000" + "446174612065786973747320666f72206b65792e"
	)
	for _, c := range []struct {
		name   string
		opcode byte
		reply  Reply
		want   string
	}{
		{"noop", 0x0a, Reply{}, "810a00000000000000000000abadcafe0000000000000000"},
		{"set", 0x01, Reply{CAS: 0x0102030405060708}, "810100000000000000000000abadcafe0102030405060708"},
		{"set exists", 0x01, Reply{Status: engine.Exists, CAS: 9}, "810100000000000200000014abadcafe" + exists},
		{"set not found", 0x01, Reply{Status: engine.NotFound}, "810100000000000100000009abadcafe" + notFound},
		{"set too large", 0x01, Reply{Status: engine.TooLarge}, "81010000000000030000000aabadcafe0000000000000000546f6f206c617267652e"},
		{"set no memory", 0x01, Reply{Status: engine.NoMemory}, "81010000000000820000000dabadcafe00000000000000004f7574206f66206d656d6f7279"},
		{"add", 0x02, Reply{Status: engine.NotStored}, "810200000000000200000014abadcafe" + exists},
		{"replace", 0x03, Reply{Status: engine.NotStored}, "810300000000000100000009abadcafe" + notFound},
		{"append", 0x0e, Reply{Status: engine.NotStored}, "810e0000000000050000000babadcafe00000000000000004e6f742073746f7265642e"},
		{"delete", 0x04, Reply{CAS: 9}, "810400000000000000000000abadcafe0000000000000000"},
		{"incr", 0x05, Reply{CAS: 1, Number: 8}, "810500000000000000000008abadcafe00000000000000010000000000000008"},
		{"incr no number", 0x05, Reply{Status: engine.NonNumeric}, "81050000000000060000002eabadcafe00000000000000004e6f6e2d6e756d65726963207365727665722d736964652076616c756520666f7220696e6372206f722064656372"},
		{"flush", 0x08, Reply{}, "810800000000000000000000abadcafe0000000000000000"},
		{"version", 0x0b, Reply{Text: "1.4.5"}, "810b00000000000000000005abadcafe0000000000000000312e342e35"},
		{"stat unknown", 0x10, Reply{Status: engine.Unsupported}, "811000000000000100000009abadcafe" + notFound},
		{"stat unknown to the server", 0x10, Reply{Status: UnknownCommand}, "811000000000000100000009abadcafe" + notFound},
		{"stat detail x", 0x10, Reply{Status: BadDetail}, "811000000000000100000009abadcafe" + notFound},
		{"stat reset", 0x10, Reply{Text: "RESET"}, "811000000000000000000000abadcafe0000000000000000"},
		{"touch", 0x1c, Reply{CAS: 1, Flags: 7}, "811c00000400000000000004abadcafe000000000000000100000007"},
		{"sasl list", 0x20, Reply{Text: "PLAIN"}, "812000000000000000000005abadcafe0000000000000000504c41494e"},
		{"sasl ok", 0x21, Reply{Text: "Authenticated"}, "81210000000000000000000dabadcafe000000000000000041757468656e74696361746564"},
		{"sasl refused", 0x21, Reply{Status: AuthError}, "81210000000000200000000dabadcafe000000000000000041757468206661696c7572652e"},
		{"sasl continues", 0x22, Reply{Status: AuthContinue, Text: "hm"}, "812200000000002100000002abadcafe0000000000000000686d"},
		{"sasl off", 0x20, Reply{Status: UnknownCommand}, "81200000000000810000000fabadcafe0000000000000000556e6b6e6f776e20636f6d6d616e64"},
		{"unauthenticated", 0x00, Reply{Status: AuthError}, "81000000000000200000000dabadcafe000000000000000041757468206661696c7572652e"},
		{"quitq", 0x17, Reply{}, ""},
		{"setq", 0x11, Reply{}, ""},
		{"setq too large", 0x11, Reply{Status: engine.TooLarge}, "81110000000000030000000aabadcafe0000000000000000546f6f206c617267652e"},
		{"addq exists", 0x12, Reply{Status: engine.NotStored}, "811200000000000200000014abadcafe" + exists},
		{"deleteq not found", 0x14, Reply{Status: engine.NotFound}, "811400000000000100000009abadcafe" + notFound},
		{"incrq not found", 0x15, Reply{Status: engine.NotFound}, "811500000000000100000009abadcafe" + notFound},
	} {
		o := &opcodes[c.opcode]
		r := Request{Command: o.command, Op: o.op, Hide: o.hide, Dialect: Binary, Flag: o.flag, Opcode: c.opcode, Opaque: 0xabadcafe}
		if got := hex.EncodeToString(AppendReply(nil, &r, []byte("key"), &c.reply)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

// What the parser refuses is answered by the request itself.
func TestBinaryFail(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"800800000200000000000002abadcafe00000000000000000000", "810800000000000400000011abadcafe0000000000000000496e76616c696420617267756d656e7473"},
		{"801b00000000000000000000abadcafe0000000000000000", "811b0000000000810000000fabadcafe0000000000000000556e6b6e6f776e20636f6d6d616e64"},
		{"80110000080000000000000aabadcafe0000000000000000", "811100000000000400000011abadcafe0000000000000000496e76616c696420617267756d656e7473"},
	} {
		run := new(Run)
		p := &Parser{Binary: true}
		p.Parse([]byte(unhex(t, c.in)), run, MaxRun)
		r := &run.Requests[0]
		if got := hex.EncodeToString(AppendReply(nil, r, nil, &Reply{Status: r.Status})); run.N != 1 || got != c.want {
			t.Errorf("%s: %d requests, %s, want %s", c.in, run.N, got, c.want)
		}
	}
}

func TestBinaryHit(t *testing.T) {
	hit := &engine.Hit{Value: []byte("hello"), Flags: 0xdeadbeef, CAS: 7}
	for _, c := range []struct {
		opcode    byte
		hit, miss string
	}{
		{0x00, "810000000400000000000009abadcafe0000000000000007deadbeef68656c6c6f", "810000000000000100000009abadcafe00000000000000004e6f7420666f756e64"},
		{0x09, "810900000400000000000009abadcafe0000000000000007deadbeef68656c6c6f", ""},
		{0x0c, "810c0003040000000000000cabadcafe0000000000000007deadbeef6b657968656c6c6f", "810c00030000000100000003abadcafe00000000000000006b6579"},
		{0x0d, "810d0003040000000000000cabadcafe0000000000000007deadbeef6b657968656c6c6f", ""},
		{0x1d, "811d00000400000000000009abadcafe0000000000000007deadbeef68656c6c6f", "811d00000000000100000009abadcafe00000000000000004e6f7420666f756e64"},
		{0x1e, "811e00000400000000000009abadcafe0000000000000007deadbeef68656c6c6f", ""},
	} {
		o := &opcodes[c.opcode]
		r := Request{Command: o.command, Hide: o.hide, Dialect: Binary, Flag: o.flag, Opcode: c.opcode, Opaque: 0xabadcafe}
		if got := hex.EncodeToString(AppendHit(nil, &r, &engine.Key{Bytes: []byte("key")}, hit)); got != c.hit {
			t.Errorf("%s:\n%s, want\n%s", o.name, got, c.hit)
		}
		if got := hex.EncodeToString(AppendMiss(nil, &r, []byte("key"))); got != c.miss {
			t.Errorf("%s: a miss shows\n%s, want\n%s", o.name, got, c.miss)
		}
		if got := AppendHitTail(nil, &r); len(got) != 0 {
			t.Errorf("%s: %q behind the value", o.name, got)
		}
	}
}
