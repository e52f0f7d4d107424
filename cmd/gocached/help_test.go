package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"gocached/compat"
	"gocached/server"
	"gocached/server/settings"
)

var update = flag.Bool("update", false, "write the expected output anew")

// TestHelp compares the help with testdata/help.txt.
func TestHelp(t *testing.T) {
	path := filepath.Join("testdata", "help.txt")
	for _, flag := range []string{"-h", "--help"} {
		got := runBinary(t, "-t", "0", flag)
		if got.exit != 0 || got.stderr != "" {
			t.Errorf("%s: exit %d, stderr %q", flag, got.exit, got.stderr)
		}
		if *update {
			if err := os.WriteFile(path, []byte(got.stdout), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.stdout != string(want) {
			t.Errorf("%s differs from %s, and go test ./cmd/gocached -run TestHelp -update writes that anew: %s",
				flag, path, firstDifference(got.stdout, string(want)))
		}
	}
}

// TestHelpNamesTheMode: in the 1.6 mode the help begins with 1.6.45.
func TestHelpNamesTheMode(t *testing.T) {
	got := runBinary(t, "-o", "compat=1.6", "-h")
	if !strings.HasPrefix(got.stdout, "memcached 1.6.45 compatible") {
		t.Errorf("%.100q", got.stdout)
	}
}

// firstDifference shows the first line in which two texts that are not the same differ.
func firstDifference(got, want string) string {
	gots, wants := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	for i := range min(len(gots), len(wants)) {
		if gots[i] != wants[i] {
			return fmt.Sprintf("line %d is %q, was %q", i+1, gots[i], wants[i])
		}
	}
	return "in no line"
}

// TestHelpWords checks that the help does not promise what is not there: test suites look for these words.
func TestHelpWords(t *testing.T) {
	var out bytes.Buffer
	printHelp(&out, compat.V145)
	for _, word := range []string{"ext_path", "proxy_config", "enable-ssl"} {
		if strings.Contains(strings.ToLower(out.String()), word) {
			t.Errorf("the help says %q", word)
		}
	}
	first, _, _ := strings.Cut(out.String(), "\n")
	if want := "memcached 1.4.5 compatible: gocached " + server.Release; first != want {
		t.Errorf("first line %q, want %q", first, want)
	}
	// So do helpers of clients' test suites look for the program.
	if !regexp.MustCompile(`(?m)^memcached (\d+\.\d+\.\d+)`).MatchString(out.String()) {
		t.Error("the help is not found to be one of a memcached")
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if len(line) > helpWidth {
			t.Errorf("a long line: %q", line)
		}
	}
	listed := regexp.MustCompile(`(?m)^-(\w)\b`).FindAllStringSubmatch(out.String(), -1)
	order := ""
	for _, l := range listed {
		if !strings.Contains(order, l[1]) {
			order += l[1]
		}
	}
	if want := "pUsaldrumMckvhiPfnLDtRCbBISYEAoFXV"; order != want {
		t.Errorf("flags listed: %s, want %s", order, want)
	}
}

func TestLicenceAndVersion(t *testing.T) {
	original, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if licence != string(original) {
		t.Error("cmd/gocached/LICENSE is not the project's: copy it again")
	}
	got := runBinary(t, "-i")
	if got.exit != 0 || got.stderr != "" || !strings.HasSuffix(got.stdout, "\n\n"+licence) {
		t.Errorf("-i: %+v", got)
	}
	want := regexp.MustCompile(`^gocached ` + regexp.QuoteMeta(server.Release) + `\n` +
		`commit (unknown|[0-9a-f]{40}( and changes since)?)\n` + regexp.QuoteMeta(runtime.Version()) + ` linux/\w+\n$`)
	for _, flag := range []string{"-V", "--version", "version"} {
		if got := runBinary(t, flag); got.exit != 0 || got.stderr != "" || !want.MatchString(got.stdout) {
			t.Errorf("%s: %+v", flag, got)
		}
	}
}

// TestCommit: what make noted goes before what the go command did.
func TestCommit(t *testing.T) {
	defer func(before string) { builtFrom = before }(builtFrom)
	for from, want := range map[string]string{"0123abcd": "0123abcd", "0123abcd-dirty": "0123abcd and changes since"} {
		if builtFrom = from; commit() != want {
			t.Errorf("%s: %q, want %q", from, commit(), want)
		}
	}
}

// TestSubcommandsOfCobra: help and completion are there, and the scripts for shells find the flags by either name.
func TestSubcommandsOfCobra(t *testing.T) {
	help := runBinary(t, "-h")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"help"}, help.stdout},
		{[]string{"help", "tool"}, "Show the figures of running servers"},
		{[]string{"help", "slabs"}, "Without an address: the slab classes"},
		{[]string{"completion", "bash"}, "# bash completion V2 for gocached "},
		{[]string{"completion", "zsh"}, "#compdef gocached\n"},
		{[]string{"completion", "fish"}, "# fish completion for gocached "},
		{[]string{"__complete", "--po"}, "--port\tTCP port"},
		{[]string{"__complete", "--port-"}, "--port-file\twrite the bound ports"},
		{[]string{"__complete", "-p", "5", "-m", ""}, ":"},
		{[]string{"__complete", "too"}, "tool\tShow the figures"},
	} {
		if got := runBinary(t, c.args...); got.exit != 0 || !strings.HasPrefix(got.stdout, c.want) {
			t.Errorf("%v: exit %d, %.300q", c.args, got.exit, got.stdout)
		}
	}
}

// TestWordsForSubcommands: a word that a subcommand does not know is an error that says what there is.
func TestWordsForSubcommands(t *testing.T) {
	const shells = "the shells are bash, fish, powershell, zsh\n"
	for words, want := range map[string]string{
		"help serve":           `"serve" is no subcommand: there are bench, completion, help, slabs, tool, version` + "\n",
		"help tol":             `"tol" is no subcommand: did you mean gocached tool?` + "\n",
		"completion bsh":       `there is no script for "bsh": ` + shells,
		"completion tcsh":      `there is no script for "tcsh": ` + shells,
		"completion bash more": `"more" is too much: gocached completion bash takes no words` + "\n",
		"version foo":          `"foo" is too much: gocached version takes no words` + "\n",
	} {
		if got := runBinary(t, strings.Fields(words)...); (got != outcome{1, "", want}) {
			t.Errorf("%s: got %+v, want %q", words, got, want)
		}
	}
	if got := runBinary(t, "completion"); got.exit != 0 || got.stderr != "" || !strings.Contains(got.stdout, "gocached completion [command]") {
		t.Errorf("completion: %+v", got)
	}
}

// TestManual checks that the manual page names every flag with both its names, its argument and its default, and every
// key of -o.
func TestManual(t *testing.T) {
	page, err := os.ReadFile("../../docs/gocached.1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(page), `\-`, "-")
	for _, row := range settings.Table() {
		if !row.IsFlag() || row.Absent {
			continue
		}
		head := manualHead(&row)
		_, after, found := strings.Cut(text, "\n.TP\n"+head+"\n")
		if !found {
			t.Errorf("the manual has no paragraph that begins %q", head)
			continue
		}
		paragraph, _, _ := strings.Cut(after, "\n.TP\n")
		if row.Default != "" && !strings.Contains(paragraph, row.Default) && row.Default != ":" {
			t.Errorf("%s: the manual does not name the default, %s", row.Name(), row.Default)
		}
	}
	for _, o := range optionsOf(engineNames()...) {
		head := ".B " + o.Key
		if o.Kind.Arg != "" {
			head = ".BI " + o.Key + "= " + o.Kind.Arg
		}
		_, after, found := strings.Cut(text, "\n.TP\n"+head+"\n")
		if !found {
			t.Errorf("the manual has no paragraph that begins %q", head)
		}
		paragraph, _, _ := strings.Cut(after, "\n.TP\n")
		if !strings.Contains(paragraph, o.Default) || !strings.Contains(o.Help, o.Default) {
			t.Errorf("-o %s: the manual or the help does not name the default, %s", o.Key, o.Default)
		}
	}
}

// manualHead returns the line that begins a flag's paragraph in the manual.
func manualHead(row *settings.Setting) string {
	argument := ""
	if row.Arg != "" {
		argument = "= " + row.Arg
	}
	switch {
	case row.Letter == 0 && row.Arg == "":
		return ".B --" + row.Long
	case row.Letter == 0:
		return ".BI --" + row.Long + argument
	case row.Arg == "":
		return ".BR " + row.Name() + ` , " --` + row.Long + `"`
	}
	return ".BI " + row.Name() + ` " ` + row.Arg + `\fR, " --` + row.Long + argument
}
