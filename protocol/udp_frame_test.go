package protocol

import "testing"

func TestParseFrame(t *testing.T) {
	for _, c := range []struct {
		in, body string
		frame    Frame
		ok       bool
	}{
		{"", "", Frame{}, false},
		{"\x00\x01\x00\x00\x00\x01\x00", "", Frame{}, false},
		{"\x00\x01\x00\x00\x00\x01\x00\x00", "", Frame{}, false},
		{"\x00\x01\x00\x00\x00\x01\x00\x00version\r\n", "version\r\n", Frame{ID: 1, Total: 1}, true},
		{"\x12\x34\x00\x09\x00\x01\x56\x78x", "x", Frame{ID: 0x1234, Sequence: 9, Total: 1}, true},
		{"\x00\x07\x00\x00\x00\x02\x00\x00version\r\n", "version\r\n", Frame{ID: 7, Total: 2}, false},
		{"\x00\x07\x00\x00\x00\x00\x00\x00version\r\n", "version\r\n", Frame{ID: 7}, false},
		{"\x00\x07\x00\x00\x01\x01\x00\x00version\r\n", "version\r\n", Frame{ID: 7, Total: 257}, false},
	} {
		frame, body, ok := ParseFrame([]byte(c.in))
		if frame != c.frame || string(body) != c.body || ok != c.ok {
			t.Errorf("%q: %+v, %q, %v", c.in, frame, body, ok)
		}
	}
}

// TestIsReply checks it against every command and every text reply that has a fixed beginning.
func TestIsReply(t *testing.T) {
	for _, c := range textCommands {
		if IsReply(c.name[0]) {
			t.Errorf("%s would be taken for a reply", c.name)
		}
	}
	shown := func(line string) {
		if line != "" && !IsReply(line[0]) {
			t.Errorf("%s would be taken for a command", line)
		}
	}
	for _, c := range commands {
		shown(c.done)
		shown(c.meta)
	}
	for _, row := range statuses {
		shown(row.classic)
		shown(row.meta)
	}
	if IsReply(MagicRequest) || !IsReply(magicReply) {
		t.Error("the magic bytes are mixed up")
	}
}

func TestAppendFrame(t *testing.T) {
	got := string(AppendFrame([]byte("x"), Frame{ID: 0x0102, Sequence: 0x0304, Total: 0x0506}))
	if want := "x\x01\x02\x03\x04\x05\x06\x00\x00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
