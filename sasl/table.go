package sasl

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
)

// maxUsers is the most users that all files together may name.
const maxUsers = 1 << 16

// table is the users at one moment. It is never changed once built, so conversations keep the one they began with.
//
// A user is known by several names:
//
//	the name as the file writes it, and its SASLprep form
//	user, if the file writes user@realm and the realm is this host's
//	user@hostname, if the file writes user without a realm
//
// A name that a file writes beats one made up by these rules, and an earlier entry beats a later one. saslpasswd2 writes
// the host's name as the realm unless told otherwise, possibly with its domain: hence a realm is this host's if it is
// the host's name, or begins with it and a dot when that name has no dot itself.
type table struct {
	secret [32]byte
	users  int
	creds  []credential // creds[0] is nobody's: every unknown name finds it

	slots []slot // buckets of width slots each
	width int
	mask  uint64

	// What kinds of credential there are, hence what each guess has to cost.
	plaintext  bool
	bcryptCost int            // the highest, 0 for none
	iterations [hashCount]int // the most of any verifier, 0 for none
	looks      [hashCount][]looks
}

// slot says which credential a name leads to. A free slot is all zero.
type slot struct {
	name [sha256.Size]byte // nameDigest
	cred int32
}

// looks is what a client sees of a user's verifier before it has proved anything.
type looks struct{ iterations, salt int }

// newTable builds a table from entries, the first of which take precedence, and returns remarks for the operator
// about entries that have no effect.
func newTable(secret [32]byte, hostname string, entries []entry) (*table, []string) {
	t := &table{secret: secret, creds: make([]credential, 1, len(entries)+1)}
	t.fillNobody(&t.creds[0])
	names := make(map[string]int32, 2*len(entries))
	var notes []string
	for i := range entries {
		e := &entries[i]
		if at, ok := names[e.name]; ok {
			if !t.creds[at].addVerifier(e) && e.line > 0 {
				notes = append(notes, fmt.Sprintf("line %d: %q was named before and is ignored here", e.line, e.name))
			}
			continue
		}
		names[e.name] = int32(len(t.creds))
		t.add(e)
	}
	t.users = len(t.creds) - 1
	for i := range entries {
		addAliases(names, entries[i].name, hostname)
	}
	t.summarise()
	t.fillSlots(names)
	return t, notes
}

// fillNobody gives a credential without plaintext random bytes to compare with.
func (t *table) fillNobody(c *credential) {
	password := t.fakeBytes("nobody", 0, "")[:derivedSalt]
	copy(c.digest[:], t.fakeBytes("nobody's digest", 0, ""))
	c.cramKey = cramKey(password)
	c.prepared = string(password)
}

// add appends a credential.
func (t *table) add(e *entry) {
	var c credential
	switch {
	case e.password != nil:
		c.plaintext = true
		copy(c.digest[:], t.passwordDigest(e.password))
		c.cramKey = cramKey(e.password)
		c.prepared = prepare(string(e.password))
	case e.bcrypt != nil:
		t.fillNobody(&c)
		c.bcrypt = e.bcrypt
		c.bcryptCost = int(e.bcrypt[4]-'0')*10 + int(e.bcrypt[5]-'0')
	default:
		t.fillNobody(&c)
		c.verifiers[e.hash] = e.verifier
	}
	t.creds = append(t.creds, c)
}

// addVerifier adds the SCRAM verifier of a further line for the same user: one for each hash is the way to offer several
// SCRAM mechanisms. It reports false if the line is of any other kind.
func (c *credential) addVerifier(e *entry) bool {
	if e.verifier == nil || c.plaintext || c.bcrypt != nil || c.verifiers[e.hash] != nil {
		return false
	}
	c.verifiers[e.hash] = e.verifier
	return true
}

// addAliases adds the further names of one that a file writes.
func addAliases(names map[string]int32, name, hostname string) {
	cred := names[name]
	add := func(alias string) {
		if _, ok := names[alias]; !ok && alias != "" {
			names[alias] = cred
		}
	}
	add(prepare(name))
	user, realm, ok := strings.Cut(name, "@")
	switch {
	case !ok && hostname != "":
		add(name + "@" + hostname)
	case ok && isLocalRealm(realm, hostname):
		add(user)
	}
}

// isLocalRealm reports whether a user of the realm may leave it out.
func isLocalRealm(realm, hostname string) bool {
	if hostname == "" || len(realm) < len(hostname) || !strings.EqualFold(realm[:len(hostname)], hostname) {
		return false
	}
	rest := realm[len(hostname):]
	return rest == "" || rest[0] == '.' && !strings.Contains(hostname, ".")
}

// summarise notes which kinds of credential there are.
func (t *table) summarise() {
	for i := range t.creds[1:] {
		c := &t.creds[1+i]
		t.plaintext = t.plaintext || c.plaintext
		t.bcryptCost = max(t.bcryptCost, c.bcryptCost)
		for h := range c.verifiers {
			if v := c.verifiers[h]; v != nil {
				t.iterations[h] = max(t.iterations[h], v.iterations)
				t.looks[h] = append(t.looks[h], looks{v.iterations, len(v.salt)})
			} else if c.plaintext {
				t.looks[h] = append(t.looks[h], looks{derivedIterations, derivedSalt})
			}
		}
	}
	for h := range t.looks {
		if t.looks[h] == nil {
			t.looks[h] = []looks{{derivedIterations, derivedSalt}}
		}
	}
}

// fillSlots lays the names out in buckets of equal width.
func (t *table) fillSlots(names map[string]int32) {
	buckets := 1
	for buckets*4 < len(names) {
		buckets *= 2
	}
	t.mask = uint64(buckets - 1)
	lists := make([][]slot, buckets)
	for name, cred := range names {
		s := slot{name: t.nameDigest([]byte(name)), cred: cred}
		b := t.bucket(&s.name)
		lists[b] = append(lists[b], s)
	}
	t.width = 1
	for _, list := range lists {
		t.width = max(t.width, len(list))
	}
	for _, list := range lists {
		t.slots = append(t.slots, list...)
		t.slots = append(t.slots, make([]slot, t.width-len(list))...)
	}
}

// find returns the credential of the name, or nobody's. It reads as many slots for one name as for any other.
func (t *table) find(name []byte) *credential {
	digest := t.nameDigest(name)
	first := int(t.bucket(&digest)) * t.width
	cred := 0
	for i := range t.slots[first : first+t.width] {
		s := &t.slots[first+i]
		same := subtle.ConstantTimeCompare(s.name[:], digest[:])
		cred = subtle.ConstantTimeSelect(same, int(s.cred), cred)
	}
	return &t.creds[cred]
}

// nameDigest hides names behind the secret, so that neither their likeness nor their length shows in time.
func (t *table) nameDigest(name []byte) (digest [sha256.Size]byte) {
	copy(digest[:], hmacOf(sha256.New, t.secret[:], []byte("name\x00"), name))
	return digest
}

func (t *table) bucket(digest *[sha256.Size]byte) uint64 {
	return binary.LittleEndian.Uint64(digest[:]) & t.mask
}

// fakeBytes returns 64 bytes that look random and are always the same for the same arguments within one process.
func (t *table) fakeBytes(what string, hash int, name string) []byte {
	return hmacOf(sha512.New, t.secret[:], []byte(what), []byte{0, byte(hash), 0}, []byte(name))
}

// fakeLooks lends an unknown name the looks of a user picked by the name, so that unknown names look as users do, in the
// same proportions.
func (t *table) fakeLooks(hash int, name string) looks {
	all := t.looks[hash]
	pick := binary.LittleEndian.Uint64(t.fakeBytes("looks", hash, name))
	return all[pick%uint64(len(all))]
}
