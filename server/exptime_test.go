package server

import (
	"fmt"
	"strconv"
	"testing"

	"gocached/clock"
)

// exptimeCommands are all that give an expiry to item k, which is there, and their answers.
var exptimeCommands = []struct{ form, answer string }{
	{"set k 0 %s 1\r\nx\r\n", "STORED\r\n"},
	{"replace k 0 %s 1\r\nx\r\n", "STORED\r\n"},
	{"touch k %s\r\n", "TOUCHED\r\n"},
	{"gat %s k\r\n", "VALUE k 0 1\r\nx\r\nEND\r\n"},
}

// TestTextExptimes: what a number of text means as an expiry. The borders are those of memcached 1.4.5.
func TestTextExptimes(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	now := ts.clock.Unix()
	for number, kept := range map[string]bool{
		"0": true, "60": true, "-1": false, "-60": false, "-2592001": false, "2592000": true, "2592001": false,
		strconv.FormatInt(now-5, 10): false, strconv.FormatInt(now+1000, 10): true,
		"1795791001000": false, // milliseconds
		"2147483647":    true, "2147483648": true, "-2147483648": false, "-2147483649": true,
		"3000000000": true, "4294967294": false, "4294967295": false, "4294967296": true, "4294967396": true,
		"-4294967296": true, "-4294967297": false, "8589934591": false, "9223372036854775807": false, "-9223372036854775808": true,
	} {
		for _, command := range exptimeCommands {
			c.ask("set k 0 0 1\r\nx\r\n", "STORED\r\n")
			c.ask(fmt.Sprintf(command.form, number), command.answer)
			c.holds("k", kept, fmt.Sprintf(command.form, number))
		}
	}
	c.ask("set k 0 9223372036854775808 1\r\nx\r\n", badLine)
	c.ask("touch k 9223372036854775808\r\n", "CLIENT_ERROR invalid exptime argument\r\n")
}

// holds looks whether an item with the value x is there.
func (c *client) holds(key string, want bool, after string) {
	c.t.Helper()
	answer := "END\r\n"
	if want {
		answer = "VALUE " + key + " 0 1\r\nx\r\nEND\r\n"
	}
	c.send("get " + key + "\r\n")
	if first, err := c.r.Peek(1); err != nil || first[0] != answer[0] {
		c.t.Fatalf("after %q: %q (%v), want %q", after, first, err, answer)
	}
	c.expect(answer)
}

// TestFlushAllTimes: the delay of flush_all is not cut, and a date before the start never comes.
func TestFlushAllTimes(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	started := ts.clock.UnixOf(clock.First)
	for _, row := range []struct {
		number  int64
		flushed bool
	}{
		{0, true}, {-1, true}, {-1 << 40, true}, {clock.MaxRelative, false}, {clock.MaxRelative + 1, false}, {started - 1, false},
		{started, true}, {1<<32 - 1, false}, {1 << 32, false}, {1<<63 - 1, false},
	} {
		command := fmt.Sprintf("flush_all %d\r\n", row.number)
		c.ask("set k 0 0 1\r\nx\r\n"+command, "STORED\r\nOK\r\n")
		c.holds("k", !row.flushed, command)
	}
	c.ask("flush_all 5\r\nflush_all 2592001\r\n", "OK\r\nOK\r\n") // the second one takes the place of the first
	ts.clock.Advance(20)
	c.holds("k", true, "the first flush_all's time")
}
