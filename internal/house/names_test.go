package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var sourceName = regexp.MustCompile(`[a-z0-9_]+\.go\b`)

// TestFileNames: the source files that comments and documents name are there.
func TestFileNames(t *testing.T) {
	there, texts := make(map[string]bool), []string(nil)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == ".git" || name == "testdata"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".go"):
			there[name] = true
			texts = append(texts, path)
		case strings.HasSuffix(name, ".md"):
			texts = append(texts, path)
		}
		return nil
	})
	if err != nil || len(texts) < 100 {
		t.Fatalf("%d files: %v", len(texts), err)
	}
	for _, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			_, comment, _ := strings.Cut(line, "//")
			if strings.HasSuffix(path, ".md") {
				comment = line
			}
			for _, name := range sourceName.FindAllString(comment, -1) {
				if !there[name] && name != "_test.go" {
					t.Errorf("%s names %s, which is not there", path, name)
				}
			}
		}
	}
}
