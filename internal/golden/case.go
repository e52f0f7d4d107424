// Package golden replays recorded conversations against a server and compares every byte it answers.
//
// The recordings lie in testdata/golden; its README describes their form. A case is played against a fresh server, which
// a Starter provides: package server starts one in the test's own process, Binary starts any program that takes
// memcached's flags. Nothing here imports anything else of the project, so the same judge can look at a real memcached.
//
// Read in this order: case.go (what a case is), pattern.go (bytes with placeholders), play.go (one conversation),
// datagram.go and startup.go (its siblings), process.go (starting a program), run.go (all cases as a Go test).
package golden

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Case is one recorded conversation, or one start of the program.
type Case struct {
	Name      string            `json:"name"`
	Server    string            `json:"server"`    // where it was recorded; "gocached" for a chosen difference
	Transport string            `json:"transport"` // tcp, unix, udp, startup, argv
	Flags     []string          `json:"flags"`
	Env       map[string]string `json:"env"`
	Files     map[string]string `json:"files"`
	Steps     []Step            `json:"steps"`
	Notes     string            `json:"notes"`
	Tags      []string          `json:"tags"`

	Slabs [][3]int `json:"slabs"` // startup: class, chunk size, chunks per page

	Argv        []string `json:"argv"` // argv: the whole command line
	Exit        int      `json:"exit"`
	Stdout      *string  `json:"stdout"`
	Stderr      *string  `json:"stderr"`
	FlagsListed []string `json:"flags_listed"`

	Group string `json:"-"` // the file it stands in: text, size, stats, ...
}

// Step is one request and its reply. Expect holds one element on a stream, any number for datagrams.
type Step struct {
	Send   payload  `json:"send"`
	Expect payloads `json:"expect"`
	Conn   int      `json:"conn"`
	Close  bool     `json:"close"`
	Sleep  float64  `json:"sleep"` // seconds before sending
	Via    string   `json:"via"`   // "tcp" in a udp case
}

// Has reports whether the case bears the tag.
func (c *Case) Has(tag string) bool { return slices.Contains(c.Tags, tag) }

// Groups are the files of recordings, in the order in which they are best made to pass.
var Groups = []string{"text", "size", "stats", "startup", "binary", "sasl", "udp", "modern", "meta"}

// chosenFile holds the answers of gocached where it means to differ: a case there replaces the recorded one of that name.
const chosenFile = "chosen.jsonl"

// Dir finds testdata/golden from wherever in the project a test runs.
func Dir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		candidate := filepath.Join(dir, "testdata", "golden")
		if _, err := os.Stat(filepath.Join(candidate, "text.jsonl")); err == nil {
			return candidate, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no testdata/golden above the working directory")
		}
		dir = parent
	}
}

// Load reads the cases of the groups, in order; all groups if none is named. With chosen, the deliberate differences
// of gocached take the place of what was recorded; without, the cases are those of the real server.
func Load(dir string, chosen bool, groups ...string) ([]*Case, error) {
	if len(groups) == 0 {
		groups = Groups
	}
	var cases []*Case
	for _, g := range groups {
		more, err := loadFile(filepath.Join(dir, g+".jsonl"))
		if err != nil {
			return nil, err
		}
		for _, c := range more {
			c.Group = g
		}
		cases = append(cases, more...)
	}
	if !chosen {
		return cases, nil
	}
	ours, err := loadFile(filepath.Join(dir, chosenFile))
	if err != nil {
		return nil, err
	}
	return replace(cases, ours), nil
}

// replace puts each of ours where the case of the same name stands.
func replace(cases, ours []*Case) []*Case {
	for _, c := range ours {
		i := slices.IndexFunc(cases, func(o *Case) bool { return o.Name == c.Name })
		if i >= 0 {
			c.Group = cases[i].Group
			cases[i] = c
		}
	}
	return cases
}

func loadFile(path string) ([]*Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var cases []*Case
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		c := new(Case)
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		cases = append(cases, c)
	}
	return cases, lines.Err()
}
