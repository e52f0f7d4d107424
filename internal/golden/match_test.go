package golden

import (
	"encoding/json"
	"testing"
)

func pattern(t *testing.T, text string) payload {
	t.Helper()
	var p payload
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name, pattern, in string
		used              int
		want              verdict
	}{
		{"literal", `"END\r\n"`, "END\r\nmore", 5, yes},
		{"part of a literal", `"END\r\n"`, "EN", 0, more},
		{"wrong", `"END\r\n"`, "ERROR\r\n", 1, no},
		{"silence", `""`, "x", 0, yes},
		{"rest of a line", `"VERSION {{any}}\r\nEND\r\n"`, "VERSION 1.4.5\r\nEND\r\n", 20, yes},
		{"empty rest", `"STAT x {{any}}\r\n"`, "STAT x \r\n", 9, yes},
		{"rest not there yet", `"VERSION {{any}}\r\n"`, "VERSION 1.4", 8, more},
		{"number", `"{{num}} s\r\n"`, "123 s\r\n", 7, yes},
		{"no number", `"{{num}} s\r\n"`, "x s\r\n", 0, no},
		{"negative number", `"{{num}} s"`, "-1 s", 4, yes},
		{"padding", `"a{{pad:3}}b"`, "a\x00\x01\x02b", 5, yes},
		{"repeated", `["x", {"rep": "v", "n": 3}, "y"]`, "xvvvy", 5, yes},
		{"byte above 127", `"\u00ff\u0000"`, "\xff\x00", 2, yes},
		{"hex", `{"hex": "80??ff"}`, "\x80\x01\xff", 3, yes},
		{"hex list", `{"hex": ["80", {"rep": "76", "n": 2}]}`, "\x80vv", 3, yes},
		{"any bytes in hex", `{"hex": "01{any:}02??{any:}03"}`, "\x01\x02\x02\x09\x03", 5, yes},
		{"any bytes at the end", `{"hex": "01{any:}"}`, "\x01abc", 4, yes},
		{"cas", `"{{cas:c1}} {{cas:c2}} {{cas:c1}}\r\n"`, "5 9 5\r\n", 7, yes},
		{"cas changes", `"{{cas:c1}} {{cas:c1}}\r\n"`, "5 6\r\n", 2, no},
		{"cas goes back", `"{{cas:c1}} {{cas:c2}}\r\n"`, "5 4\r\n", 2, no},
		{"cas in hex", `{"hex": "{cas:c1}{cas:c1}"}`, "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01", 16, yes},
	} {
		t.Run(c.name, func(t *testing.T) {
			used, v := pattern(t, c.pattern).match([]byte(c.in), casValues{})
			if v != c.want || (v == yes && used != c.used) {
				t.Errorf("match = %d, %d; want %d, %d", used, v, c.used, c.want)
			}
		})
	}
}

func TestMatchKeepsCASOnlyWhenItMatches(t *testing.T) {
	seen := casValues{}
	p := pattern(t, `"{{cas:c1}} x"`)
	if _, v := p.match([]byte("7 y"), seen); v != no || len(seen) != 0 {
		t.Errorf("a mismatch left %v", seen)
	}
	if _, v := p.match([]byte("7 x"), seen); v != yes || seen["c1"] != 7 {
		t.Errorf("a match left %v", seen)
	}
	send, err := pattern(t, `"cas k 0 0 1 {{cas:c1}}\r\n"`).bytes(seen)
	if err != nil || string(send) != "cas k 0 0 1 7\r\n" {
		t.Errorf("bytes = %q, %v", send, err)
	}
}

// TestRecordings reads every file in full: each step of each case must be well formed.
func TestRecordings(t *testing.T) {
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Load(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range cases {
		if names[c.Name] {
			t.Errorf("%s stands there twice", c.Name)
		}
		names[c.Name] = true
		for i := range c.Steps {
			step := &c.Steps[i]
			_, err := step.Expect.stream()
			if c.Transport == "udp" && step.Via != "tcp" {
				_, err = step.Expect.datagrams()
			}
			if err != nil {
				t.Errorf("%s, step %d: %v", c.Name, i+1, err)
			}
		}
	}
}
