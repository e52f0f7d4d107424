package protocol

import (
	"fmt"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		in, want, rest string
	}{
		{"", "", ""},
		{"   ", "", ""},
		{"a", "a", ""},
		{"  stats  items x ", "stats|items|x", "items x "},
		{"a b c d e", "a|b|c|d", "b c d e"},
		{"a\tb c\r", "a\tb|c\r", "c\r"},
		{"a b\x00c d", "a|b", "b"},
		{"a\x00 b", "a", ""},
		{"a b\nc", "a|b", "b"},
		{"12345678 1234567 123456789", "12345678|1234567|123456789", "1234567 123456789"},
		{"\xff\xa0\x80\x7f!!!! \x81", "\xff\xa0\x80\x7f!!!!|\x81", "\x81"},
	} {
		var space [4][]byte
		n := Words([]byte(c.in), space[:])
		words := make([]string, n)
		for i := range n {
			words[i] = string(space[i])
		}
		if got := strings.Join(words, "|"); got != c.want {
			t.Errorf("Words(%q) = %q", c.in, got)
		}
		if got := string(Rest([]byte(c.in))); got != c.rest {
			t.Errorf("Rest(%q) = %q, want %q", c.in, got, c.rest)
		}
	}
}

// The eight-bytes-at-a-time scan must stop where a simple one does, wherever the byte stands and whatever is around it.
func TestPlainEnd(t *testing.T) {
	for c := range 256 {
		for length := range 20 {
			for at := range length {
				for _, around := range []byte{'a', '!', 0x80, 0xa0, 0xa1, 0xff} {
					in := []byte(strings.Repeat(string([]byte{around}), length))
					in[at] = byte(c)
					want := length
					if c <= ' ' {
						want = at
					}
					if got := plainEnd(in, 0); got != want {
						t.Fatalf("plainEnd(%q) = %d, want %d", in, got, want)
					}
				}
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	const bad = "bad"
	for _, c := range []struct{ in, unsigned, cut, signed string }{
		{"0", "0", "0", "0"},
		{"007", "7", "7", "7"},
		{"+5", "5", "5", "5"},
		{"\t5", "5", "5", "5"},
		{"\v\f\r5", "5", "5", "5"},
		{"5\tabc", "5", "5", "5"},
		{"5\r", "5", "5", "5"},
		{"", bad, bad, bad},
		{"+", bad, bad, bad},
		{"-", bad, bad, bad},
		{"abc", bad, bad, bad},
		{"\tabc", "0", "0", "0"},
		{"\t", "0", "0", "0"},
		{"1a", bad, bad, bad},
		{"0x1", bad, bad, bad},
		{"--1", bad, bad, bad},
		{"-0", "0", "0", "0"},
		{"-1", bad, bad, "-1"},
		{"4294967295", "4294967295", "4294967295", "4294967295"},
		{"4294967296", "4294967296", "0", "4294967296"},
		{"999999999999999999", "999999999999999999", "2808348671", "999999999999999999"},
		{"9223372036854775807", "9223372036854775807", "4294967295", "9223372036854775807"},
		{"9223372036854775808", "9223372036854775808", "0", bad},
		{"9223372036854775808\t-", bad, bad, bad},
		{"18446744073709551615", "18446744073709551615", "4294967295", bad},
		{"18446744073709551616", bad, bad, bad},
		{"99999999999999999999999999", bad, bad, bad},
		{"00000000000000000000000000000001", "1", "1", "1"},
		{"-9223372036854775808", bad, bad, "-9223372036854775808"},
		{"-9223372036854775809", "9223372036854775807", "4294967295", bad},
		{"-18446744073709551615", "1", "1", bad},
		{"-18446744073709551616", bad, bad, bad},
	} {
		u, ok := Uint64([]byte(c.in))
		check(t, "Uint64", c.in, u, ok, c.unsigned)
		u32, ok := Uint32([]byte(c.in))
		check(t, "Uint32", c.in, u32, ok, c.cut)
		n, ok := Int64([]byte(c.in))
		check(t, "Int64", c.in, n, ok, c.signed)
	}
}

// TestExptime has every border of what memcached 1.4.5 makes of an expiry in text. A negative number is over at once.
func TestExptime(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "1": "1", "-1": "-1", "2592000": "2592000", "2592001": "2592001", "-2592001": "-2592001",
		"2147483647":           "2147483647",
		"2147483648":           "2147483648", // a date in 2038, though it was negative for memcached
		"-2147483648":          "-2147483648",
		"-2147483649":          "2147483647",
		"3000000000":           "3000000000",
		"4292375295":           "4292375295",
		"4292375296":           "-2592000", // a small negative number whose sign was lost
		"4294967294":           "-2",
		"4294967295":           "-1",
		"4294967296":           "0",
		"-4294967295":          "1",
		"-4294967296":          "0",
		"-4294967297":          "-1",
		"4294967297":           "1",
		"6442450944":           "2147483648",
		"8589934591":           "-1",
		"1795791001000":        "494671272", // milliseconds: a date in 1985
		"9223372036854775807":  "-1",
		"-9223372036854775808": "0",
		"9223372036854775808":  "bad",
		"-9223372036854775809": "bad",
		"18446744073709551615": "bad",
		"+5":                   "5", "5\tx": "5", "\t": "0", "x": "bad", "": "bad",
	} {
		n, ok := Exptime([]byte(in))
		check(t, "Exptime", in, n, ok, want)
	}
}

func TestLastWord(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "  ": "", "a": "a", " a b ": "b", "a  bc\r": "bc\r", "a b\x00c d": "b", "\x00a": "", "a b \x00": "b",
	} {
		if got := string(lastWord([]byte(in))); got != want {
			t.Errorf("lastWord(%q) = %q, want %q", in, got, want)
		}
	}
}

func check(t *testing.T, function, in string, n any, ok bool, want string) {
	t.Helper()
	got := "bad"
	if ok {
		got = fmt.Sprint(n)
	}
	if got != want {
		t.Errorf("%s(%q) = %s, want %s", function, in, got, want)
	}
}
