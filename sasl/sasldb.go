package sasl

import (
	"bytes"
	"fmt"
)

// maxDatabase is the most bytes that a sasldb file may have.
const maxDatabase = 32 << 20

// parseDatabase reads the users of a sasldb2 file. It holds one pair for each property of a user: the key is
// user NUL realm NUL property, and under userPassword lies the password. Pairs of any other form are passed over, as are
// names and passwords that are empty or too long to be used. The user's name becomes user@realm.
//
// An empty file is a database that nobody has written to yet.
func parseDatabase(path string, data []byte) ([]entry, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var entries []entry
	err := readHash(data, func(key, value []byte) error {
		e, ok := databaseEntry(key, value)
		if !ok {
			return nil
		}
		if len(entries) == maxUsers {
			return fmt.Errorf("more than %d users", maxUsers)
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return entries, nil
}

// databaseEntry makes an entry of one pair.
func databaseEntry(key, value []byte) (entry, bool) {
	fields := bytes.Split(key, []byte{0})
	if len(fields) != 3 || string(fields[2]) != "userPassword" {
		return entry{}, false
	}
	name := string(fields[0])
	if len(fields[1]) > 0 {
		name += "@" + string(fields[1])
	}
	ok := len(fields[0]) > 0 && len(name) <= maxName && len(value) > 0 && len(value) <= maxPassword &&
		bytes.IndexByte(value, 0) < 0
	return entry{name: name, password: bytes.Clone(value)}, ok
}
