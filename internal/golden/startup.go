package golden

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var slabLine = regexp.MustCompile(`(?m)^slab class\s+(\d+): chunk size\s+(\d+) perslab\s+(\d+)\s*$`)

// checkSlabs compares the table of slab classes that -vv prints when the server starts.
func (c *Case) checkSlabs(s *Server) error {
	if s.Stderr == nil {
		return fmt.Errorf("%w: the standard error is not at hand", ErrSkip)
	}
	var got [][3]int
	for _, words := range slabLine.FindAllStringSubmatch(s.Stderr(), -1) {
		var row [3]int
		for i := range row {
			row[i], _ = strconv.Atoi(words[i+1])
		}
		got = append(got, row)
	}
	if !slices.Equal(got, c.Slabs) {
		return fmt.Errorf("slab classes: got %v, want %v", got, c.Slabs)
	}
	return nil
}

// PlayArgv runs a program with the command line of the case and compares how it ends.
func PlayArgv(c *Case, program string) error {
	if strings.Contains(c.Notes, "run as root") && os.Geteuid() != 0 {
		return fmt.Errorf("%w: it takes root", ErrSkip)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, c.Argv...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	if got := cmd.ProcessState.ExitCode(); got != c.Exit {
		return fmt.Errorf("exit status %d, want %d; standard error %s", got, c.Exit, quote(stderr.Bytes()))
	}
	if err := compareOutput("standard output", stdout.String(), c.Stdout, program); err != nil {
		return err
	}
	if err := compareOutput("standard error", stderr.String(), c.Stderr, program); err != nil {
		return err
	}
	return compareFlags(stdout.String(), c.FlagsListed)
}

// compareOutput compares what was printed. PROG stands for the program's name, with its folder or without.
func compareOutput(what, got string, want *string, program string) error {
	if want == nil {
		return nil
	}
	for _, name := range []string{program, filepath.Base(program)} {
		if got == strings.ReplaceAll(*want, "PROG", name) {
			return nil
		}
	}
	return fmt.Errorf("%s: got %q, want %q", what, got, *want)
}

// compareFlags fails if the help lacks one of the flags at the beginning of a line.
func compareFlags(help string, flags []string) error {
	for _, f := range flags {
		listed := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(f) + `\b`)
		if !listed.MatchString(help) {
			return fmt.Errorf("the help does not list %s", f)
		}
	}
	return nil
}
