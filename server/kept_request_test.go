package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/protocol"
	"gocached/server/settings"
)

// metaSet is an ms whose value comes bit by bit.
type metaSet struct {
	key, flags string
	end        string // of the data block
	answer     string
	want       string // what is there then; "" is the value
}

var metaSets = []metaSet{
	{flags: "", end: "\r\n", answer: "HD\r\n"},
	{flags: "O123 k", end: "\r\n", answer: "HD O123 kfoo\r\n"},
	{flags: "T0 k  F0 O9 ", end: "\r\n", answer: "HD kfoo O9\r\n"},
	{key: "Zm9v", flags: "b k s O" + strings.Repeat("o", 31), end: "\r\n", answer: "HD kZm9v b s300000 O" + strings.Repeat("o", 31) + "\r\n"},
	{flags: "k O1 ME s", end: "\r\n", answer: "NS kfoo O1 s300000\r\n", want: "old"},
	{flags: "k O1 MA", end: "\r\n", answer: "HD kfoo O1\r\n", want: "old" + metaValue},
	{flags: "k O1 q L" + strings.Repeat("l", 10_000), end: "\r\n"},
	{flags: "k O1 q", end: "!!", answer: "CLIENT_ERROR bad data chunk\r\n", want: "old"},
}

// metaValue is the value that all of them store, and metaFirst how much of it comes with the line.
var metaValue = longValue(3)[:300_000]

const metaFirst = 1000

// begin has the server take a store from input that is spoiled as soon as the round is over.
func (m *metaSet) begin(ts *testServer, c *client) {
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	key := m.key
	if key == "" {
		key = "foo"
	}
	input, run := fmt.Appendf(nil, "ms %s %d %s\r\n%s", key, len(metaValue), m.flags, metaValue[:metaFirst]), new(protocol.Run)
	p := protocol.Parser{Limits: protocol.Limits{StreamFrom: 1}}
	if _, need := p.Parse(input, run, 1); need != protocol.NeedStream {
		ts.t.Fatalf("%s: need %d", m.flags, need)
	}
	ts.onLoopOfLast(func(l *loop, inside *conn) {
		l.round.alone(inside, &kept{request: run.Requests[0], key: run.Keys[0].Bytes})
		l.executor.executeOne(0)
		l.replies.write()
		l.stores.forgetBegun()
		spoil(input)
		spoil(run.Keys[0].Bytes)
	})
}

func spoil(b []byte) {
	for i := range b {
		b[i] = '#'
	}
}

// finish sends what is missing, in parts that are read one by one, and hears the answer.
func (m *metaSet) finish(ts *testServer, c *client) {
	rest := metaValue[metaFirst:] + m.end
	for len(rest) > 0 {
		part := rest[:min(len(rest), 70_000)]
		before := ts.sum(bytesRead)
		c.send(part)
		ts.awaitRead(before + uint64(len(part)))
		rest = rest[len(part):]
	}
	c.ask("version\r\n", m.answer+"VERSION 1.4.5\r\n")
}

// TestMetaSetStreams: the answer to a store gives back key and opaque as asked for, though the line that asked is long gone
// when the value is there.
func TestMetaSetStreams(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	for _, m := range metaSets {
		c := ts.dial()
		c.ask("set foo 0 0 3\r\nold\r\n", "STORED\r\n")
		m.begin(ts, c)
		m.finish(ts, c)
		m.check(c)
	}
}

// TestMetaSetWaits: nor is it lost while the store waits for memory.
func TestMetaSetWaits(t *testing.T) {
	for _, m := range metaSets {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, 1 })
		c := ts.dial()
		c.ask("set foo 0 0 3\r\nold\r\n", "STORED\r\n")
		held := ts.hold(4)
		m.begin(ts, c)
		ts.waiting(1)
		held[0].finish(0)
		eventually.True(t, "it goes on", func() bool { return ts.waiters.Load() == 0 })
		m.finish(ts, c)
		m.check(c)
	}
}

// check looks at what is there now.
func (m *metaSet) check(c *client) {
	want := m.want
	if want == "" {
		want = metaValue
	}
	c.ask("get foo\r\n", answerOf("foo", want))
}

// TestKept: what is kept of a request is as much as is needed, of bounded length, and no part of the input.
func TestKept(t *testing.T) {
	for _, k := range []struct {
		send, key string
	}{
		{"set foo 0 0 300000\r\n", ""},
		{"set foo 0 0 300000 noreply\r\n", ""},
		{"append foo 0 0 300000\r\n", "foo"},
		{frame(0x01, 0, "\x00\x00\x00\x00\x00\x00\x00\x00", "foo", metaValue)[:36], ""},
	} {
		ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
		c := ts.dial()
		c.send(k.send)
		eventually.True(t, "it is being received", func() bool { return ts.filling.Load() > 0 })
		ts.onLoopOfLast(func(_ *loop, inside *conn) {
			if f := inside.fill; string(f.key) != k.key || f.request.Tokens != nil || f.request.Value != nil {
				t.Errorf("%.20q: key %q, tokens %q, value %q are kept", k.send, f.key, f.request.Tokens, f.request.Value)
			}
		})
	}
	d, key := new(round), []byte("foo")
	for _, n := range []int{0, 1, protocol.MaxTokens, protocol.MaxTokens + 1, 32 << 10} {
		tokens := bytes.Repeat([]byte("k "), n)[:n]
		d.put(0, &kept{key: key, request: protocol.Request{Tokens: tokens}})
		k := d.keep(0, true)
		clear(tokens)
		if got := k.request.Tokens; len(got) != min(n, protocol.MaxTokens) || n > 0 && got[0] != 'k' || &k.key[0] == &key[0] {
			t.Errorf("of %d bytes %s are kept, of the key %q", n, fmt.Sprint(len(got)), k.key)
		}
	}
}
