package house

import (
	"bufio"
	"go/ast"
	"go/types"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gocached/internal/eventually"
)

// A station of a request is a function of package server that it passes and that calls another one on the way: what calls
// none, but for accessors, is a tool. docs/design.md lists the stations of a get.
const (
	stationsMost  = 18
	accessorLines = 5 // of a function, at most, that does not count as called
	gets          = 1000
	passes        = 900 // of these, at least: some come in before the loop polls by itself
)

// TestStations counts the stations of a get, in a build that counts how often each piece of code is run.
func TestStations(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program that counts")
	}
	dir, err := filepath.Abs(filepath.Join(root, "server"))
	if err != nil {
		t.Fatal(err)
	}
	passed := passedBlocks(t)
	stations := checkTypes(t, dir).stations(passed)
	for _, name := range stations {
		t.Log(name)
	}
	if n := len(stations); n > stationsMost || n < 5 {
		t.Errorf("a get has %d stations, want at most %d: %v", n, stationsMost, stations)
	}
}

// passedBlocks returns where code of package server begins that each get runs: file and line.
func passedBlocks(t *testing.T) map[string]bool {
	t.Helper()
	dir := t.TempDir()
	program, counts, profile := filepath.Join(dir, "gocached"), filepath.Join(dir, "counts"), filepath.Join(dir, "profile")
	if err := os.Mkdir(counts, 0o700); err != nil {
		t.Fatal(err)
	}
	run(t, "go", "build", "-cover", "-covermode=atomic", "-coverpkg="+module+"/server,"+module+"/cmd/gocached", "-o", program, "./cmd/gocached")
	askForItem(t, program, counts)
	run(t, "go", "tool", "covdata", "textfmt", "-i="+counts, "-o="+profile)
	return readProfile(t, profile)
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, said)
	}
}

// askForItem asks a server for an item again and again. The server leaves in a folder what it has counted.
func askForItem(t *testing.T, program, counts string) {
	t.Helper()
	ports := filepath.Join(t.TempDir(), "ports")
	server := exec.Command(program, "-l", "127.0.0.1", "-p", "-1", "-t", "1", "--port-file", ports, "-u", "root")
	server.Env = append(os.Environ(), "GOCOVERDIR="+counts)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill() })
	c, err := net.Dial("tcp", "127.0.0.1:"+readPort(t, ports))
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	ask(t, c, r, "set a 0 0 1\r\nx\r\n", 1)
	for range gets {
		ask(t, c, r, "get a\r\n", 3)
	}
	_ = server.Process.Signal(syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Fatal(err)
	}
}

// readPort waits for the file of ports, and returns that of TCP.
func readPort(t *testing.T, path string) (port string) {
	t.Helper()
	eventually.True(t, "a file of ports", func() bool {
		text, _ := os.ReadFile(path)
		_, port, _ = strings.Cut(string(text), "TCP INET: ")
		port, _, _ = strings.Cut(port, "\n")
		return port != ""
	})
	return port
}

// ask sends a request and reads as many lines as its answer has.
func ask(t *testing.T, c net.Conn, r *bufio.Reader, request string, lines int) {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	for range lines {
		if _, err := r.ReadSlice('\n'); err != nil {
			t.Fatal(err)
		}
	}
}

// block is a line of a profile: where a block begins, and how often it was run.
var block = regexp.MustCompile(`^` + module + `/server/([a-z_0-9]+\.go:\d+)\.\d+,\S+ \d+ (\d+)$`)

func readProfile(t *testing.T, path string) map[string]bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	passed := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m := block.FindStringSubmatch(lines.Text()); m != nil {
			if n, _ := strconv.Atoi(m[2]); n >= passes {
				passed[m[1]] = true
			}
		}
	}
	return passed
}

// stations returns the names of functions that are passed and call others that are.
func (p *typed) stations(passed map[string]bool) (names []string) {
	on := map[types.Object]*ast.FuncDecl{}
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && passed[p.beginning(fn)] {
				on[p.info.Defs[fn.Name]] = fn
			}
		}
	}
	for _, fn := range on {
		if p.callsAny(fn, on) {
			names = append(names, fn.Name.Name)
		}
	}
	slices.Sort(names)
	return names
}

// beginning returns where the block of a function begins, as a profile says it.
func (p *typed) beginning(fn *ast.FuncDecl) string {
	return p.fileOf(fn.Pos()) + ":" + strconv.Itoa(p.fset.Position(fn.Body.Lbrace).Line)
}

// callsAny says whether a function calls another of these that is no accessor.
func (p *typed) callsAny(fn *ast.FuncDecl, on map[types.Object]*ast.FuncDecl) (calls bool) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if other := on[p.info.Uses[id]]; other != nil && other != fn && p.lines(other) > accessorLines {
			calls = true
		}
		return true
	})
	return calls
}

func (p *typed) lines(fn *ast.FuncDecl) int {
	return p.fset.Position(fn.End()).Line - p.fset.Position(fn.Pos()).Line + 1
}
