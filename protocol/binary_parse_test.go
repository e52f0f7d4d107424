package protocol

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"gocached/engine"
)

// packet makes a request. Its opaque is 0xabadcafe.
func packet(opcode byte, cas uint64, extras, key, value string) string {
	return header(opcode, len(extras), len(key), uint32(len(extras)+len(key)+len(value)), cas) + extras + key + value
}

// header makes a header whose lengths may be any.
func header(opcode byte, extras, key int, body uint32, cas uint64) string {
	h := make([]byte, headerSize)
	h[0], h[1], h[4] = MagicRequest, opcode, byte(extras)
	binary.BigEndian.PutUint16(h[2:], uint16(key))
	binary.BigEndian.PutUint32(h[8:], body)
	binary.BigEndian.PutUint32(h[12:], 0xabadcafe)
	binary.BigEndian.PutUint64(h[16:], cas)
	return string(h)
}

const (
	setExtras  = "\xde\xad\xbe\xef\x00\x00\x00\x05"
	incrExtras = "\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x0a"
	max4       = "\xff\xff\xff\xff"
	invalid    = badFormat + " +close"
)

var binaryCases = []struct {
	name, in, want string
	need           Need
}{
	{"noop", packet(0x0a, 0, "", "", ""), "noop", NeedNothing},
	{"get", packet(0x00, 0, "", "a", ""), "get a", NeedNothing},
	{"getq getk getkq", packet(0x09, 0, "", "a", "") + packet(0x0c, 0, "", "a", "") + packet(0x0d, 0, "", "a", ""),
		"get a hide=miss\nget a +key\nget a +key hide=miss", NeedNothing},
	{"any key", packet(0x00, 0, "", "a b\r\n\x00", ""), "get a b\r\n\x00", NeedNothing},
	{"key 250", packet(0x00, 0, "", key250, ""), "get kkkk...250", NeedNothing},
	{"key 251", packet(0x00, 0, "", key251, ""), invalid, NeedClose},
	{"key 251, unknown opcode", packet(0x40, 0, "", key251, ""), invalid, NeedClose},
	{"set", packet(0x01, 0, setExtras, "a", "hello"), `store/set a flags=3735928559 exptime=5 "hello"`, NeedNothing},
	{"set empty", packet(0x01, 0, setExtras, "a", ""), `store/set a flags=3735928559 exptime=5 ""`, NeedNothing},
	{"set exptime unsigned", packet(0x01, 0, "\x00\x00\x00\x00"+max4, "a", "1"), `store/set a exptime=4294967295 "1"`, NeedNothing},
	{"set cas", packet(0x01, 7, setExtras, "a", "1"), `store/cas a flags=3735928559 exptime=5 cas=7 "1"`, NeedNothing},
	{"add cas", packet(0x02, 7, setExtras, "a", "1"), `store/cas a flags=3735928559 exptime=5 cas=7 "1"`, NeedNothing},
	{"add replace", packet(0x02, 0, setExtras, "a", "1") + packet(0x13, 0, setExtras, "a", "1"),
		"store/add a flags=3735928559 exptime=5 \"1\"\nstore/replace a flags=3735928559 exptime=5 \"1\" hide=ok", NeedNothing},
	{"append cas", packet(0x0e, 7, "", "a", "1"), `store/append a cas=7 "1"`, NeedNothing},
	{"prependq empty", packet(0x1a, 0, "", "a", ""), `store/prepend a "" hide=ok`, NeedNothing},
	{"set streamed", packet(0x11, 0, setExtras, "a", "01234567890123456789") + packet(0x0a, 0, "", "", ""),
		"store/set a flags=3735928559 exptime=5 \"01234567890123456789\" hide=ok\nnoop", NeedNothing},
	{"delete", packet(0x04, 7, "", "a", "") + packet(0x14, 0, "", "a", ""), "delete a cas=7\ndelete a hide=ok", NeedNothing},
	{"incr", packet(0x05, 0, incrExtras+"\x00\x00\x00\x00", "n", ""), "arithmetic n delta=3 initial=10 +create", NeedNothing},
	{"incr exptime", packet(0x15, 7, incrExtras+"\x00\x00\x00\x64", "n", ""), "arithmetic n exptime=100 cas=7 delta=3 initial=10 +create hide=ok", NeedNothing},
	{"decr no create", packet(0x06, 0, incrExtras+max4, "n", ""), "arithmetic n delta=3 initial=10 +decrease", NeedNothing},
	{"flush", packet(0x08, 0, "", "", "") + packet(0x18, 0, "\x00\x00\x00\x02", "", ""), "flush_all\nflush_all exptime=2 hide=ok", NeedNothing},
	{"stat", packet(0x10, 0, "", "", "") + packet(0x10, 0, "", "detail on", ""), "stats\nstats detail on \"detail on\"", NeedNothing},
	{"version", packet(0x0b, 0, "", "", ""), "version", NeedNothing},
	{"touch gat gatq", packet(0x1c, 0, "\x00\x00\x00\x64", "a", "") + packet(0x1d, 0, "\x00\x00\x00\x64", "a", "") + packet(0x1e, 0, max4, "a", ""),
		"touch a exptime=100\nget a exptime=100 +touch\nget a exptime=4294967295 +touch hide=miss", NeedNothing},
	{"quit", packet(0x07, 0, "", "", "") + packet(0x0a, 0, "", "", ""), "quit +close", NeedClose},
	{"quitq", packet(0x17, 0, "", "", ""), "quit +close hide=ok", NeedClose},
	{"sasl", packet(0x20, 0, "", "", "") + packet(0x21, 0, "", "PLAIN", "\x00user\x00pass") + packet(0x22, 0, "", "PLAIN", ""),
		"sasl_list\nsasl_auth PLAIN \"\\x00user\\x00pass\"\nsasl_step PLAIN", NeedNothing},
	{"sasl too large", packet(0x21, 0, "", "PLAIN", "01234567890123456") + packet(0x0a, 0, "", "", ""),
		"fail \"SERVER_ERROR object too large for cache\" skip=22\nnoop", NeedNothing},

	{"unknown", packet(0x1b, 0, "", "", "") + packet(0x40, 0, "", "key", "body") + packet(0xff, 0, "", "", "") + packet(0x0a, 0, "", "", ""),
		unknown + "\n" + unknown + " skip=7\n" + unknown + "\nnoop", NeedNothing},
	{"rget", packet(0x30, 0, "\x00\x00\x00\x00", "a", ""), unknown + " skip=5", NeedNothing},
	{"unknown with odd lengths", header(0x23, 9, 3, 1, 0) + "x" + packet(0x0a, 0, "", "", ""), unknown + " skip=1\nnoop", NeedNothing},
	{"data type and vbucket", "\x80\x0a\x00\x00\x00\x07\x12\x34" + packet(0x0a, 0, "", "", "")[8:], "noop", NeedNothing},
	{"bad magic", packet(0x0a, 0, "", "", "") + "\x81" + packet(0x0a, 0, "", "", "")[1:], "noop", NeedClose},
	{"text", "version\r\nget aaaaaaaaaaaaaaaaaa\r\n", "", NeedClose},
	{"short of a header", "version\r\n", "", NeedMore},
	{"short of a key", packet(0x00, 0, "", "abc", "")[:26], "", NeedMore},
	{"short of a value", packet(0x01, 0, setExtras, "a", "123456")[:36], "", NeedMore},

	{"get without key", packet(0x00, 0, "", "", ""), invalid, NeedClose},
	{"get with extras", packet(0x00, 0, "\x00\x00\x00\x00", "a", ""), invalid, NeedClose},
	{"get with value", packet(0x00, 0, "", "a", "zz"), invalid, NeedClose},
	{"getq with value", packet(0x09, 0, "", "a", "zz"), invalid, NeedClose},
	{"set without key", packet(0x01, 0, setExtras, "", "1"), invalid, NeedClose},
	{"set without extras", packet(0x01, 0, "", "a", "1234567890"), invalid, NeedClose},
	{"set with short extras", packet(0x01, 0, "\x00\x00\x00\x00", "a", "1"), invalid, NeedClose},
	{"set with long extras", packet(0x01, 0, strings.Repeat("x", 255), "a", "1"), invalid, NeedClose},
	{"set with a short body", header(0x01, 8, 1, 5, 0), invalid, NeedClose},
	{"incr with short extras", packet(0x05, 0, incrExtras, "n", ""), invalid, NeedClose},
	{"incr with value", packet(0x05, 0, incrExtras+max4, "n", "x"), invalid, NeedClose},
	{"delete with extras", packet(0x04, 0, "\x00\x00\x00\x00", "a", ""), invalid, NeedClose},
	{"flush with odd extras", packet(0x08, 0, "\x00\x00", "", ""), invalid, NeedClose},
	{"flush with a key", packet(0x08, 0, "", "a", ""), invalid, NeedClose},
	{"version with a key", packet(0x0b, 0, "", "k", ""), invalid, NeedClose},
	{"noop with a body", packet(0x0a, 0, "", "", "x"), invalid, NeedClose},
	{"quit with a key", packet(0x07, 0, "", "k", ""), invalid, NeedClose},
	{"stat with extras", packet(0x10, 0, "\x00\x00\x00\x00", "", ""), invalid, NeedClose},
	{"stat with a value", packet(0x10, 0, "", "items", "x"), invalid, NeedClose},
	{"sasl list with a body", packet(0x20, 0, "", "", "x"), invalid, NeedClose},
	{"sasl auth without mechanism", packet(0x21, 0, "", "", "x"), invalid, NeedClose},
	{"touch without extras is unknown, as to 1.4.5", packet(0x1c, 0, "", "a", ""), `fail "ERROR" skip=1`, NeedNothing},
}

func TestParseBinary(t *testing.T) {
	for _, c := range binaryCases {
		for _, way := range everyCut {
			p := &Parser{Limits: Limits{StreamFrom: 16}, Binary: true}
			all, need := drive(t, p, []byte(c.in), way.cut, way.room)
			for _, one := range all {
				if one.r.Opaque != 0xabadcafe || one.r.Dialect != Binary || one.r.Flag&FlagNewLine == 0 {
					t.Errorf("%s: opaque %x, flag %x", c.name, one.r.Opaque, one.r.Flag)
				}
				if one.r.Command == Fail {
					one.r.CAS = 0
				}
			}
			if got := show(all); got != c.want || need != c.need {
				t.Errorf("%s, cut %v, room %v:\ngot %d:\n%s\nwant %d:\n%s", c.name, way.cut, way.room, need, got, c.need, c.want)
			}
			if p.Skip != 0 {
				t.Errorf("%s: left with skip %d", c.name, p.Skip)
			}
		}
	}
}

// Bodies of up to 4 GiB must cost nothing: neither memory nor a wait. Where an int has 32 bits they are passed over at once.
func TestHugeBodies(t *testing.T) {
	for _, c := range []struct {
		name, in string
		command  Command
		need     Need
		skip     uint64
		length   int64
	}{
		{"unknown", header(0x40, 0, 0, 1<<32-1, 0), Fail, NeedNothing, 1<<32 - 1, 0},
		{"sasl auth", header(0x21, 0, 5, 15<<28, 0), Fail, NeedNothing, 15 << 28, 0},
		{"set", header(0x01, 8, 1, 15<<28, 0) + setExtras + "a" + "beginning", Store, NeedStream, 0, 15<<28 - 9},
		{"append", header(0x0e, 0, 1, 1<<31+7, 0) + "a", Store, NeedStream, 0, 1<<31 + 6},
		{"get", header(0x00, 0, 1, 1<<32-1, 0), Fail, NeedClose, 0, 0},
		{"noop", header(0x0a, 0, 0, 1<<31, 0), Fail, NeedClose, 0, 0},
	} {
		p := &Parser{Limits: Limits{StreamFrom: 1024}, Binary: true}
		run := new(Run)
		used, need := p.Parse([]byte(c.in), run, MaxRun)
		r := &run.Requests[0]
		if c.length > math.MaxInt {
			c.command, c.need, c.skip, c.length = Fail, NeedNothing, uint64(binary.BigEndian.Uint32([]byte(c.in[8:]))), 0
			c.skip -= uint64(len(c.in) - headerSize)
		}
		if run.N != 1 || r.Command != c.command || used != len(c.in) || need != c.need || p.Skip != c.skip || int64(r.ValueLen) != c.length {
			t.Errorf("%s: %d requests, %v, used %d, need %d, skip %d, length %d", c.name, run.N, r.Command, used, need, p.Skip, r.ValueLen)
		}
	}
}

// No opcode takes a body that is shorter than its extras and its key, a key that is too long, or extras of another length.
func TestLengthsFit(t *testing.T) {
	for i := range opcodes {
		o := &opcodes[i]
		if o.name == "" {
			continue
		}
		extras, key := int(o.extras), 0
		if o.key != keyNone {
			key = MaxKey
		}
		whole := uint64(extras + key)
		if !o.fits(extras, key, whole) {
			t.Errorf("%s: extras %d, key %d and nothing else", o.name, extras, key)
		}
		for short := uint64(0); short < whole; short++ {
			if o.fits(extras, key, short) {
				t.Errorf("%s: a body of %d for %d of extras and %d of key", o.name, short, extras, key)
			}
		}
		if o.fits(extras, key, whole+1) != o.value || o.fits(extras, key, 1<<32-1) != o.value {
			t.Errorf("%s: something behind its key", o.name)
		}
		for other := range 256 {
			if other != extras && !(o.maybe && other == 0) && o.fits(other, key, uint64(other+key)) {
				t.Errorf("%s: extras of %d", o.name, other)
			}
		}
		for _, key := range []int{MaxKey + 1, 1<<16 - 1} {
			if o.fits(extras, key, uint64(extras+key)) {
				t.Errorf("%s: a key of %d", o.name, key)
			}
		}
		if o.key == keyNeeded && o.fits(extras, 0, uint64(extras)) {
			t.Errorf("%s: no key", o.name)
		}
	}
}

// A server that stops behind an unknown packet must find its way back to where the next one begins.
func TestRewindSkip(t *testing.T) {
	in := []byte(packet(0x40, 0, "", "key", "body") + packet(0x0a, 0, "", "", ""))
	p := &Parser{Binary: true}
	run := new(Run)
	if used, _ := p.Parse(in, run, MaxRun); used != len(in) || run.N != 2 {
		t.Fatal(used, run.N)
	}
	first := run.Requests[0]
	p.Rewind(&first)
	run.N = 0
	if used, need := p.Parse(in[first.Next:], run, MaxRun); used != len(in)-first.Next || need != NeedNothing || run.N != 1 || run.Requests[0].Command != Noop {
		t.Errorf("used %d, need %d, %d requests, first %v", used, need, run.N, run.Requests[0].Command)
	}
}

func TestOpcodes(t *testing.T) {
	for i := 0x23; i < len(opcodes); i++ {
		if opcodes[i].name != "" && opcodes[i].since != sinceGATK {
			t.Errorf("opcode %#x must be unknown", i)
		}
	}
	for i := range opcodes {
		o := &opcodes[i]
		if o.command == Store != (o.value && !o.bounded) {
			t.Errorf("opcode %#x: only a store has a value that may be streamed", i)
		}
		if o.op != engine.OpSet && o.command != Store {
			t.Errorf("opcode %#x has op %d", i, o.op)
		}
	}
}
