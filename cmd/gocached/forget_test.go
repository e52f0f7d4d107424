package main

import "testing"

func TestProgramPart(t *testing.T) {
	const path = "/usr/bin/gocached"
	for line, want := range map[string]bool{
		"00400000-00a00000 r-xp 00000000 08:01 1234                       /usr/bin/gocached":     true,
		"00a00000-01200000 r--p 00600000 08:01 1234                       /usr/bin/gocached":     true,
		"01200000-01280000 rw-p 00e00000 08:01 1234                       /usr/bin/gocached":     false,
		"7f0000000000-7f0000021000 r-xp 00000000 08:01 99                 /lib/libc.so.6":        false,
		"c000000000-c000400000 rw-p 00000000 00:00 0":                                            false,
		"00400000-00a00000 r-xp 00000000 08:01 1234                       /opt/usr/bin/gocached": false,
		"": false,
	} {
		if p, ok := programPart(line, path); ok != want || ok && p.from >= p.to {
			t.Errorf("%q: %x, %v", line, p, ok)
		}
	}
}
