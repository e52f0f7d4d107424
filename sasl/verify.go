package sasl

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// work counts what was computed to check guesses. Tests compare it between names, since a count does not waver as
// time does.
type work struct {
	digests    int            // keyed digests of a password or a challenge
	iterations [hashCount]int // of PBKDF2
	bcrypt     int            // rounds
}

// hmacOf returns the keyed digest of the parts.
func hmacOf(h func() hash.Hash, key []byte, parts ...[]byte) []byte {
	mac := hmac.New(h, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// verify reports whether the password is the named user's. Every guess does every kind of check that any user of the
// table needs, each to the full cost of the dearest user, so its cost tells nothing about the name.
func (t *table) verify(user, password []byte, w *work) bool {
	c := t.find(user)
	ok := t.verifyPlaintext(c, password, w)
	if t.bcryptCost > 0 {
		ok |= t.verifyBcrypt(c, password, w)
	}
	prepared := prepare(string(password))
	for h := range scramHashes {
		if t.iterations[h] > 0 {
			ok |= t.verifyVerifier(c, h, prepared, w)
		}
	}
	return ok == 1
}

// verifyPlaintext compares digests under the table's secret: all have one length.
func (t *table) verifyPlaintext(c *credential, password []byte, w *work) int {
	w.digests++
	digest := t.passwordDigest(password)
	return subtle.ConstantTimeCompare(digest, c.digest[:]) & asInt(c.plaintext)
}

// verifyBcrypt checks the user's hash, or a dummy, and then tops up: a cost of c means 2^c rounds, and hashes of the
// costs c to max-1 together are the 2^max - 2^c rounds that are missing.
func (t *table) verifyBcrypt(c *credential, password []byte, w *work) int {
	ok, cost := 0, t.bcryptCost
	if c.bcrypt != nil {
		cost = c.bcryptCost
		ok = bcryptMatches(c.bcrypt, cost, password, w)
	} else {
		bcryptMatches(dummyBcrypt(cost), cost, password, w)
	}
	for ; cost < t.bcryptCost; cost++ {
		bcryptMatches(dummyBcrypt(cost), cost, password, w)
	}
	return ok
}

func bcryptMatches(hash []byte, cost int, password []byte, w *work) int {
	w.bcrypt += 1 << cost
	return asInt(bcrypt.CompareHashAndPassword(hash, password) == nil)
}

// dummyBcrypt returns a well-formed hash of the cost. Nobody's success depends on what it matches.
func dummyBcrypt(cost int) []byte {
	return fmt.Appendf(nil, "$2b$%02d$%s", cost, strings.Repeat(".", 53))
}

// verifyVerifier derives a verifier from the password as SCRAM's client would, and tops the iterations up.
func (t *table) verifyVerifier(c *credential, hash int, prepared string, w *work) int {
	ok, most := 0, t.iterations[hash]
	rest := most
	if v := c.verifiers[hash]; v != nil {
		mine := derive(hash, prepared, v.salt, v.iterations, w)
		ok = subtle.ConstantTimeCompare(mine.storedKey, v.storedKey)
		rest -= v.iterations
	}
	if rest > 0 {
		derive(hash, prepared, t.secret[:derivedSalt], rest, w)
	}
	return ok
}

// passwordDigest is what a table keeps to compare passwords by.
func (t *table) passwordDigest(password []byte) []byte {
	return hmacOf(sha256.New, t.secret[:], []byte("password\x00"), password)
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
