package server

import (
	"testing"

	"gocached/server/settings"
)

// TestNoCASBinary: with -C a binary store that gives a CAS is the plain store, and a delete, incr or decr that gives one finds
// another. All is as in memcached 1.4.5, where an item without CAS has the CAS 0.
func TestNoCASBinary(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.NoCAS = true })
	c := ts.dial()
	const three = "\x00\x00\x00\x00\x00\x00\x00\x03"
	const eight = "\x00\x00\x00\x00\x00\x00\x00\x00"
	const twenty = "\x00\x00\x00\x00\x00\x00\x00\x01" + "\x00\x00\x00\x00\x00\x00\x00\x05" + "\x00\x00\x00\x00"
	ask := func(opcode byte, extras, value string, code uint16) {
		t.Helper()
		packet := frame(opcode, 1, extras, "n", value)
		c.send(packet[:16] + three + packet[24:])
		if a := c.packet(); a.code != code {
			t.Errorf("opcode 0x%02x: 0x%04x, want 0x%04x", opcode, a.code, code)
		}
	}
	holds := func(value string) {
		t.Helper()
		c.send(frame(0x00, 2, "", "n", ""))
		c.wants(codeOK, "\x00\x00\x00\x00"+value)
	}
	const exists = 0x0002
	ask(0x03, eight, "1", codeNotFound) // replace
	ask(0x04, "", "", codeNotFound)     // delete
	ask(0x01, eight, "1", codeOK)       // set
	holds("1")
	ask(0x01, eight, "2", codeOK)
	holds("2")
	ask(0x02, eight, "3", exists) // add
	ask(0x04, "", "", exists)
	ask(0x05, twenty, "", exists) // incr
	ask(0x06, twenty, "", exists) // decr
	holds("2")
	ask(0x03, eight, "4", codeOK)
	ask(0x0e, "", "5", codeOK) // append
	holds("45")
	c.send(frame(0x05, 1, twenty, "n", "") + frame(0x04, 1, "", "n", ""))
	c.wants(codeOK, "\x00\x00\x00\x00\x00\x00\x00\x2e")
	c.wants(codeOK, "")
	ask(0x02, eight, "6", codeOK)
	holds("6")
	c.send(frame(0x04, 1, "", "n", ""))
	c.wants(codeOK, "")
	ask(0x05, twenty, "", codeOK) // creates
	holds("5")

	text := ts.dial()
	text.ask("cas n 0 0 1 99\r\n7\r\ngets n\r\ncas m 0 0 1 0\r\n7\r\n", "STORED\r\nVALUE n 0 1 0\r\n7\r\nEND\r\nNOT_FOUND\r\n")
}
