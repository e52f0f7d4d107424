package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// TestDifferencesAreBacked: each row of docs/differences.md names tests or recorded conversations that are there, and
// each conversation that gocached chose to answer in its own way stands on the page.
func TestDifferencesAreBacked(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := testNames(t)
	chosen := conversations(t, known)
	rows := 0
	for _, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| memcached 1.4.5 |") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 4 {
			t.Errorf("a row of %d cells: %s", len(cells), line)
			continue
		}
		for _, name := range strings.Split(cells[3], ", ") {
			if !known[name] {
				t.Errorf("there is no %s, for: %s", name, cells[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows", rows)
	}
	for _, name := range chosen {
		if !strings.Contains(string(page), name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// testNames returns the names of all tests of the project.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// conversations adds the names of all recorded ones, and returns those in which gocached differs.
func conversations(t *testing.T, names map[string]bool) (chosen []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "testdata", "golden", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings: ", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var c struct{ Name, Server, Notes string }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			names[c.Name] = true
			if c.Server == "gocached" && !strings.HasPrefix(c.Notes, "as memcached") {
				chosen = append(chosen, c.Name)
			}
		}
	}
	return chosen
}
