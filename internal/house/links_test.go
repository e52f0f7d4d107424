package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#]+)\)`)

// TestReadmeLinks: what the README points at is there.
func TestReadmeLinks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	links := link.FindAllStringSubmatch(string(text), -1)
	if len(links) < 5 {
		t.Errorf("only %d links", len(links))
	}
	for _, l := range links {
		if strings.HasPrefix(l[1], "http") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, l[1])); err != nil {
			t.Errorf("%s is not there", l[1])
		}
	}
}

// TestReadmeTestCommand: what the README tells a reader to run is the first step of what every change must pass.
func TestReadmeTestCommand(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "    make test ") || !strings.Contains(string(run), "step make test\n") {
		t.Error("make test is missing from the README or from .ci/run")
	}
}
