package sasl

import "strings"

// MaxMechanism is the longest mechanism name, in bytes, that is looked at. The binary protocol answers a longer one with
// "Invalid arguments", as memcached does, before a session sees it.
const MaxMechanism = 32

// need says what a user's credential must hold for a mechanism to work.
type need uint8

const (
	needAny       need = iota // a password can be checked against every kind of credential
	needPlaintext             // the password itself
	needVerifier              // the password itself, or a SCRAM verifier of the mechanism's own hash
)

// mechanism is one row of the table.
type mechanism struct {
	name  string
	needs need
	hash  int // which of scramHashes, for needVerifier
	begin func(*attempt) conversation
}

// mechanisms lists all mechanisms, the strongest first: a client that takes the first it knows takes the best. ANONYMOUS
// is left out for good: it would let everybody in.
var mechanisms = [...]mechanism{
	{"SCRAM-SHA-512", needVerifier, hashSHA512, func(a *attempt) conversation { return newSCRAM(a, hashSHA512) }},
	{"SCRAM-SHA-256", needVerifier, hashSHA256, func(a *attempt) conversation { return newSCRAM(a, hashSHA256) }},
	{"SCRAM-SHA-1", needVerifier, hashSHA1, func(a *attempt) conversation { return newSCRAM(a, hashSHA1) }},
	{"CRAM-MD5", needPlaintext, 0, func(a *attempt) conversation { return &cramMD5{attempt: a} }},
	{"LOGIN", needAny, 0, func(a *attempt) conversation { return &login{attempt: a} }},
	{"PLAIN", needAny, 0, func(a *attempt) conversation { return &plain{attempt: a} }},
}

// conversation is one attempt with one mechanism. next takes the client's next message, which it must not keep, and
// returns what to send back and where the attempt stands. When the result is OK, user is who the client proved to be.
type conversation interface {
	next(data []byte) (challenge []byte, result Result, user string)
}

// mechanismSet is a set of mechanisms: the bit 1<<i stands for mechanisms[i].
type mechanismSet uint8

const allMechanisms = mechanismSet(1<<len(mechanisms) - 1)

// mechanismNamed returns the index of the mechanism, or -1. Case does not matter, as in libsasl.
func mechanismNamed(name string) int {
	if len(name) > MaxMechanism {
		return -1
	}
	for i := range mechanisms {
		if len(name) == len(mechanisms[i].name) && strings.EqualFold(name, mechanisms[i].name) {
			return i
		}
	}
	return -1
}

// works reports which mechanisms can succeed for at least one user of the table. While there is no user, nothing
// can: then all are named, since users may come later and clients choose by this list (memcached's binary-sasl.t asks for
// it before it makes the first user).
func (t *table) works() mechanismSet {
	if t.users == 0 {
		return allMechanisms
	}
	var set mechanismSet
	for i, m := range mechanisms {
		ok := m.needs == needAny || t.plaintext || m.needs == needVerifier && t.iterations[m.hash] > 0
		if ok {
			set |= 1 << i
		}
	}
	return set
}

// String returns the names of the set in the order of the table, with blanks between them.
func (set mechanismSet) String() string {
	var names []string
	for i := range mechanisms {
		if set&(1<<i) != 0 {
			names = append(names, mechanisms[i].name)
		}
	}
	return strings.Join(names, " ")
}
