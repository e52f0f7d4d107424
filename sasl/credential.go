package sasl

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/xdg-go/stringprep"
	"golang.org/x/crypto/bcrypt"
)

// Limits on what one user may bring.
const (
	maxName       = 256  // bytes, with the realm
	maxPassword   = 1024 // bytes
	maxBcryptCost = 14   // most of a second
	minIterations = 4096 // as RFC 7677 asks
	maxIterations = 1 << 20
	minSalt       = 8  // bytes
	maxSalt       = 64 // bytes
)

// entry is one user as a file names it: a name and exactly one of the three kinds of secret.
type entry struct {
	name     string
	line     int    // in the password file, 0 elsewhere
	password []byte // plaintext
	bcrypt   []byte
	hash     int // of verifier
	verifier *verifier
}

// credential is one user as the table holds it. The fields for plaintext are filled with random bytes where there is no
// plaintext, so that every check has something to work on.
type credential struct {
	plaintext bool
	digest    [sha256.Size]byte   // passwordDigest of the password
	cramKey   [md5.BlockSize]byte // cramKey of the password
	prepared  string              // the password after SASLprep

	bcrypt     []byte // nil if none
	bcryptCost int
	verifiers  [hashCount]*verifier // nil if none
}

// parseSecret fills in what stands behind the colon of a line: a bcrypt hash, a SCRAM verifier, or else the password.
// What begins like a hash but is none is an error, as it is surely not meant as a password.
func (e *entry) parseSecret(text []byte) error {
	switch {
	case len(text) == 0:
		return errors.New("empty password")
	case len(text) > maxPassword:
		return errors.New("password too long")
	case isBcrypt(text):
		e.bcrypt = bytes.Clone(text)
		return checkBcrypt(text)
	}
	for h := range scramHashes {
		if rest, ok := bytes.CutPrefix(text, []byte(scramHashes[h].name+"$")); ok {
			v, err := parseVerifier(string(rest), scramHashes[h].size)
			e.hash, e.verifier = h, v
			return err
		}
	}
	e.password = bytes.Clone(text)
	return nil
}

func isBcrypt(text []byte) bool {
	for _, prefix := range []string{"$2a$", "$2b$", "$2y$"} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

// checkBcrypt makes sure that comparing with the hash cannot fail for any other reason than the password.
func checkBcrypt(text []byte) error {
	const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	if len(text) != 60 || text[6] != '$' || strings.Trim(string(text[7:]), alphabet) != "" {
		return errors.New("malformed bcrypt hash")
	}
	cost, err := bcrypt.Cost(text)
	if err != nil {
		return errors.New("malformed bcrypt hash")
	}
	if cost > maxBcryptCost {
		return errors.New("bcrypt cost " + strconv.Itoa(cost) + " is above " + strconv.Itoa(maxBcryptCost))
	}
	return nil
}

var errVerifier = errors.New("malformed SCRAM verifier; its form is SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey")

// parseVerifier reads iterations:salt$StoredKey:ServerKey, the last three in base64 (RFC 5803, as other servers write
// it).
func parseVerifier(text string, size int) (*verifier, error) {
	left, right, ok1 := strings.Cut(text, "$")
	count, salt, ok2 := strings.Cut(left, ":")
	stored, server, ok3 := strings.Cut(right, ":")
	if !ok1 || !ok2 || !ok3 {
		return nil, errVerifier
	}
	iterations, err := strconv.Atoi(count)
	if err != nil {
		return nil, errVerifier
	}
	if iterations < minIterations || iterations > maxIterations {
		return nil, errors.New("SCRAM iterations must lie between " + strconv.Itoa(minIterations) + " and " +
			strconv.Itoa(maxIterations))
	}
	v := &verifier{iterations: iterations}
	for _, field := range []struct {
		to       *[]byte
		text     string
		min, max int
	}{{&v.salt, salt, minSalt, maxSalt}, {&v.storedKey, stored, size, size}, {&v.serverKey, server, size, size}} {
		b, err := base64.StdEncoding.Strict().DecodeString(field.text)
		if err != nil || len(b) < field.min || len(b) > field.max {
			return nil, errVerifier
		}
		*field.to = b
	}
	return v, nil
}

// prepare applies SASLprep, as SCRAM's clients do. What SASLprep refuses stays as it is: memcached never asked for it.
func prepare(s string) string {
	if isPlainASCII(s) {
		return s
	}
	if p, err := stringprep.SASLprep.Prepare(s); err == nil {
		return p
	}
	return s
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
