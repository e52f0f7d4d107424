package server

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"
	"testing"

	"github.com/xdg-go/scram"
)

func TestSASLPlain(t *testing.T) {
	ts := startGuarded(t, nil)
	c := ts.dial()
	c.send(frame(opSASLList, 0, "", "", ""))
	c.wants(codeOK, "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 LOGIN PLAIN")
	c.login()
	c.send(frame(0x01, 0, "\x00\x00\x00\x05\x00\x00\x00\x00", "key", "value"))
	c.wants(codeOK, "")
	c.send(frame(0x00, 0, "", "key", ""))
	c.wants(codeOK, "\x00\x00\x00\x05value")
	for _, message := range []string{"\x00user\x00wrong", "\x00nobody\x00secret", "\x00\x00", "", "user", "\x00user\x00secret\x00",
		"other\x00user\x00secret", "\x00user\x00", strings.Repeat("x", 2000)} {
		c := ts.dial()
		c.send(frame(opSASLAuth, 0, "", "PLAIN", message))
		if a := c.packet(); message == "" && a.code == codeContinue {
			c.send(frame(opSASLStep, 0, "", "PLAIN", "\x00user\x00nonsense"))
			c.wants(codeAuth, authFailure)
		} else if a.code != codeAuth || a.body != authFailure {
			t.Errorf("%q was answered 0x%04x %q", message, a.code, a.body)
		}
		c.refused()
	}
}

func TestSASLLogin(t *testing.T) {
	ts := startGuarded(t, nil)
	for password, code := range map[string]uint16{"secret": codeOK, "wrong": codeAuth} {
		c := ts.dial()
		c.send(frame(opSASLAuth, 0, "", "LOGIN", ""))
		c.wants(codeContinue, "Username:")
		c.send(frame(opSASLStep, 0, "", "LOGIN", "user"))
		c.wants(codeContinue, "Password:")
		c.send(frame(opSASLStep, 0, "", "LOGIN", password))
		if a := c.packet(); a.code != code {
			t.Errorf("%q was answered 0x%04x", password, a.code)
		}
	}
}

func TestSASLCRAM(t *testing.T) {
	ts := startGuarded(t, nil)
	for password, code := range map[string]uint16{"secret": codeOK, "wrong": codeAuth} {
		c := ts.dial()
		c.send(frame(opSASLAuth, 0, "", "CRAM-MD5", ""))
		a := c.packet()
		if a.code != codeContinue || a.body == "" {
			t.Fatalf("answered 0x%04x %q", a.code, a.body)
		}
		mac := hmac.New(md5.New, []byte(password))
		_, _ = io.WriteString(mac, a.body)
		c.send(frame(opSASLStep, 0, "", "CRAM-MD5", "user "+hex.EncodeToString(mac.Sum(nil))))
		if a := c.packet(); a.code != code {
			t.Errorf("%q was answered 0x%04x", password, a.code)
		}
	}
}

func TestSASLSCRAM(t *testing.T) {
	ts := startGuarded(t, nil)
	for password, code := range map[string]uint16{"secret": codeOK, "wrong": codeAuth} {
		c := ts.dial()
		user, err := scram.HashGeneratorFcn(func() hash.Hash { return sha256.New() }).NewClient("user", password, "")
		if err != nil {
			t.Fatal(err)
		}
		talk := user.NewConversation()
		said, opcode := "", byte(opSASLAuth)
		var last answer
		for {
			reply, err := talk.Step(said)
			if err != nil {
				t.Fatal(err)
			}
			c.send(frame(opcode, 0, "", "SCRAM-SHA-256", reply))
			if last = c.packet(); last.code != codeContinue {
				break
			}
			said, opcode = last.body, opSASLStep
		}
		if last.code != code || talk.Valid() != (code == codeOK) {
			t.Errorf("%q: 0x%04x %q, the client finds it valid: %v", password, last.code, last.body, talk.Valid())
		}
		if code == codeOK {
			c.send(frame(0x00, 0, "", "key", ""))
			c.wants(codeNotFound, "Not found")
		} else {
			c.refused()
		}
	}
}
