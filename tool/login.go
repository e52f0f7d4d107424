package tool

import (
	"crypto/hmac"
	"crypto/md5"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

// PasswordVariable is the variable of the environment that may hold the password of Options.User.
const PasswordVariable = "GOCACHED_PASSWORD"

// conversation is a client's part of a login.
type conversation struct {
	answer func(challenge []byte) ([]byte, error) // the first challenge is empty
	proven func() bool                            // whether the server has shown that it knows the password too; nil if it need not
}

// mechanism is a way to log in.
type mechanism struct {
	name  string
	begin func(user, password string) (conversation, error)
}

// mechanisms are all that are spoken here, the strongest first. All but PLAIN keep the password from whoever listens, and
// the SCRAM ones have the server show that it knows the password too.
var mechanisms = []mechanism{
	{"SCRAM-SHA-512", scramOf(scram.SHA512)},
	{"SCRAM-SHA-256", scramOf(scram.SHA256)},
	{"SCRAM-SHA-1", scramOf(scram.SHA1)},
	{"CRAM-MD5", cramMD5},
	{"PLAIN", plain},
}

func mechanismNames() (names []string) {
	for _, m := range mechanisms {
		names = append(names, m.name)
	}
	return names
}

// maxIterations is the most work that a server may ask for: half a minute's or so.
const maxIterations = 10_000_000

// scramOf speaks SCRAM with a hash.
func scramOf(hash scram.HashGeneratorFcn) func(user, password string) (conversation, error) {
	return func(user, password string) (conversation, error) {
		client, err := hash.NewClient(user, password, "")
		if err != nil {
			return conversation{}, errors.New("that name and password cannot be sent by SCRAM")
		}
		talk := client.NewConversation()
		return conversation{proven: talk.Valid, answer: func(challenge []byte) ([]byte, error) {
			for _, word := range strings.Split(string(challenge), ",") {
				if n, ok := strings.CutPrefix(word, "i="); ok && len(n) >= len(strconv.Itoa(maxIterations)) {
					return nil, errors.New("it asks for too much work")
				}
			}
			if talk.Done() { // the last challenge said that all is well, and wants an empty answer
				return nil, nil
			}
			answer, err := talk.Step(string(challenge))
			return []byte(answer), err
		}}, nil
	}
}

func cramMD5(user, password string) (conversation, error) {
	return conversation{answer: func(challenge []byte) ([]byte, error) {
		if challenge == nil {
			return nil, nil
		}
		mac := hmac.New(md5.New, []byte(password))
		mac.Write(challenge)
		return fmt.Appendf(nil, "%s %x", user, mac.Sum(nil)), nil
	}}, nil
}

func plain(user, password string) (conversation, error) {
	return conversation{answer: func([]byte) ([]byte, error) { return []byte("\x00" + user + "\x00" + password), nil }}, nil
}

// choose returns the strongest mechanism that a server offers, or the one that is asked for.
func choose(offered, asked string) (mechanism, error) {
	names := strings.Fields(offered)
	for _, m := range mechanisms {
		if slices.Contains(names, m.name) && (asked == "" || strings.EqualFold(asked, m.name)) {
			return m, nil
		}
	}
	if asked != "" {
		return mechanism{}, fmt.Errorf("it does not offer %s, or that is not known here; it offers %s", printable(asked), offered)
	}
	return mechanism{}, fmt.Errorf("none of the mechanisms it offers is known here: it offers %s; known are %s",
		offered, strings.Join(mechanismNames(), " "))
}

// maxSteps bounds a conversation: SCRAM, the longest, has four.
const maxSteps = 5

// logIn authenticates. The errors name the server, never the password.
func (s *binaryServer) logIn(o Options) error {
	n, err := s.nature()
	if err != nil {
		return err
	}
	if !n.sasl {
		return fmt.Errorf("%s: it knows no logins (it runs without -S): leave --user out", s.address)
	}
	m, err := choose(n.mechanisms, o.Mechanism)
	if err != nil {
		return fmt.Errorf("%s: %w", s.address, err)
	}
	talk, err := m.begin(o.User, o.Password)
	if err != nil {
		return fmt.Errorf("%s: %w", s.address, err)
	}
	return s.converse(m.name, talk)
}

// converse carries a conversation out.
func (s *binaryServer) converse(name string, talk conversation) error {
	opcode, challenge := byte(opSASLAuth), []byte(nil)
	for range maxSteps {
		answer, err := talk.answer(challenge)
		if err != nil {
			return fmt.Errorf("%s: by %s: %s", s.address, name, printable(err.Error()))
		}
		if err := s.send(opcode, name, answer); err != nil {
			return err
		}
		p, err := s.receive(opcode)
		switch {
		case err != nil:
			return err
		case p.code == codeOK && talk.proven != nil && !talk.proven():
			return fmt.Errorf("%s: by %s: it has not shown that it knows the password, so it may be another server", s.address, name)
		case p.code == codeOK:
			return nil
		case p.code != codeContinue:
			return fmt.Errorf("%s: it refuses the name or the password (by %s)", s.address, name)
		}
		opcode, challenge = opSASLStep, p.value
	}
	return fmt.Errorf("%s: by %s: %w", s.address, name, errors.New("it goes on asking"))
}
