package sasl

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/xdg-go/scram"
)

// TestSCRAMRFC plays the examples of RFC 5802 section 5 and RFC 7677 section 3, from stored verifiers.
func TestSCRAMRFC(t *testing.T) {
	for _, test := range []struct {
		hash                             int
		client, server, salt, proof, sig string
	}{
		{hashSHA1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
			"v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
		{hashSHA256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
			"dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
	} {
		salt, _ := base64.StdEncoding.DecodeString(test.salt)
		a := withUsers(t, scramLine("user", "pencil", test.hash, 4096, string(salt)))
		a.nonce = func() string { return test.server }
		s := a.NewSession()
		got, result := s.Start(scramHashes[test.hash].name, []byte("n,,n=user,r="+test.client), noon)
		want := "r=" + test.client + test.server + ",s=" + test.salt + ",i=4096"
		if result != Continue || string(got) != want {
			t.Fatalf("%v %s, want %s", result, got, want)
		}
		got, result = s.Step([]byte("c=biws,r="+test.client+test.server+",p="+test.proof), noon)
		if result != Continue || string(got) != "v="+test.sig || s.Authenticated() {
			t.Fatalf("%v %s %v", result, got, s.Authenticated())
		}
		if _, result = s.Step(nil, noon); result != OK || !s.Authenticated() || s.user != "user" {
			t.Error(result, s.user)
		}
	}
}

// scramClient plays a client of the library against a session and returns the last result.
func scramClient(t *testing.T, s *Session, hash int, user, password string) Result {
	t.Helper()
	client, err := scram.HashGeneratorFcn(scramHashes[hash].new).NewClient(user, password, "")
	if err != nil {
		t.Fatal(err)
	}
	talk := client.NewConversation()
	first, _ := talk.Step("")
	sent, result := s.Start(scramHashes[hash].name, []byte(first), noon)
	if result != Continue {
		return result
	}
	final, err := talk.Step(string(sent))
	if err != nil {
		t.Fatalf("%q: %v", sent, err)
	}
	got, result := s.Step([]byte(final), noon)
	if result != Continue {
		return result
	}
	if _, err := talk.Step(string(got)); err != nil || !talk.Valid() {
		t.Fatalf("the client does not believe %q: %v", got, err)
	}
	if s.Authenticated() {
		t.Fatal("authenticated before the last step")
	}
	_, result = s.Step(nil, noon)
	return result
}

func TestSCRAM(t *testing.T) {
	var lines strings.Builder
	lines.WriteString("plain:pa:ss\numl\u00e4ut:pass\u00adword\u2168\ncomma,=name:p\n")
	lines.WriteString(bcryptLine(t, "b", "p", 4))
	for h := range scramHashes {
		lines.WriteString(scramLine("stored", "secret", h, 4096+h, "some salt here"))
	}
	lines.WriteString(scramLine("one", "secret", hashSHA256, 8192, "0123456789abcdef"))
	a := withUsers(t, lines.String())
	for h := range scramHashes {
		for _, test := range []struct {
			user, password string
			want           Result
		}{
			{"plain", "pa:ss", OK},
			{"plain", "pa", Failed},
			{"plain@cache", "pa:ss", OK},
			{"uml\u00e4ut", "pass\u00adword\u2168", OK},
			{"uml\u00e4ut", "passwordIX", OK}, // what SASLprep makes of it
			{"comma,=name", "p", OK},
			{"stored", "secret", OK},
			{"stored", "Secret", Failed},
			{"nobody", "secret", Failed},
			{"b", "p", Failed},
			{"one", "secret", map[bool]Result{true: OK, false: Failed}[h == hashSHA256]},
		} {
			s := a.NewSession()
			got := scramClient(t, s, h, test.user, test.password)
			if got != test.want || s.Authenticated() != (got == OK) {
				t.Errorf("%s: %s: %v, want %v", scramHashes[h].name, test.user, got, test.want)
			}
		}
	}
	for _, user := range []string{"stored", "one"} {
		if !tryPlain(a, user, "secret") || tryPlain(a, user, "Secret") {
			t.Errorf("PLAIN with a stored verifier: %s", user)
		}
	}
}

func TestSCRAMMalformed(t *testing.T) {
	a := withUsers(t, "u:p\n")
	for _, first := range []string{
		"x", "n,,", "n,,n=u", "n,,n=u,", "n,a=other,n=u,r=abc", "p=tls-unique,,n=u,r=abc", "p=x,,n=u,r=abc",
		"n,,n=u=2,r=abc", "n,,m=x,n=u,r=abc", "z,,n=u,r=abc", "n,b=x,n=u,r=abc", "\x00", strings.Repeat(",", 4000),
	} {
		s := a.NewSession()
		if got, result := s.Start("SCRAM-SHA-256", []byte(first), noon); result != Failed || got != nil {
			t.Errorf("%.40q: %v %q", first, result, got)
		}
	}
	s := a.NewSession()
	for _, final := range []string{
		"", "c=biws", "c=biws,r=wrong,p=AAAA", "c=biws,r=%s,p=", "c=biws,r=%s,p=AAAA", "c=,r=%s,p=AAAA",
		"c=biws,r=%s,p=" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
	} {
		got, _ := s.Start("SCRAM-SHA-256", []byte("n,a=u,n=u,r=abc"), noon)
		nonce, _, _ := strings.Cut(strings.TrimPrefix(string(got), "r="), ",")
		final = strings.ReplaceAll(final, "%s", nonce)
		if got, result := s.Step([]byte(final), noon); result != Failed || got != nil {
			t.Errorf("%.40q: %v %q", final, result, got)
		}
	}
	s.Start("SCRAM-SHA-256", nil, noon)
	if _, result := s.Step(nil, noon); result != Failed {
		t.Error("two empty messages:", result)
	}
}

// TestSCRAMUnknownUser looks for anything that tells an unknown name from a user's before the proof.
func TestSCRAMUnknownUser(t *testing.T) {
	var lines strings.Builder
	for i := range 40 {
		fmt.Fprintf(&lines, "plain%d:password\n", i)
		lines.WriteString(scramLine(fmt.Sprintf("stored%d", i), "p", hashSHA256, 5000, "a salt of twenty-two b"))
	}
	a := withUsers(t, lines.String())
	looks := map[string]map[string]int{}
	for _, kind := range []string{"plain", "stored", "nobody"} {
		looks[kind] = map[string]int{}
		for i := range 40 {
			user := fmt.Sprintf("%s%d", kind, i)
			ask := func() string {
				got, _ := a.NewSession().Start("SCRAM-SHA-256", []byte("n,,n="+user+",r=abc"), noon)
				_, rest, _ := strings.Cut(string(got), ",s=")
				return rest
			}
			first := ask()
			if i == 0 && first != ask() {
				t.Errorf("%s: another salt for each question", user)
			}
			salt, iterations, _ := strings.Cut(first, ",")
			looks[kind][fmt.Sprint(len(salt), iterations)]++
		}
	}
	if len(looks["plain"]) != 1 || len(looks["stored"]) != 1 || len(looks["nobody"]) != 2 {
		t.Fatal(looks)
	}
	for _, kind := range []string{"plain", "stored"} {
		for look := range looks[kind] {
			if n := looks["nobody"][look]; n < 8 || n > 32 { // about half of 40
				t.Errorf("%s: %d of 40 unknown names", look, n)
			}
		}
	}
}
