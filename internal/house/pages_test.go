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

// TestPagesAreBacked: each row of the tables on these pages names tests or recorded conversations that are there, and each
// conversation that gocached chose to answer in its own way stands on the page of differences.
func TestPagesAreBacked(t *testing.T) {
	known := testNames(t)
	chosen := conversations(t, known)
	for name, least := range map[string]int{"differences.md": 30, "security.md": 50, "compat.md": 20} {
		page, err := os.ReadFile(filepath.Join(root, "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		if rows := checkTables(t, name, string(page), known); rows < least {
			t.Errorf("%s: only %d rows", name, rows)
		}
		if name != "differences.md" {
			continue
		}
		for _, c := range chosen {
			if !strings.Contains(string(page), c) {
				t.Errorf("%s: %s is missing", name, c)
			}
		}
	}
}

// checkTables checks every table of a page: the last column is headed Test, and what stands in it is known. It returns
// the number of rows.
func checkTables(t *testing.T, name, page string, known map[string]bool) (rows int) {
	t.Helper()
	var header []string // of the table we are in
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		last := cells[len(cells)-1]
		switch {
		case !strings.HasPrefix(line, "|"):
			header = nil
		case header == nil:
			if header = cells; last != "Test" {
				t.Errorf("%s: a table that names no tests: %s", name, line)
			}
		case strings.HasPrefix(line, "|---"):
		case len(cells) != len(header):
			t.Errorf("%s: a row of %d cells: %s", name, len(cells), line)
		default:
			rows++
			for _, test := range strings.Split(last, ", ") {
				if !known[test] {
					t.Errorf("%s: there is no %q, for: %s", name, test, cells[0])
				}
			}
		}
	}
	return rows
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
