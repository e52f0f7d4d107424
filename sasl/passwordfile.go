package sasl

import (
	"bytes"
	"errors"
	"fmt"
)

// Limits of the password file.
const (
	maxPasswordFile = 8 << 20 // bytes
	maxLine         = maxName + 1 + maxPassword
)

// parsePasswords reads a password file. Each line is user:secret, where the user may be user@realm and the secret, the
// rest of the line, is one of
//
//	the password itself
//	$2b$...                                             a bcrypt hash ($2a$ and $2y$ too)
//	SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey   a SCRAM verifier (SHA-1 and SHA-512 too)
//
// Empty lines and lines that begin with # mean nothing. A line ends with LF or CRLF. The errors name the file and the
// line, never its words.
func parsePasswords(path string, data []byte) ([]entry, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // what some editors put first
	var entries []entry
	for number := 1; len(data) > 0; number++ {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		e := entry{line: number}
		if err := e.parseLine(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if len(entries) == maxUsers {
			return nil, fmt.Errorf("%s:%d: more than %d users", path, number, maxUsers)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// parseLine reads user:secret.
func (e *entry) parseLine(line []byte) error {
	if len(line) > maxLine {
		return fmt.Errorf("line of more than %d bytes", maxLine)
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return errors.New("NUL in a line")
	}
	name, secret, ok := bytes.Cut(line, []byte{':'})
	switch {
	case !ok:
		return errors.New("no colon; a line is user:password")
	case len(name) == 0:
		return errors.New("empty user name")
	case len(name) > maxName:
		return fmt.Errorf("user name of more than %d bytes", maxName)
	}
	e.name = string(name)
	return e.parseSecret(secret)
}
