package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestWaiting: tests wait for what comes by itself with package internal/eventually, which gives up in the end and says what
// did not come. Where they sleep all the same, real time has to pass, and a comment on the line says why.
func TestWaiting(t *testing.T) {
	eachFile(t, func(name string) {
		if !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "engine/enginetest/") {
			return
		}
		faults, err := waitingFaults(filepath.Join(root, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults {
			t.Errorf("%s:%s", name, fault)
		}
	})
}

// waitingFaults returns the lines of a file that wait as they should not.
func waitingFaults(name string, text any) (faults []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	line := func(n ast.Node) int { return set.Position(n.Pos()).Line }
	commented := map[int]bool{}
	for _, c := range file.Comments {
		commented[line(c)] = true
	}
	var path []ast.Node // from the file to the node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		path = append(path, n)
		switch called := pauses(n); {
		case called == "":
		case inLoop(path):
			faults = append(faults, fmt.Sprintf("%d: %s in a loop: wait with eventually.True", line(n), called))
		case called == "time.Sleep" && !commented[line(n)]:
			faults = append(faults, fmt.Sprintf("%d: no comment says why real time must pass", line(n)))
		}
		return true
	})
	return faults, nil
}

// pauses returns the name of the function that a node calls, if that lets time pass.
func pauses(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	where, ok := f.X.(*ast.Ident)
	if !ok {
		return ""
	}
	switch name := where.Name + "." + f.Sel.Name; name {
	case "time.Sleep", "time.After", "runtime.Gosched":
		return name
	}
	return ""
}

// inLoop says whether the last node of a path stands in a loop of its own function that goes on until something is so. A
// loop over a range has an end: there a pause paces what is done.
func inLoop(path []ast.Node) bool {
	for i := len(path) - 1; i >= 0; i-- {
		switch path[i].(type) {
		case *ast.ForStmt:
			return true
		case *ast.FuncLit, *ast.FuncDecl:
			return false
		}
	}
	return false
}

// TestWaitingIsFound tries the search on functions that wait well and badly.
func TestWaitingIsFound(t *testing.T) {
	for body, want := range map[string]string{
		"for !done() {\ntime.Sleep(1)\n}":                      "4: time.Sleep in a loop: wait with eventually.True",
		"for !done() {\ntime.Sleep(1) // a reason\n}":          "4: time.Sleep in a loop: wait with eventually.True",
		"for range 9 {\nfor end := 7; ; time.Sleep(1) {\n}\n}": "4: time.Sleep in a loop: wait with eventually.True",
		"for {\nif !done() {\nruntime.Gosched()\n}\n}":         "5: runtime.Gosched in a loop: wait with eventually.True",
		"for {\nselect {\ncase <-time.After(1):\n}\n}":         "5: time.After in a loop: wait with eventually.True",
		"time.Sleep(1)":                               "3: no comment says why real time must pass",
		"// a reason\n\ntime.Sleep(1)":                "5: no comment says why real time must pass",
		"time.Sleep(1) // a reason":                   "",
		"for range 9 {\ntime.Sleep(1) // a reason\n}": "",
		"for i := 0; i < 9; i++ {\ngo func() {\ntime.Sleep(1) // a reason\n}()\n}": "",
		"select {\ncase <-time.After(1):\n}":                                       "",
	} {
		faults, err := waitingFaults("made_up_test.go", "package p\nfunc f() {\n"+body+"\n}\n")
		if got := strings.Join(faults, "; "); err != nil || got != want {
			t.Errorf("%s\ngot %q, %v\nwant %q", body, got, err, want)
		}
	}
}
