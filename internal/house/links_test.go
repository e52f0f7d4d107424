package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#]+)\)`)

// TestLinks: what the README and the pages of docs point at is there.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("only %d pages in docs: %v", len(pages), err)
	}
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		links := link.FindAllStringSubmatch(string(text), -1)
		if len(links) < 5 && page == filepath.Join(root, "README.md") {
			t.Errorf("%s has only %d links", page, len(links))
		}
		for _, l := range links {
			if strings.HasPrefix(l[1], "http") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), l[1])); err != nil {
				t.Errorf("%s: %s is not there", page, l[1])
			}
		}
	}
}

// readmeMost is how many lines the README may have: it is for users who look for the way in. Long tables belong in docs.
const readmeMost = 160

func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > readmeMost {
		t.Errorf("README.md has %d lines, more than %d", n, readmeMost)
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
