package protocol

import (
	"testing"

	"gocached/engine"
)

// TestMetaReply: the answers are memcached 1.6.45's to the line in front of each.
func TestMetaReply(t *testing.T) {
	for _, c := range []struct {
		line, tokens, key string
		command           Command
		hide              Hide
		status            engine.Status
		want              string
	}{
		{line: "ms foo 2 k O9", tokens: "k O9", key: "foo", command: Store, want: "HD kfoo O9\r\n"},
		{line: "ms foo 2 O9 k", tokens: "O9  k ", key: "foo", command: Store, want: "HD O9 kfoo\r\n"},
		{line: "ms foo 2", key: "foo", command: Store, want: "HD\r\n"},
		{line: "ms foo 2 q k", tokens: "q k", key: "foo", command: Store, hide: HideOK, want: ""},
		{line: "ms no 2 q MR k O4", tokens: "q MR k O4", key: "no", command: Store, hide: HideOK, status: engine.NotStored, want: "NS kno O4\r\n"},
		{line: "md Zm9v b k O3", tokens: "b k O3", key: "foo", command: Delete, want: "HD kZm9v b O3\r\n"},
		{line: "md miss q k O1", tokens: "q k O1", key: "miss", command: Delete, hide: HideOK, status: engine.NotFound, want: "NF kmiss O1\r\n"},
		{line: "md foo C999999 k O1", tokens: "C999999 k O1", key: "foo", command: Delete, status: engine.Exists, want: "EX kfoo O1\r\n"},
		{line: "mg miss O123 k", tokens: "O123 k", key: "miss", command: Get, status: engine.NotFound, want: "EN O123 kmiss\r\n"},
		{line: "mg bWlzcw== b k O1", tokens: "b k O1", key: "miss", command: Get, status: engine.NotFound, want: "EN kbWlzcw== b O1\r\n"},
		{line: "mg bWlzcw== b O1", tokens: "b O1", key: "miss", command: Get, status: engine.NotFound, want: "EN O1\r\n"},
		{line: "mg miss k q O1", tokens: "k q O1", key: "miss", command: Get, hide: HideMiss, status: engine.NotFound, want: ""},
		{line: "ma foo q k O1", tokens: "q k O1", key: "foo", command: Arithmetic, hide: HideOK, status: engine.NonNumeric,
			want: "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"},
		{line: "mn", command: Noop, want: "MN\r\n"},
	} {
		r := Request{Dialect: Meta, Command: c.command, Hide: c.hide, Tokens: []byte(c.tokens)}
		if got := string(AppendReply(nil, &r, []byte(c.key), &Reply{Status: c.status})); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
		if c.command == Get {
			if got := string(AppendMiss(nil, &r, []byte(c.key))); got != c.want {
				t.Errorf("%s: a miss shows %q, want %q", c.line, got, c.want)
			}
		}
	}
}
