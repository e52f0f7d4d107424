package sasl

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/xdg-go/scram"
)

// Indexes into scramHashes, the weakest first.
const (
	hashSHA1 = iota
	hashSHA256
	hashSHA512
	hashCount
)

// scramHashes says of each hash how the mechanism is called and how long its digests are.
var scramHashes = [hashCount]struct {
	name string
	size int
	new  func() hash.Hash
}{
	{"SCRAM-SHA-1", sha1.Size, sha1.New},
	{"SCRAM-SHA-256", sha256.Size, sha256.New},
	{"SCRAM-SHA-512", sha512.Size, sha512.New},
}

// What a plaintext user's verifier looks like, which is derived anew for each attempt: RFC 7677 asks for at least 4096
// iterations, and more would only cost the server more, since the password lies in the file anyhow.
const (
	derivedIterations = 4096
	derivedSalt       = 16 // bytes
)

// scramTalk is SCRAM (RFC 5802): client first, server first, client final, server final, and the empty step that
// memcached's protocol needs after it.
type scramTalk struct {
	*attempt
	hash  int
	asked bool
	known bool // the user named has a credential for this hash
	talk  *scram.ServerConversation
}

func newSCRAM(a *attempt, hash int) conversation {
	s := &scramTalk{attempt: a, hash: hash}
	server, err := scram.HashGeneratorFcn(scramHashes[hash].new).NewServer(s.credentials)
	if err != nil {
		panic("sasl: SCRAM server: " + err.Error()) // it has no way to fail
	}
	s.talk = server.WithNonceGenerator(a.auth.nonce).NewConversation()
	return s
}

// credentials tells the conversation what to compare with. It never fails, whoever is named.
func (s *scramTalk) credentials(user string) (scram.StoredCredentials, error) {
	v, known := s.table.verifierFor(s.hash, user, s.work)
	s.known = known
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(v.salt), Iters: v.iterations},
		StoredKey:  v.storedKey,
		ServerKey:  v.serverKey,
	}, nil
}

// next hands the message to the conversation.
func (s *scramTalk) next(data []byte) ([]byte, Result, string) {
	if s.talk.Valid() && s.known {
		if len(data) > 0 {
			return nil, Failed, ""
		}
		return nil, OK, s.talk.Username()
	}
	if len(data) == 0 && !s.asked {
		s.asked = true
		return nil, Continue, ""
	}
	s.asked = true
	reply, err := s.talk.Step(string(data))
	if err != nil {
		return nil, Failed, ""
	}
	if id := s.talk.AuthzID(); id != "" && id != s.talk.Username() {
		return nil, Failed, "" // nobody may act for another
	}
	if s.talk.Done() && !(s.talk.Valid() && s.known) {
		return nil, Failed, ""
	}
	return []byte(reply), Continue, ""
}

// verifier is what a server stores of a password for SCRAM (RFC 5803).
type verifier struct {
	iterations int
	salt       []byte
	storedKey  []byte
	serverKey  []byte
}

// derive makes a verifier from a password that went through SASLprep.
func derive(hash int, password string, salt []byte, iterations int, w *work) verifier {
	h := &scramHashes[hash]
	salted, err := pbkdf2.Key(h.new, password, salt, iterations, h.size)
	if err != nil {
		panic("sasl: PBKDF2: " + err.Error()) // only for lengths that cannot be
	}
	w.iterations[hash] += iterations
	clientKey := hmacOf(h.new, salted, []byte("Client Key"))
	stored := h.new()
	stored.Write(clientKey)
	return verifier{
		iterations: iterations,
		salt:       salt,
		storedKey:  stored.Sum(nil),
		serverKey:  hmacOf(h.new, salted, []byte("Server Key")),
	}
}

// verifierFor returns what to compare a SCRAM answer of the named user with, and whether the user can succeed. One who
// cannot gets a verifier of the same looks that nothing fits.
//
// The work is the same for every name: if any user's verifier has to be derived, one is derived for all.
func (t *table) verifierFor(hash int, user string, w *work) (verifier, bool) {
	c := t.find([]byte(user))
	salt := t.fakeBytes("salt", hash, user)
	var derived verifier
	if t.plaintext {
		derived = derive(hash, c.prepared, salt[:derivedSalt], derivedIterations, w)
	}
	looks := t.fakeLooks(hash, user)
	fake := verifier{
		iterations: looks.iterations,
		salt:       salt[:looks.salt],
		storedKey:  t.fakeBytes("stored key", hash, user)[:scramHashes[hash].size],
		serverKey:  t.fakeBytes("server key", hash, user)[:scramHashes[hash].size],
	}
	switch {
	case c.verifiers[hash] != nil:
		return *c.verifiers[hash], true
	case c.plaintext:
		return derived, true
	}
	return fake, false
}
