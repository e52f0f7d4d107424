package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var variable = regexp.MustCompile(`(?:[gG]etenv\(|Variable = )"([A-Z_]+)"`)

// TestEnvironment: each variable of the environment that the program reads has its paragraph in the manual.
func TestEnvironment(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "gocached.1"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n.SH ENVIRONMENT\n")
	section, _, _ = strings.Cut(section, "\n.SH ")
	read := 0
	eachFile(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "bench/") || strings.HasPrefix(name, "conformance/") {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range variable.FindAllStringSubmatch(string(text), -1) {
			read++
			if !strings.Contains(section, ".TP\n.B "+m[1]+"\n") {
				t.Errorf("%s reads %s, of which the manual does not tell", name, m[1])
			}
		}
	})
	if read < 5 {
		t.Errorf("only %d variables are read", read)
	}
}
