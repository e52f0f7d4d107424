package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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

// maxReadme is how many lines the README may have: it is for users who look for the way in. Long tables belong in docs.
const maxReadme = 149

func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > maxReadme {
		t.Errorf("README.md has %d lines, more than %d", n, maxReadme)
	}
}

// TestReadmeDrawing: the floors that the README draws are those that the imports are held against.
func TestReadmeDrawing(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	drawn := make(map[string]int)
	for _, row := range regexp.MustCompile(`(?m)^    (\d)  (.*)$`).FindAllStringSubmatch(string(text), -1) {
		floor, _ := strconv.Atoi(row[1])
		for _, name := range strings.Fields(row[2]) {
			drawn[name] = floor
		}
	}
	for name, floor := range floors {
		if at, ok := drawn[name]; !ok || at != floor {
			t.Errorf("%s is not drawn on floor %d", name, floor)
		}
	}
	if len(drawn) != len(floors) {
		t.Errorf("%d packages are drawn, there are %d", len(drawn), len(floors))
	}
}

// TestReadmeIsTested: what the README has people type to put the server in memcached's place stands in the recipes, which
// are tested.
func TestReadmeIsTested(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	recipes, err := os.ReadFile(filepath.Join(root, "docs", "recipes.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, place, _ := strings.Cut(string(text), "\n## In memcached's place\n")
	place, _, _ = strings.Cut(place, "\n## ")
	lines := regexp.MustCompile(`(?m)^    (.*?)(?:  +# .*)?$`).FindAllStringSubmatch(place, -1)
	for _, line := range lines {
		if !strings.Contains(string(recipes), "\n"+line[1]+"\n") {
			t.Errorf("no recipe has the line %s", line[1])
		}
	}
	if len(lines) < 15 {
		t.Errorf("only %d lines to type", len(lines))
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
