package sasl

import (
	"strings"
	"testing"
)

func TestPasswordFile(t *testing.T) {
	a := withUsers(t, "\xef\xbb\xbftestuser:testpass\r\n"+
		"# a comment: with a colon\n\n\r\n"+
		"colons:a:b:c\n"+
		"blanks: p \n"+
		"at@realm:p1\n"+
		"here@CACHE:p2\n"+
		"domain@cache.example.org:p3\n"+
		"other@cachet:p4\n"+
		"both:p5\nboth@cache:p6\n"+
		"twice:p7\ntwice:p8\n"+
		bcryptLine(t, "b", "p9", 4)+
		"last:p10")
	for _, test := range []struct {
		user, password string
		want           bool
	}{
		{"testuser", "testpass", true},
		{"testuser@cache", "testpass", true},
		{"testuser@elsewhere", "testpass", false},
		{"# a comment", " with a colon", false},
		{"colons", "a:b:c", true},
		{"colons", "a", false},
		{"blanks", " p ", true},
		{"blanks", "p", false},
		{"at@realm", "p1", true},
		{"at", "p1", false},
		{"here@CACHE", "p2", true},
		{"here", "p2", true},
		{"domain", "p3", true},
		{"other", "p4", false},
		{"both", "p5", true},
		{"both", "p6", false},
		{"both@cache", "p6", true},
		{"twice", "p7", true},
		{"twice", "p8", false},
		{"b", "p9", true},
		{"b", "p", false},
		{"last", "p10", true},
	} {
		if got := tryPlain(a, test.user, test.password); got != test.want {
			t.Errorf("%s with %q: %v", test.user, test.password, got)
		}
	}
	if notes := a.Notes(); len(notes) != 1 || notes[0] != `line 14: "twice" was named before and is ignored here` {
		t.Errorf("%q", notes)
	}
	if a.table.Load().users != 12 {
		t.Error(a.table.Load().users, "users")
	}
}

func TestPasswordFileFaults(t *testing.T) {
	const salt, key = "c2FsdHNhbHQ=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	hash := strings.TrimSpace(strings.TrimPrefix(bcryptLine(t, "", "p", 4), ":"))
	for _, test := range []struct{ line, want string }{
		{"secretword", "no colon"},
		{":secretword", "empty user name"},
		{"user:", "empty password"},
		{"user:secretword\x00", "NUL"},
		{strings.Repeat("u", 257) + ":secretword", "user name of more than 256 bytes"},
		{"user:" + strings.Repeat("p", 1025), "too long"},
		{strings.Repeat("u", 2000), "line of more than 1281 bytes"},
		{"user:$2b$04$secretword", "malformed bcrypt"},
		{"user:" + hash + "x", "malformed bcrypt"},
		{"user:" + strings.Replace(hash, "$04$", "$xx$", 1), "malformed bcrypt"},
		{"user:" + strings.Replace(hash, "$04$", "$03$", 1), "malformed bcrypt"},
		{"user:" + strings.Replace(hash, "$04$", "$15$", 1), "cost 15 is above 14"},
		{"user:" + hash[:20] + "!" + hash[21:], "malformed bcrypt"},
		{"user:SCRAM-SHA-256$secretword", "malformed SCRAM"},
		{"user:SCRAM-SHA-256$x:" + salt + "$" + key + ":" + key, "malformed SCRAM"},
		{"user:SCRAM-SHA-256$4095:" + salt + "$" + key + ":" + key, "between 4096 and"},
		{"user:SCRAM-SHA-256$99999999:" + salt + "$" + key + ":" + key, "between 4096 and"},
		{"user:SCRAM-SHA-256$4096:c2Fs$" + key + ":" + key, "malformed SCRAM"},
		{"user:SCRAM-SHA-256$4096:!$" + key + ":" + key, "malformed SCRAM"},
		{"user:SCRAM-SHA-256$4096:" + salt + "$" + key + ":", "malformed SCRAM"},
		{"user:SCRAM-SHA-1$4096:" + salt + "$" + key + ":" + key, "malformed SCRAM"},
	} {
		_, err := parsePasswords("pwdb", []byte("a:b\n"+test.line+"\nc:d\n"))
		if err == nil || !strings.HasPrefix(err.Error(), "pwdb:2: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.40q: %v, want %q", test.line, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "secretword") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	many := strings.Repeat("a:b\n", maxUsers+1)
	if _, err := parsePasswords("pwdb", []byte(many)); err == nil || !strings.Contains(err.Error(), "pwdb:65537: ") {
		t.Error(err)
	}
}

// FuzzPasswordFile reads anything: what it finds must lie within the limits and make a table.
func FuzzPasswordFile(f *testing.F) {
	f.Add([]byte("testuser:testpass\n#\r\nuser@realm:p:q"))
	f.Add([]byte(bcryptLine(f, "b", "p", 4) + scramLine("s", "p", hashSHA1, 4096, "saltsalt")))
	f.Add([]byte(scramLine("s", "p", hashSHA256, 4096, "saltsalt") + scramLine("s", "p", hashSHA512, 4096, "saltsalt")))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parsePasswords("pwdb", data)
		if err != nil {
			return
		}
		for _, e := range entries {
			kinds := asInt(e.password != nil) + asInt(e.bcrypt != nil) + asInt(e.verifier != nil)
			if e.name == "" || len(e.name) > maxName || kinds != 1 {
				t.Fatalf("%+v", e)
			}
		}
		table, _ := newTable([32]byte{1}, testHost, entries)
		for i := range entries {
			if table.find([]byte(entries[i].name)) == &table.creds[0] {
				t.Errorf("%q is not found", entries[i].name)
			}
		}
	})
}
