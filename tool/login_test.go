package tool

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/xdg-go/scram"

	"gocached/bench/benchtest"
)

// answer is what a fake server sends back to a request.
type answer func(opcode byte, key, value string) []byte

// fakeBinary starts a server that speaks binary only, one goroutine a connection.
func fakeBinary(t *testing.T, begin func() answer) string {
	t.Helper()
	return benchtest.Listen(t, "tcp", "127.0.0.1:0", func(c net.Conn) { serveBinary(c, begin()) })
}

func serveBinary(c net.Conn, a answer) {
	defer c.Close()
	for {
		head := make([]byte, packetHeader)
		if _, err := io.ReadFull(c, head); err != nil || head[0] != magicRequest {
			return
		}
		keyLen := binary.BigEndian.Uint16(head[2:])
		body := make([]byte, binary.BigEndian.Uint32(head[8:]))
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		if _, err := c.Write(a(head[1], string(body[:keyLen]), string(body[keyLen:]))); err != nil {
			return
		}
	}
}

// response makes an answer.
func response(opcode byte, code uint16, key, value string) []byte {
	b := request(opcode, "", key, []byte(value))
	b[0] = magicResponse
	binary.BigEndian.PutUint16(b[6:], code)
	return b
}

// guarded is a server with -S and one user, alice with the password open.
func guarded(mechanisms string) func() answer {
	return func() answer {
		in := false
		var talk *scram.ServerConversation
		return func(opcode byte, key, value string) []byte {
			switch {
			case opcode == opSASLList:
				return response(opcode, codeOK, "", mechanisms)
			case opcode == opStat && in:
				return append(response(opcode, codeOK, "version", "1.4.5"), response(opcode, codeOK, "", "")...)
			case opcode == opSASLAuth && key == "PLAIN":
				in = value == "\x00alice\x00open"
			case opcode == opSASLAuth && key == "CRAM-MD5":
				return response(opcode, codeContinue, "", "<1@fake>")
			case opcode == opSASLStep && key == "CRAM-MD5":
				mac := hmac.New(md5.New, []byte("open"))
				mac.Write([]byte("<1@fake>"))
				in = value == fmt.Sprintf("alice %x", mac.Sum(nil))
			case opcode == opSASLAuth, opcode == opSASLStep && talk != nil && !talk.Done():
				if opcode == opSASLAuth {
					talk = scramServer()
				}
				challenge, err := talk.Step(value)
				if err != nil {
					return response(opcode, codeRefused, "", "Auth failure.")
				}
				return response(opcode, codeContinue, "", challenge)
			case opcode == opSASLStep:
				in = talk != nil && talk.Valid() && value == ""
			}
			if !in {
				return response(opcode, codeRefused, "", "Auth failure.")
			}
			return response(opcode, codeOK, "", "Authenticated")
		}
	}
}

// scramServer begins the server's part of SCRAM-SHA-256.
func scramServer() *scram.ServerConversation {
	client, _ := scram.SHA256.NewClient("alice", "open", "")
	stored, _ := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt", Iters: 4096})
	server, _ := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
	return server.NewConversation()
}

// TestLogin: each mechanism lets in who knows the password, and nobody else; the strongest on offer is chosen.
func TestLogin(t *testing.T) {
	for _, c := range []struct{ offered, asked, user, password, want string }{
		{"PLAIN", "", "alice", "open", ""},
		{"PLAIN", "", "alice", "shut", "it refuses the name or the password (by PLAIN)"},
		{"CRAM-MD5 PLAIN", "", "alice", "open", ""},
		{"CRAM-MD5 PLAIN", "", "alice", "shut", "(by CRAM-MD5)"},
		{"CRAM-MD5 PLAIN", "plain", "alice", "open", ""},
		{"PLAIN SCRAM-SHA-256", "", "alice", "open", ""},
		{"PLAIN SCRAM-SHA-256", "", "alice", "shut", "(by SCRAM-SHA-256)"},
		{"PLAIN SCRAM-SHA-256", "", "alice\x00", "open", "cannot be sent by SCRAM"},
		{"PLAIN", "SCRAM-SHA-256", "alice", "open", "it does not offer SCRAM-SHA-256"},
		{"PLAIN", "FROBNICATE", "alice", "open", "it does not offer FROBNICATE"},
		{"GSSAPI NTLM", "", "alice", "open", "none of the mechanisms it offers is known here: it offers GSSAPI NTLM"},
	} {
		address := fakeBinary(t, guarded(c.offered))
		var out bytes.Buffer
		err := Run(&out, &out, []string{address}, Options{Mode: "stats", User: c.user, Password: c.password, Mechanism: c.asked})
		switch {
		case c.want == "":
			if err != nil || !strings.Contains(out.String(), "1.4.5") {
				t.Errorf("%v: %v, %q", c, err, out.String())
			}
		case err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), c.password+"\x00"):
			t.Errorf("%v: %v", c, err)
		}
	}
}

// TestWantsLogin: who does not log in hears at once that he should, and how; a dump says why there is none.
func TestWantsLogin(t *testing.T) {
	address := fakeBinary(t, guarded("SCRAM-SHA-256 PLAIN"))
	for _, mode := range []string{"display", "stats", "settings", "sizes", "dump"} {
		began := time.Now()
		var out bytes.Buffer
		err := Run(&out, &out, []string{address}, Options{Mode: mode, Timeout: time.Minute})
		if err == nil || out.Len() > 0 || !strings.Contains(err.Error(), "--user") || !strings.Contains(err.Error(), PasswordVariable) ||
			!strings.Contains(err.Error(), "SCRAM-SHA-256 PLAIN") {
			t.Errorf("%s: %v, %q", mode, err, out.String())
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: only after %v", mode, took)
		}
	}
	err := Run(io.Discard, io.Discard, []string{address}, Options{Mode: "dump", User: "alice", Password: "open"})
	if err == nil || !strings.Contains(err.Error(), "no way to list keys") {
		t.Errorf("dump: %v", err)
	}
}

// TestBinaryOnly: a server that speaks binary only and wants no login is asked in binary.
func TestBinaryOnly(t *testing.T) {
	address := fakeBinary(t, func() answer {
		return func(opcode byte, key, _ string) []byte {
			switch {
			case opcode == opStat && key == "sizes":
				return response(opcode, codeOK, "", "")
			case opcode == opStat && key == "":
				return append(response(opcode, codeOK, "version", "1.4.5"), response(opcode, codeOK, "", "")...)
			}
			return response(opcode, 0x0081, "", "Unknown command")
		}
	})
	var out bytes.Buffer
	if err := Run(&out, &out, []string{address}, Options{Mode: "stats"}); err != nil || !strings.Contains(out.String(), "1.4.5") {
		t.Errorf("%v, %q", err, out.String())
	}
	err := Run(&out, &out, []string{address}, Options{Mode: "stats", User: "alice", Password: "open"})
	if err == nil || !strings.Contains(err.Error(), "it knows no logins") {
		t.Errorf("with a login: %v", err)
	}
	err = Run(&out, &out, []string{address}, Options{Mode: "settings"})
	if err == nil || !strings.Contains(err.Error(), `it refuses: "Unknown command"`) {
		t.Errorf("a group it does not know: %v", err)
	}
}

// TestTextOnly: a server that speaks text only says so at once to who wants to log in.
func TestTextOnly(t *testing.T) {
	address := fake(t, "tcp", "127.0.0.1:0", old)
	err := Run(io.Discard, io.Discard, []string{address}, Options{Mode: "stats", User: "alice", Password: "open", Timeout: time.Minute})
	if err == nil || !strings.Contains(err.Error(), "it knows no logins") {
		t.Errorf("%v", err)
	}
}

// TestHostileLogin: nothing that a server does in a login costs much, or passes for success.
func TestHostileLogin(t *testing.T) {
	list := func(opcode byte, rest func() []byte) []byte {
		if opcode == opSASLList {
			return response(opcode, codeOK, "", "SCRAM-SHA-256")
		}
		return rest()
	}
	salt := base64.StdEncoding.EncodeToString([]byte("salt"))
	for _, c := range []struct {
		name, want string
		answer     answer
	}{
		{"success without a proof", "it has not shown that it knows the password", func(opcode byte, _, _ string) []byte {
			return list(opcode, func() []byte { return response(opcode, codeOK, "", "Authenticated") })
		}},
		{"endless work", "it asks for too much work", func(opcode byte, _, value string) []byte {
			_, nonce, _ := strings.Cut(value, ",r=")
			return list(opcode, func() []byte {
				return response(opcode, codeContinue, "", fmt.Sprintf("r=%sx,s=%s,i=99999999999", nonce, salt))
			})
		}},
		{"endless questions", "by SCRAM-SHA-256: ", func(opcode byte, _, _ string) []byte {
			return list(opcode, func() []byte { return response(opcode, codeContinue, "", "e=\x1b[2J") })
		}},
		{"a long body", "that is no memcached", func(opcode byte, _, _ string) []byte {
			return list(opcode, func() []byte {
				b := response(opcode, codeOK, "", "")
				binary.BigEndian.PutUint32(b[8:], 1<<31)
				return b
			})
		}},
		{"another opcode", "that is no memcached", func(opcode byte, _, _ string) []byte {
			return list(opcode, func() []byte { return response(opcode+1, codeOK, "", "") })
		}},
		{"a key longer than the body", "that is no memcached", func(opcode byte, _, _ string) []byte {
			return list(opcode, func() []byte {
				b := response(opcode, codeOK, "", "")
				b[3] = 1
				return b
			})
		}},
		{"endless figures", "its figures have no end", func(opcode byte, _, _ string) []byte {
			switch opcode {
			case opSASLList:
				return response(opcode, codeOK, "", "PLAIN")
			case opStat:
				return bytes.Repeat(response(opcode, codeOK, "a", "1"), maxLines+1)
			}
			return response(opcode, codeOK, "", "Authenticated")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := fakeBinary(t, func() answer { return c.answer })
			var out bytes.Buffer
			err := Run(&out, &out, []string{address}, Options{Mode: "stats", User: "alice", Password: "open", Timeout: 2 * time.Second})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
