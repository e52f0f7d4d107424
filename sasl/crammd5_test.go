package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestCRAMRFC2195 checks the digest of the RFC's example.
func TestCRAMRFC2195(t *testing.T) {
	a := withUsers(t, "tim:tanstaaftanstaaf\n")
	a.nonce = func() string { return "1896.697170952" }
	a.hostname = "postoffice.reston.mci.net"
	s := a.NewSession()
	challenge, result := s.Start("CRAM-MD5", nil, noon)
	if result != Continue || string(challenge) != "<1896.697170952@postoffice.reston.mci.net>" {
		t.Fatal(result, string(challenge))
	}
	if _, result = s.Step([]byte("tim b913a602c7eda7a495b4e6e7334d3890"), noon); result != OK || s.user != "tim" {
		t.Error(result, s.user)
	}
}

// cramAnswer is what a client answers.
func cramAnswer(user, password string, challenge []byte) string {
	mac := hmac.New(md5.New, []byte(password))
	mac.Write(challenge)
	return fmt.Sprintf("%s %x", user, mac.Sum(nil))
}

// tryCRAM reports whether the password lets the user in.
func tryCRAM(a *Authenticator, user, password string) bool {
	s := a.NewSession()
	challenge, _ := s.Start("CRAM-MD5", nil, noon)
	_, result := s.Step([]byte(cramAnswer(user, password, challenge)), noon)
	return result == OK
}

func TestCRAM(t *testing.T) {
	long := strings.Repeat("long", 40)
	a := withUsers(t, "two words:p\nl:"+long+"\n"+bcryptLine(t, "b", "p", 4)+
		scramLine("s", "p", hashSHA1, 4096, "saltsalt"))
	for _, test := range []struct {
		user, password string
		want           Result
	}{
		{"two words", "p", OK},
		{"l", long, OK},
		{"l", long[1:], Failed},
		{"two words", "q", Failed},
		{"two", "p", Failed},
		{"b", "p", Failed}, // a hash is of no use for CRAM-MD5
		{"s", "p", Failed},
		{"nobody", "", Failed},
		{"", "p", Failed},
	} {
		s := a.NewSession()
		challenge, _ := s.Start("CRAM-MD5", nil, noon)
		if _, result := s.Step([]byte(cramAnswer(test.user, test.password, challenge)), noon); result != test.want {
			t.Errorf("%s: %v, want %v", test.user, result, test.want)
		}
	}
	s := a.NewSession()
	for _, bad := range []string{"l", "l ", "l xyz", "l " + strings.Repeat("z", 32), strings.Repeat("0", 33), ""} {
		s.Start("CRAM-MD5", nil, noon)
		if _, result := s.Step([]byte(bad), noon); result != Failed {
			t.Errorf("%q: %v", bad, result)
		}
	}
	if _, result := s.Start("CRAM-MD5", []byte("l x"), noon); result != Failed {
		t.Error("the client spoke first:", result)
	}
}

// TestCRAMChallenge asks twice, and answers the second challenge with the first one's answer.
func TestCRAMChallenge(t *testing.T) {
	a := withUsers(t, "u:p\n")
	s := a.NewSession()
	first, _ := s.Start("CRAM-MD5", nil, noon)
	second, _ := s.Start("CRAM-MD5", nil, noon)
	if string(first) == string(second) || !regexp.MustCompile(`^<[0-9a-f]{36}@cache>$`).Match(first) {
		t.Errorf("%q, %q", first, second)
	}
	if _, result := s.Step([]byte(cramAnswer("u", "p", first)), noon); result != Failed {
		t.Error("a replayed answer:", result)
	}
	for _, host := range []string{"", "a b", "a>b", "ä", "x\r\n", strings.Repeat("h", 256)} {
		if got := New(Config{Hostname: host}, nil).hostname; got != "localhost" {
			t.Errorf("host %q became %q", host, got)
		}
	}
}
