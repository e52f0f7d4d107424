package sasl

import (
	"strings"
	"testing"
	"time"
)

func TestPlain(t *testing.T) {
	a := withUsers(t, "testuser:testpass\n")
	for _, test := range []struct {
		data string
		want Result
	}{
		{"\x00testuser\x00testpass", OK},
		{"testuser\x00testuser\x00testpass", OK},
		{"other\x00testuser\x00testpass", Failed},
		{"\x00testuser\x00wrong", Failed},
		{"\x00testuser\x00testpas", Failed},
		{"\x00testuser\x00testpass1", Failed},
		{"\x00testuser\x00testpass\x00", Failed},
		{"\x00testuser\x00", Failed},
		{"\x00\x00testpass", Failed},
		{"\x00nobody\x00testpass", Failed},
		{"\x00TESTUSER\x00testpass", Failed},
		{"testuser\x00testpass", Failed},
		{"\x00", Failed},
		{"", Continue},
		{"\x00" + strings.Repeat("u", 257) + "\x00testpass", Failed},
	} {
		s := a.NewSession()
		challenge, result := s.Start("PLAIN", []byte(test.data), noon)
		if result != test.want || len(challenge) != 0 || s.Authenticated() != (test.want == OK) {
			t.Errorf("%.40q: %v %q", test.data, result, challenge)
		}
	}
}

// TestPlainRFC4616 plays the examples of section 4 of the RFC.
func TestPlainRFC4616(t *testing.T) {
	a := withUsers(t, "tim:tanstaaftanstaaf\nKurt:xipj3plmq\n")
	s := a.NewSession()
	if _, result := s.Start("PLAIN", []byte("\x00tim\x00tanstaaftanstaaf"), noon); result != OK {
		t.Error(result)
	}
	// Here the RFC lets Kurt act for Ursel. Nobody acts for another in a cache.
	if _, result := s.Start("PLAIN", nil, noon); result != Continue {
		t.Error(result)
	}
	if _, result := s.Step([]byte("Ursel\x00Kurt\x00xipj3plmq"), noon); result != Failed {
		t.Error(result)
	}
}

func TestPlainInTwoMessages(t *testing.T) {
	s := withUsers(t, "u:p\n").NewSession()
	if _, result := s.Start("plain", nil, noon); result != Continue {
		t.Fatal(result)
	}
	if _, result := s.Step(plainMessage("u", "p"), noon); result != OK || s.user != "u" {
		t.Error(result, s.user)
	}
	s.Start("plain", nil, noon)
	if _, result := s.Step(nil, noon); result != Failed {
		t.Error("an empty second message:", result)
	}
}

func TestLogin(t *testing.T) {
	a := withUsers(t, "u:p\n")
	s := a.NewSession()
	steps := func(messages ...string) (result Result) {
		for i, m := range messages {
			if i == 0 {
				_, result = s.Start("LOGIN", []byte(m), noon)
			} else {
				_, result = s.Step([]byte(m), noon)
			}
		}
		return result
	}
	for _, test := range []struct {
		messages []string
		want     Result
	}{
		{[]string{"", "u", "p"}, OK},
		{[]string{"u", "p"}, OK},
		{[]string{"", "u", "x"}, Failed},
		{[]string{"", "x", "p"}, Failed},
		{[]string{"", "u", ""}, Failed},
		{[]string{"", ""}, Failed},
		{[]string{"", "u"}, Continue},
		{[]string{"u", "p", "p"}, Failed},
	} {
		if got := steps(test.messages...); got != test.want || s.Authenticated() != (got == OK) {
			t.Errorf("%q: %v", test.messages, got)
		}
	}
	if challenge, _ := s.Start("LOGIN", nil, noon); string(challenge) != "Username:" {
		t.Errorf("%q", challenge)
	}
	if challenge, _ := s.Step([]byte("u"), noon); string(challenge) != "Password:" {
		t.Errorf("%q", challenge)
	}
}

func TestSessionStates(t *testing.T) {
	a := withUsers(t, "u:p\n")
	s := a.NewSession()
	if _, result := s.Step([]byte("x"), noon); result != Failed {
		t.Error("a step without a start:", result)
	}
	good := plainMessage("u", "p")
	clears := map[string]func(){
		"a wrong password":      func() { s.Start("PLAIN", plainMessage("u", "x"), noon) },
		"an unknown mechanism":  func() { s.Start("ANONYMOUS", good, noon) },
		"no mechanism":          func() { s.Start("", good, noon) },
		"a long mechanism":      func() { s.Start(strings.Repeat("X", 40), good, noon) },
		"a mechanism too long":  func() { s.Start("PLAIN"+strings.Repeat(" ", 40), good, noon) },
		"long data":             func() { s.Start("PLAIN", make([]byte, MaxData+1), noon) },
		"a step without a need": func() { s.Step(good, noon) },
		"an attempt begun":      func() { s.Start("CRAM-MD5", nil, noon) },
	}
	for name, act := range clears {
		if _, result := s.Start("PLAIN", good, noon); result != OK || !s.Authenticated() {
			t.Fatal("the right password:", result)
		}
		act()
		if s.Authenticated() || s.user != "" {
			t.Errorf("%s leaves the session authenticated", name)
		}
	}
}

func TestWait(t *testing.T) {
	a := withUsers(t, "u:p\n")
	s := a.NewSession()
	now := noon
	for i := range 8 {
		want := time.Duration(0)
		if i >= 5 {
			want = 100 * time.Millisecond
		}
		if got := s.Wait(now); got != want {
			t.Errorf("after %d failures: %v", i, got)
		}
		now = now.Add(s.Wait(now))
		s.Start("PLAIN", plainMessage("u", "x"), now)
	}
	if got := s.Wait(now.Add(30 * time.Millisecond)); got != 70*time.Millisecond {
		t.Errorf("30 ms later: %v", got)
	}
	if got := s.Wait(now.Add(-time.Hour)); got != 100*time.Millisecond {
		t.Errorf("after the clock went back: %v", got)
	}
	now = now.Add(time.Second)
	if _, result := s.Start("PLAIN", plainMessage("u", "p"), now); result != OK {
		t.Error(result)
	}
	s.Start("PLAIN", plainMessage("u", "x"), now)
	if s.Wait(now) == 0 {
		t.Error("a success forgave the failures")
	}
}

// TestWaitUnfinished counts attempts that are dropped half-way.
func TestWaitUnfinished(t *testing.T) {
	s := withUsers(t, "u:p\n").NewSession()
	for range 6 {
		s.Start("CRAM-MD5", nil, noon)
	}
	if s.Wait(noon) == 0 {
		t.Error("no wait after five unfinished attempts")
	}
}

func TestList(t *testing.T) {
	const all = "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 LOGIN PLAIN"
	plaintext := "u:p\n"
	hashed := bcryptLine(t, "b", "p", 4)
	sha256 := scramLine("s", "p", hashSHA256, 4096, "saltsalt")
	for _, test := range []struct {
		lines   string
		allowed []string
		want    string
	}{
		{plaintext, nil, all},
		{"", nil, all},
		{plaintext, []string{"plain"}, "PLAIN"},
		{plaintext, []string{"plain", "cram-md5"}, "CRAM-MD5 PLAIN"},
		{"", []string{"plain", "cram-md5"}, "CRAM-MD5 PLAIN"},
		{plaintext, []string{"anonymous", "gssapi"}, ""},
		{plaintext, []string{}, ""},
		{hashed, nil, "LOGIN PLAIN"},
		{sha256, nil, "SCRAM-SHA-256 LOGIN PLAIN"},
		{hashed + sha256, nil, "SCRAM-SHA-256 LOGIN PLAIN"},
		{hashed + plaintext, nil, all},
		{hashed, []string{"scram-sha-1", "cram-md5"}, ""},
	} {
		config := Config{PasswordFile: writeFile(t, "pwdb", test.lines), Mechanisms: test.allowed}
		a := withConfig(t, config)
		if got := a.List(); got != test.want {
			t.Errorf("%q allowed %v: %q, want %q", test.lines, test.allowed, got, test.want)
		}
		for _, name := range strings.Fields(all) {
			_, result := a.NewSession().Start(name, nil, noon)
			if listed := strings.Contains(" "+test.want+" ", " "+name+" "); listed != (result == Continue) {
				t.Errorf("%s: listed %v, start %v", name, listed, result)
			}
		}
	}
}
