package sasl

import (
	"testing"
	"time"
)

// FuzzSession sends any messages to a session. The passwords are made anew for each process, so that none can be in the
// corpus: no conversation may authenticate, whatever it says and however it is cut into messages.
//
// The input is a list of messages, each behind a byte: its low bits say start or step and with which mechanism,
// and the next byte is its length. SCRAM is spoken for stored verifiers only, and by a server of its own, since PBKDF2
// would leave the fuzzer little time.
func FuzzSession(f *testing.F) {
	password := randomNonce()
	plaintext := withConfig(f, Config{
		PasswordFile: writeFile(f, "pwdb", "u:"+password+"\nu@cache:"+password+"\n"),
		Mechanisms:   []string{"PLAIN", "LOGIN", "CRAM-MD5"},
	})
	stored := withConfig(f, Config{
		PasswordFile: writeFile(f, "pwdb", scramLine("u", password, hashSHA1, 4096, "saltsalt")+
			scramLine("u", password, hashSHA256, 4096, "saltsalt")+scramLine("u", password, hashSHA512, 4096, "saltsalt")),
		Mechanisms: []string{"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"},
	})
	message := func(kind byte, text string) string { return string([]byte{kind, byte(len(text))}) + text }
	f.Add([]byte(message(5, "\x00u\x00p")))
	f.Add([]byte(message(5, "") + message(7, "\x00u\x00p") + message(7, "")))
	f.Add([]byte(message(4, "") + message(7, "u") + message(7, "p") + message(7, "p")))
	f.Add([]byte(message(3, "") + message(7, "u 00112233445566778899aabbccddeeff")))
	f.Add([]byte(message(1, "n,,n=u,r=abc") + message(7, "c=biws,r=abc,p=AAAA") + message(7, "")))
	f.Add([]byte(message(0, "") + message(7, "n,a=u,n=u,r=abc") + message(7, "c=biws,r=abc,p=AAAA")))
	f.Add([]byte(message(6, "ANONYMOUS") + message(7, "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := plaintext.NewSession()
		if len(data) > 0 && data[0]%8 < 3 {
			s = stored.NewSession()
		}
		now := noon
		for messages := 0; len(data) >= 2 && messages < 12; messages++ {
			kind, n := data[0]%8, min(int(data[1]), len(data)-2)
			text := data[2 : 2+n]
			data = data[2+n:]
			challenge, result := play(s, int(kind), text, now)
			if result == OK || s.Authenticated() || s.user != "" {
				t.Fatalf("authenticated by %q", text)
			}
			if result != Continue && challenge != nil || len(challenge) > 2*MaxData {
				t.Fatalf("%v with %d bytes", result, len(challenge))
			}
			if wait := s.Wait(now); wait < 0 || wait > 100*time.Millisecond {
				t.Fatalf("wait %v", wait)
			}
			now = now.Add(time.Millisecond)
		}
	})
}

// play sends one message: a step, a start with a mechanism of the table, or a start with a name made of the message.
func play(s *Session, kind int, text []byte, now time.Time) ([]byte, Result) {
	switch {
	case kind < len(mechanisms):
		return s.Start(mechanisms[kind].name, text, now)
	case kind == len(mechanisms):
		return s.Start(string(text), text, now)
	}
	return s.Step(text, now)
}
