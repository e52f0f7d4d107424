package house

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What keeps package server a house of rooms: few files call each other in a circle, and no type is everything.
const (
	knotMost    = 8  // files of which each calls all others, if not directly then through others
	methodsMost = 40 // of a type
)

// TestKnot looks at who calls whom in package server. Calls through an interface or a function value do not count.
func TestKnot(t *testing.T) {
	p := checkTypes(t, filepath.Join(root, "server"))
	knot := p.largestKnot()
	if len(knot) < 2 {
		t.Error("no files call each other: the calls are not found")
	}
	if len(knot) > knotMost {
		t.Errorf("%d files call each other in a circle, more than %d: %v", len(knot), knotMost, knot)
	}
	largest := 0
	for name, n := range p.methods() {
		if largest = max(largest, n); n > methodsMost {
			t.Errorf("%s has %d methods, more than %d", name, n, methodsMost)
		}
	}
	lengths := p.lengths()
	t.Logf("%d files, %d lines; a knot of %d files: %v; %d methods of the largest type; functions have %d lines, the median, and %d, the 90th percentile",
		len(p.files), p.allLines(), len(knot), knot, largest, lengths[len(lengths)/2], lengths[len(lengths)*9/10])
}

// lengths returns how many lines each function has, in order.
func (p *typed) lengths() (lines []int) {
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				lines = append(lines, p.lines(fn))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func (p *typed) allLines() (n int) {
	for _, f := range p.files {
		n += p.fset.File(f.Pos()).LineCount() - 1
	}
	return n
}

// typed is a package whose types are known.
type typed struct {
	fset  *token.FileSet
	files []*ast.File
	info  types.Info
	pkg   *types.Package
}

// checkTypes reads a package without its tests.
func checkTypes(t *testing.T, dir string) *typed {
	t.Helper()
	build.Default.CgoEnabled = false // or a C compiler would be needed
	p := &typed{fset: token.NewFileSet(), info: types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}}
	found, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found.GoFiles {
		f, err := parser.ParseFile(p.fset, filepath.Join(dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, f)
	}
	t.Chdir(dir) // the importer looks for modules from here
	config := types.Config{Importer: importer.ForCompiler(p.fset, "source", nil)}
	if p.pkg, err = config.Check(module+"/server", p.fset, p.files, &p.info); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *typed) fileOf(pos token.Pos) string { return filepath.Base(p.fset.Position(pos).Filename) }

// methods counts those of each type.
func (p *typed) methods() map[string]int {
	n := map[string]int{}
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				n[strings.TrimPrefix(types.ExprString(fn.Recv.List[0].Type), "*")]++
			}
		}
	}
	return n
}

// calls returns for each file those whose functions it names.
func (p *typed) calls() map[string]map[string]bool {
	calls := map[string]map[string]bool{}
	for id, what := range p.info.Uses {
		fn, ok := what.(*types.Func)
		if !ok || fn.Pkg() != p.pkg || isAbstract(fn) {
			continue
		}
		from, to := p.fileOf(id.Pos()), p.fileOf(fn.Pos())
		if calls[from] == nil {
			calls[from] = map[string]bool{}
		}
		calls[from][to] = true
	}
	return calls
}

// isAbstract says whether a function is one that an interface asks for.
func isAbstract(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

// largestKnot returns the most files of which each calls all others, if not directly then through others.
func (p *typed) largestKnot() (largest []string) {
	calls := p.calls()
	reached := map[string]map[string]bool{}
	for file := range calls {
		reached[file] = map[string]bool{}
		reach(calls, file, reached[file])
	}
	for file := range calls {
		var knot []string
		for other := range reached[file] {
			if reached[other][file] {
				knot = append(knot, other)
			}
		}
		if len(knot) > len(largest) {
			largest = knot
		}
	}
	slices.Sort(largest)
	return largest
}

// reach adds all files that a file calls, if not directly then through others.
func reach(calls map[string]map[string]bool, file string, seen map[string]bool) {
	for to := range calls[file] {
		if !seen[to] {
			seen[to] = true
			reach(calls, to, seen)
		}
	}
}
