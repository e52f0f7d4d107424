// Package house holds the tests that keep the shape of the project: what no compiler checks and no reviewer remembers.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "gocached"

// floors gives each package its place. An arrow is an import, and a package imports only from floors below its own.
var floors = map[string]int{
	"clock": 0, "cgroup": 0, "compat": 0, "figure": 0, "nss": 0, "sasl": 0, "slab": 0, "slabs/table": 0, "uring": 0, "bench/process": 0, "bench/benchtest": 0,
	"server/oplog": 0, "server/prefix": 0, "server/transport": 0,
	"engine": 1, "item": 1, "curve": 1, "server/transport/transporttest": 1,
	"protocol": 2, "lru": 2, "assoc": 2,
	"engine/memory": 3, "engine/null": 3, "engine/delay": 3, "engine/enginetest": 3, "server/settings": 3, "server/kernel": 3,
	"server/listen": 4, "server/rim": 4,
	"server": 5, "bench": 5,
	"cmd/gocached": 6, "bench/replay": 6, "bench/engine": 6, "bench/limits": 6, "tool": 6,
	"bench/suite": 7, "slabs": 7,
}

// barred are arrows that point downwards and are wrong all the same.
var barred = map[string][]string{
	"server": {"uring", "slab", "item", "lru", "assoc", "engine/memory", "engine/null", "engine/delay", "engine/enginetest",
		"server/transport/transporttest"},
	"protocol":     {"slab", "item", "sasl"},
	"bench":        {"server", "slab", "item", "lru", "assoc", "engine/memory"},
	"bench/replay": {"server", "slab", "item", "lru", "assoc", "engine/memory"},
	"bench/limits": {"server", "engine", "protocol", "slab", "item", "lru", "assoc", "engine/memory"},
	"slabs":        {"server", "slab", "item", "lru", "assoc", "engine/memory"},
	"tool":         {"server", "slab", "item", "lru", "assoc", "engine/memory"},
}

// rooms says of what others have written, and we may one day do without, in which package it stays.
var rooms = map[string]string{"github.com/panjf2000/gnet/v2": "server/rim"}

// TestRooms reads the imports of every file that is not a test: nobody else imports what has a room.
func TestRooms(t *testing.T) {
	used := map[string]bool{}
	for file, imports := range allImports(t) {
		for _, to := range imports {
			for foreign, room := range rooms {
				if to != foreign && !strings.HasPrefix(to, foreign+"/") {
					continue
				}
				if used[foreign] = true; path.Dir(file) != room {
					t.Errorf("%s imports %s, which is %s's business", file, to, room)
				}
			}
		}
	}
	if len(used) != len(rooms) {
		t.Errorf("only %v is imported at all", used)
	}
}

// TestImportsPointDownwards reads the imports of every file that is not a test.
func TestImportsPointDownwards(t *testing.T) {
	for file, imports := range projectImports(t) {
		from := path.Dir(file)
		if strings.HasPrefix(from, "internal/") {
			for _, to := range imports {
				t.Errorf("%s imports %s: what is internal serves tests and knows nothing of the project", file, to)
			}
			continue
		}
		floor, ok := floors[from]
		if !ok {
			t.Errorf("%s: package %s has no floor; give it one here", file, from)
			continue
		}
		for _, to := range imports {
			if from == "engine/enginetest" && to == "internal/eventually" { // this too is for tests alone
				continue
			}
			if below, ok := floors[to]; !ok || below >= floor && from != "cmd/gocached" {
				t.Errorf("%s imports %s, which is not on a floor below", file, to)
			}
			for _, no := range barred[from] {
				if to == no {
					t.Errorf("%s imports %s, which is none of its business", file, to)
				}
			}
		}
	}
}

// projectImports returns the project's own imports of each file, by the file's path from the root.
func projectImports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for file, imports := range allImports(t) {
		out[file] = nil
		for _, to := range imports {
			if rest, ok := strings.CutPrefix(to, module+"/"); ok {
				out[file] = append(out[file], rest)
			}
		}
	}
	return out
}

// allImports returns all imports of each file that is not a test.
func allImports(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	eachFile(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "conformance/") { // a module of its own
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = nil
		for _, i := range f.Imports {
			to, _ := strconv.Unquote(i.Path.Value)
			out[name] = append(out[name], to)
		}
	})
	return out
}

// root is the project's folder, as seen from here.
const root = "../.."

// eachFile visits every Go file of the project.
func eachFile(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// longest is how many lines a file may have: beyond that it usually holds a second idea.
const longest = 450

// TestFilesAreShort holds every file against the bound, tests included.
func TestFilesAreShort(t *testing.T) {
	eachFile(t, func(name string) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > longest {
			t.Errorf("%s has %d lines, more than %d", name, n, longest)
		}
	})
}
