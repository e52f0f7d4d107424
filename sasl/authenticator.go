package sasl

import (
	"crypto/rand"
	"encoding/hex"
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
	told    string // the fault that the operator has been told of and that has not gone since
}

// New returns an Authenticator without users; call Reload before the first session.
//
// fault, if not nil, is told when a file that changed could not be taken over while somebody authenticated; the users stay
// as they were. It is called once for each fault, and not at all for one that Reload has returned, from the goroutine
// that called Start, and must not call the Authenticator.
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
//
// Once somebody can authenticate, what would lock everybody out is a fault too: a file that was cut off or is being
// written anew looks like one that names nobody.
func (a *Authenticator) Reload(now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sources {
		s.seen = stamp{}
	}
	err := a.load(now)
	a.news(err)
	return err
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
			if err := a.load(now); a.news(err) && a.fault != nil {
				a.fault(err)
			}
			return
		}
	}
}

// news notes what came of reading the files, and reports whether it is a fault that the operator has not been told of.
func (a *Authenticator) news(err error) bool {
	text := ""
	if err != nil {
		text = err.Error()
	}
	is := text != "" && text != a.told
	a.told = text
	return is
}

// load reads the files that changed and, if all is well, replaces the users. The caller holds mu.
func (a *Authenticator) load(now time.Time) error {
	var errs faults
	for _, s := range a.sources {
		if s.changed(now) {
			if err := s.read(now); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	return a.build()
}

// faults are errors in one line.
type faults []error

func (f faults) Unwrap() []error { return f }

func (f faults) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// build makes a table of what the sources hold, unless that would lock out everybody who could come in before.
func (a *Authenticator) build() error {
	var all []entry
	for _, s := range a.sources {
		all = append(all, s.entries...)
	}
	if len(all) > maxUsers {
		return fmt.Errorf("%d users; the most is %d", len(all), maxUsers)
	}
	t, notes := newTable(a.secret, a.hostname, all)
	shut := a.shut(t)
	if old := a.table.Load(); shut != "" && old != nil && a.shut(old) == "" {
		return fmt.Errorf("%s: %s; the users stay as they were", a.files(), shut)
	}
	if a.notes = notes; shut != "" {
		a.notes = append(a.notes, "SASL: "+shut)
	}
	for _, s := range a.sources {
		if s.remark != "" {
			a.notes = append(a.notes, s.remark)
		}
	}
	a.table.Store(t)
	return nil
}

// shut says why nobody can authenticate with a table, or "".
func (a *Authenticator) shut(t *table) string {
	switch {
	case t.users == 0:
		return "there are no users, so nobody can authenticate: MEMCACHED_SASL_PWDB names a file of users, and SASL_CONF_PATH where " +
			"memcached.conf is"
	case a.offered(t) == 0:
		return "no mechanism that is allowed can serve what the files hold of the users, so nobody can authenticate"
	}
	return ""
}

// files names the files of users.
func (a *Authenticator) files() string {
	var paths []string
	for _, s := range a.sources {
		paths = append(paths, s.path)
	}
	return strings.Join(paths, ", ")
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
