package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/uring"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gocached-test")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		os.Chmod(dir, 0o755) // other users start it too
		binary = filepath.Join(dir, "gocached")
		if out, err := releaseBuild(binary).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// releaseBuild builds the program as make build does, which TestReleaseBuild holds.
func releaseBuild(out string) *exec.Cmd {
	args := []string{"build", "-o", out}
	if runtime.GOARCH == "amd64" {
		args = append(args, "-ldflags", earlyFlag)
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return cmd
}

// earlyFlag tells the linker where the program begins.
const earlyFlag = "-E main.early"

func TestReleaseBuild(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EARLY  := $(if $(filter amd64,$(shell $(GO) env GOARCH))," + earlyFlag + ")\n",
		"\tCGO_ENABLED=0 $(GO) build -ldflags \"$(EARLY) $(COMMIT:%=-X main.builtFrom=%)\" -o $(BIN) ./cmd/gocached\n"} {
		if !strings.Contains(string(makefile), want) {
			t.Errorf("the Makefile does not say %q", want)
		}
	}
}

// patience is how long anything may take that should happen at once.
const patience = eventually.Patience

// asRoot are the flags that are needed here on top of others: by root, and for a start without a word where io_uring is
// refused.
func asRoot() (flags []string) {
	if os.Geteuid() == 0 {
		flags = append(flags, "-u", "root")
	}
	if !haveRings() {
		flags = append(flags, "-o", "no_io_uring")
	}
	return flags
}

var haveRings = sync.OnceValue(func() bool {
	ring, err := uring.New()
	if err == nil {
		ring.Close()
	}
	return err == nil
})

// needRoot skips a test that only root can run.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can do this")
	}
}

// outcome is how a run of the program ended.
type outcome struct {
	exit           int
	stdout, stderr string
}

// runBinary runs the program to its end.
func runBinary(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Dir = t.TempDir()
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}
