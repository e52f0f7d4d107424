package settings

import "testing"

func TestParseEndpoint(t *testing.T) {
	for text, want := range map[string]Endpoint{
		"127.0.0.1":      {"127.0.0.1", 7},
		"127.0.0.1:80":   {"127.0.0.1", 80},
		"host":           {"host", 7},
		"host:0":         {"host", -1},
		"::1":            {"::1", 7},
		"[::1]":          {"::1", 7},
		"[::1]:80":       {"::1", 80},
		"fe80::1%eth0":   {"fe80::1%eth0", 7},
		"0":              {"0", 7},
		"2130706433":     {"2130706433", 7},
		"::1:1121":       {"::1:1121", 7}, // an address as it stands
		"*":              {"", 7},
		"*:80":           {"", 80},
		":80":            {"", 80},
		"[127.0.0.1]:80": {"127.0.0.1", 80},

		"tag[main]:127.0.0.1:80": {"127.0.0.1", 80},
		"notls:[::1]:80":         {"::1", 80},
	} {
		if got, fault := parseEndpoint(text, 7); got != want || fault != "" {
			t.Errorf("%s: got %v %q, want %v", text, got, fault, want)
		}
	}
	for text, want := range map[string]string{
		"[::1":        `Invalid IPV6 address: "[::1"`,
		"[::1]80":     `Invalid IPV6 address: "[::1]80"`,
		"host:":       `Invalid port number: ""`,
		"host:x":      `Invalid port number: "x"`,
		"host:65536":  `Invalid port number: "65536"`,
		"[::1]:-2":    `Invalid port number: "-2"`,
		"host:11211x": `Invalid port number: "11211x"`,

		"51005":     "-l 51005: -l takes addresses, and -p the port: did you mean -p 51005?",
		"::1:51005": "-l ::1:51005: an IPv6 address with a port needs brackets: did you mean [::1]:51005?",

		"proto[ascii]:127.0.0.1:80": "-l proto[ascii]:127.0.0.1:80: a protocol cannot be chosen for one address, only for all, by -B",
	} {
		if _, fault := parseEndpoint(text, 7); fault != want {
			t.Errorf("%s: fault %q, want %q", text, fault, want)
		}
	}
}
