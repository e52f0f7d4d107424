package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRecipesAreTested: each block of docs/recipes.md has a name, which stands in one of the two tests that run blocks.
func TestRecipesAreTested(t *testing.T) {
	read := func(path ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page, ours, others := read("docs", "recipes.md"), read("cmd", "gocached", "recipes_test.go"), read("conformance", "recipes.sh")
	names := regexp.MustCompile("(?m)^<!-- ([a-z0-9-]+) -->\n```[a-z]+$").FindAllStringSubmatch(page, -1)
	if blocks := strings.Count(page, "\n```") / 2; len(names) < 20 || len(names) != blocks {
		t.Errorf("%d blocks, %d of them with names", blocks, len(names))
	}
	for _, n := range names {
		word := regexp.MustCompile(`(^|[\s",(])` + regexp.QuoteMeta(n[1]) + `($|[\s",);])`)
		if !word.MatchString(ours) && !word.MatchString(others) {
			t.Errorf("no test runs the recipe %s", n[1])
		}
	}
}
