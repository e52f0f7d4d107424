package golden

import (
	"errors"
	"testing"
)

// Config says what Run plays and against what.
type Config struct {
	Start   Starter
	Program string   // for the cases that are a command line; they are skipped without
	Groups  []string // all if empty
	// Recorded plays the cases as recorded and leaves gocached's chosen differences out: for a real memcached.
	Recorded bool
	// Without names cases to skip, each with the reason.
	Without map[string]string
}

// Run plays the cases as subtests named after them. A case that a defect of memcached is recorded in is skipped, unless
// gocached has a chosen answer to it. Cases that wait are played beside the others.
func Run(t *testing.T, cfg Config) {
	t.Helper()
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Load(dir, !cfg.Recorded, cfg.Groups...)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make([]chan error, len(cases))
	for i, c := range cases {
		outcomes[i] = make(chan error, 1)
		if c.waits() {
			go func() { outcomes[i] <- cfg.play(c) }()
		}
	}
	passed, skipped := 0, 0
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if !c.waits() {
				outcomes[i] <- cfg.play(c)
			}
			err := <-outcomes[i]
			switch {
			case errors.Is(err, ErrSkip):
				skipped++
				t.Skip(err)
			case err != nil:
				t.Error(err)
				if c.Notes != "" {
					t.Log("note:", c.Notes)
				}
			default:
				passed++
			}
		})
	}
	t.Logf("%d cases: %d passed, %d skipped, %d failed", len(cases), passed, skipped, len(cases)-passed-skipped)
}

// waits says whether a case does little but wait: it sleeps, or hears whether datagrams come that should not.
func (c *Case) waits() bool { return c.Has("slow") || c.Transport == "udp" }

// skip is a case that is left out, with the reason.
type skip string

// Error gives the reason.
func (s skip) Error() string { return string(s) }

// Is makes errors.Is(err, ErrSkip) true.
func (s skip) Is(target error) bool { return target == ErrSkip }

func (cfg *Config) play(c *Case) error {
	if reason, ok := cfg.Without[c.Name]; ok {
		return skip(reason)
	}
	switch {
	case c.Server == "gocached":
	case c.Has("bug"):
		return skip("a defect of memcached is recorded here")
	case c.Has("chosen") && !cfg.Recorded:
		return errors.New("gocached means to answer otherwise, and " + chosenFile + " does not say how")
	}
	if c.Transport != "argv" {
		return cfg.inTime(c)
	}
	if cfg.Program == "" {
		return skip("a command line needs a program")
	}
	return PlayArgv(c, cfg.Program)
}

// tries is how often a case that sleeps is played while the machine holds it up.
const tries = 3

// inTime plays a case. If it sleeps, fails, and was held up, it is played again.
func (cfg *Config) inTime(c *Case) (err error) {
	for range tries {
		if err = Play(c, cfg.Start); !c.Has("slow") || !errors.Is(err, errHeldUp) {
			break
		}
	}
	return err
}
