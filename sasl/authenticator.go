package sasl

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Authenticator holds the users and the mechanisms that are allowed. Its methods are safe for concurrent use.
type Authenticator struct {
	allowed  mechanismSet
	hostname string
	secret   [32]byte
	nonce    func() string // never twice the same; printable, without comma and blank
	table    atomic.Pointer[table]

	mu      sync.Mutex // guards what follows, and is held while files are read
	sources []*source  // the password file, then the database
	notes   []string
	fault   func(error)
}

// New returns an Authenticator without users; call Reload before the first session.
//
// fault, if not nil, is told when a file that changed could not be read while somebody authenticated; the users stay as
// they were. It is called once for each change, or a few times while a file is being written, from the goroutine that
// called Start, and must not call the Authenticator.
func New(config Config, fault func(error)) *Authenticator {
	a := &Authenticator{
		allowed:  config.allowed(),
		hostname: printableHost(config.Hostname),
		nonce:    randomNonce,
		fault:    fault,
	}
	rand.Read(a.secret[:])
	if config.PasswordFile != "" {
		a.sources = append(a.sources, &source{
			path: config.PasswordFile, limit: maxPasswordFile, required: true, parse: parsePasswords})
	}
	if config.Database != "" {
		a.sources = append(a.sources, &source{
			path: config.Database, limit: maxDatabase, optional: config.DatabaseDefault, parse: parseDatabase})
	}
	a.build()
	return a
}

// Reload reads all files again and replaces the users in one step. If any file is at fault, the users stay
// as they were and the error names the file, and the line where there is one, but never what it holds. A database
// that does not exist holds no users; a password file that does not exist is an error.
func (a *Authenticator) Reload(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sources {
		s.seen = stamp{}
	}
	return a.load(now)
}

// List returns the mechanisms on offer, as the list command answers: names with a blank between them, the strongest
// first. On offer is what mech_list allows and what at least one user's credential can do.
func (a *Authenticator) List() string { return a.offered(a.table.Load()).String() }

// Notes returns remarks on the files last read, for the operator: lines without effect, a database that is not used.
func (a *Authenticator) Notes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.notes
}

// NewSession returns the session of a new connection. It may be made as late as the first auth command.
func (a *Authenticator) NewSession() *Session { return &Session{auth: a} }

func (a *Authenticator) offered(t *table) mechanismSet { return a.allowed & t.works() }

// poll looks whether a file changed since it was read, and reads it if so. While one goroutine does that, others go on
// with the users there are.
func (a *Authenticator) poll(now time.Time) {
	if !a.mu.TryLock() {
		return
	}
	defer a.mu.Unlock()
	for _, s := range a.sources {
		if s.changed(now) {
			if err := a.load(now); err != nil && a.fault != nil {
				a.fault(err)
			}
			return
		}
	}
}

// load reads the files that changed and, if all is well, replaces the users. The caller holds mu.
func (a *Authenticator) load(now time.Time) error {
	var errs []error
	for _, s := range a.sources {
		if s.changed(now) {
			errs = append(errs, s.read(now))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return a.build()
}

// build makes a table of what the sources hold.
func (a *Authenticator) build() error {
	var all []entry
	for _, s := range a.sources {
		all = append(all, s.entries...)
	}
	if len(all) > maxUsers {
		return fmt.Errorf("%d users; the most is %d", len(all), maxUsers)
	}
	t, notes := newTable(a.secret, a.hostname, all)
	a.notes = notes
	if len(all) == 0 {
		a.notes = append(a.notes, "SASL: there are no users, so nobody can authenticate")
	} else if a.offered(t) == 0 {
		a.notes = append(a.notes, "SASL: no mechanism that is allowed can serve what the files hold of the users, so nobody can authenticate")
	}
	for _, s := range a.sources {
		if s.remark != "" {
			a.notes = append(a.notes, s.remark)
		}
	}
	a.table.Store(t)
	return nil
}

// randomNonce returns 144 random bits as text.
func randomNonce() string {
	var b [18]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// printableHost makes sure that the host's name can stand in a challenge.
func printableHost(name string) string {
	if name == "" || len(name) > 255 || !isPlainASCII(name) || strings.ContainsAny(name, "<>@ ") {
		return "localhost"
	}
	return name
}
