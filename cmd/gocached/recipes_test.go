package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// recipe returns a block of docs/recipes.md: the one below a comment with its name.
func recipe(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "<!-- "+name+" -->\n```")
	_, rest, ok2 := strings.Cut(rest, "\n")
	block, _, ok3 := strings.Cut(rest, "```\n")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("there is no recipe %s", name)
	}
	return block
}

// TestRecipes runs the blocks of docs/recipes.md that need nothing but what is on every machine; conformance/recipes.sh
// runs the others. A test of package house sees to it that each block is in one of the two.
func TestRecipes(t *testing.T) {
	for name, try := range map[string]func(t *testing.T, block string){
		"slabs-n40":       trySlabs,
		"slabs-n56":       trySlabs,
		"slabs-f2-n80":    trySlabs,
		"slabs-table":     trySlabsTable,
		"slabs-server":    trySlabsServer,
		"slabs-histogram": trySlabsServer,
		"footprint":       tryFootprint,
		"footprint-tool":  tryFootprintTool,
		"daemontools":     tryRunScript,
		"systemd":         tryUnit,
		"dockerfile":      tryImage,
		"kubernetes":      tryDeployment,
	} {
		t.Run(name, func(t *testing.T) { try(t, recipe(t, name)) })
	}
}

// trySlabs runs a command and compares the beginning of what it prints.
func trySlabs(t *testing.T, block string) {
	command, want, _ := strings.Cut(block, "\n")
	flags, ok := strings.CutPrefix(command, "$ gocached ")
	if !ok {
		t.Fatalf("no command: %s", command)
	}
	r := startBinary(t, strings.Fields(flags)...)
	r.end(t, syscall.SIGTERM)
	if got := r.stderr.String(); want == "" || !strings.HasPrefix(got, want) {
		t.Errorf("%s prints\n%.600s\nnot\n%s", command, got, want)
	}
}

// trySlabsTable runs a command and compares the beginning of what it prints.
func trySlabsTable(t *testing.T, block string) {
	command, want, _ := strings.Cut(block, "\n")
	got := runBinary(t, strings.Fields(command)[2:]...)
	if want == "" || got.exit != 0 || !strings.HasPrefix(got.stdout, want) {
		t.Errorf("%s: %+v", command, got)
	}
}

// trySlabsServer runs the lines against a server with items that do not fit its classes.
func trySlabsServer(t *testing.T, block string) {
	r := startBinary(t)
	c := connect(t, "tcp", r.address())
	line := strings.Repeat("x", 100)
	for i := range 20_000 {
		fmt.Fprintf(c, "set %020d 0 0 100 noreply\r\n%s\r\n", i, line)
	}
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	script := strings.NewReplacer("11211", strconv.Itoa(r.port), "gocached ", binary+" ").Replace(block)
	cmd := exec.Command("bash", "-ec", script)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "20,000 items") || !strings.Contains(string(out), " -f 1.02 -n 1") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// tryFootprint runs the lines of shell against a server.
func tryFootprint(t *testing.T, block string) {
	r := startBinary(t)
	out, err := exec.Command("bash", "-ec", strings.ReplaceAll(block, "11211", strconv.Itoa(r.port))).CombinedOutput()
	for _, name := range []string{"memory_resident", "memory_items", "memory_overhead"} {
		if !regexp.MustCompile(`(?m)^STAT ` + name + ` \d+\r$`).Match(out) {
			t.Errorf("%v, without %s:\n%s", err, name, out)
		}
	}
}

// tryFootprintTool runs the tool against a server.
func tryFootprintTool(t *testing.T, block string) {
	r := startBinary(t)
	words := strings.Fields(strings.ReplaceAll(block, "11211", strconv.Itoa(r.port)))
	got := runBinary(t, words[1:]...)
	if got.exit != 0 || !regexp.MustCompile(`(?m)^ +memory_overhead +\d+(\.\d+)? MiB$`).MatchString(got.stdout) {
		t.Errorf("%+v", got)
	}
}

// serveLine starts the program with a command line of a recipe, on a free port, and asks it something.
func serveLine(t *testing.T, flags []string) *connection {
	t.Helper()
	for i, flag := range flags[:max(0, len(flags)-1)] {
		if flag == "-p" {
			flags = append(flags[:i:i], flags[i+2:]...)
			break
		}
	}
	c := connect(t, "tcp", startBinary(t, flags...).address())
	c.ask("set greeting 0 60 5\r\nhello\r\nget greeting\r\n", "STORED\r\nVALUE greeting 0 5\r\nhello\r\nEND\r\n")
	return c
}

// tryRunScript runs the script with a setuidgid that changes nothing: the server stays in the foreground and ends with the
// script's process.
func tryRunScript(t *testing.T, block string) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("run", strings.ReplaceAll(block, "-p 11211", "-p -1 "+strings.Join(asRoot(), " ")))
	write("setuidgid", "#!/bin/sh\nshift\nexec \"$@\"\n")
	if err := os.Symlink(binary, filepath.Join(dir, "gocached")); err != nil {
		t.Fatal(err)
	}
	ports := filepath.Join(dir, "ports")
	run := exec.Command(filepath.Join(dir, "run"))
	run.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "MEMCACHED_PORT_FILENAME="+ports)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Process.Kill(); run.Wait() })
	c := connect(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, ports)))
	if got := c.stat("", "pid"); got != run.Process.Pid {
		t.Errorf("process %d serves, not that of the script, %d", got, run.Process.Pid)
	}
}

// tryUnit runs what the unit starts.
func tryUnit(t *testing.T, block string) {
	line := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/gocached (.*)$`).FindStringSubmatch(block)
	if line == nil {
		t.Fatal("no ExecStart")
	}
	serveLine(t, strings.Fields(line[1]))
}

// list returns a list of words, in the form of JSON, that follows a mark.
func list(t *testing.T, block, mark string) (words []string) {
	t.Helper()
	_, rest, ok := strings.Cut(block, mark)
	line, _, _ := strings.Cut(rest, "\n")
	if err := json.Unmarshal([]byte(line), &words); !ok || err != nil {
		t.Fatalf("%s%s: %v", mark, line, err)
	}
	return words
}

// tryImage builds the program as the image does, and starts it in a root directory that holds nothing else, by the user of
// the image, if the test may.
func tryImage(t *testing.T, block string) {
	flags := list(t, block, "\nCMD ")
	serveLine(t, flags)
	needRoot(t)
	build := regexp.MustCompile(`(?m)^RUN (.*)$`).FindStringSubmatch(block)
	user := regexp.MustCompile(`(?m)^USER (\d+):(\d+)$`).FindStringSubmatch(block)
	entry := list(t, block, "\nENTRYPOINT ")
	if build == nil || user == nil || len(entry) != 1 {
		t.Fatal("no RUN, no USER, or no ENTRYPOINT")
	}
	root := t.TempDir()
	command := exec.Command("bash", "-ec", strings.ReplaceAll(build[1], "-o /", "-o "+root+"/"))
	command.Dir = "../.."
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	uid, _ := strconv.ParseUint(user[1], 10, 32)
	gid, _ := strconv.ParseUint(user[2], 10, 32)
	if err := os.Chown(root, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
	r := exec.Command(entry[0], append(flags, "-l", "127.0.0.1", "-p", "-1")...)
	r.Dir, r.Env = "/", []string{"MEMCACHED_PORT_FILENAME=/ports"}
	r.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill(); r.Wait() })
	c := connect(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, filepath.Join(root, "ports"))))
	c.ask("set greeting 0 60 5\r\nhello\r\nget greeting\r\n", "STORED\r\nVALUE greeting 0 5\r\nhello\r\nEND\r\n")
}

// tryDeployment runs the arguments of the container, and checks that its memory suffices for them.
func tryDeployment(t *testing.T, block string) {
	c := serveLine(t, list(t, block, "\n          args: "))
	limit := regexp.MustCompile(`limits: \{memory: (\d+)Mi\}`).FindStringSubmatch(block)
	if limit == nil {
		t.Fatal("no limit on memory")
	}
	mib, _ := strconv.Atoi(limit[1])
	if need := c.stat("", "limit_maxbytes") + c.stat("gocached", "memory_overhead"); need > mib<<20*3/4 {
		t.Errorf("%d MiB for what takes %d when it is full and idle", mib, need>>20)
	}
}
