package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"gocached/server/settings"
)

// daemonMark is the variable that tells a process that it is the child of daemonize. It holds the parent's process id
// and the descriptor of the pipe to it, so that nobody else who inherits it takes himself for the child.
const daemonMark = "GOCACHED_DAEMON"

// daemonPipe is the descriptor of that pipe in the child.
const daemonPipe = 3

// daemonize starts this program again in the background, in a session of its own, and waits until it listens.
//
// A Go program cannot fork, since its threads would not come along. The child keeps stdout and stderr until it is ready,
// so that what goes wrong is seen, and the parent ends with the child's exit status.
func (p *program) daemonize() error {
	r, w, err := os.Pipe()
	if err != nil {
		return exit(settings.ExitFault, "failed to daemon() in order to daemonize: %w", err)
	}
	defer r.Close()
	child := &exec.Cmd{
		Path:        executable(),
		Args:        os.Args,
		Env:         append(os.Environ(), fmt.Sprintf("%s=%d:%d", daemonMark, os.Getpid(), daemonPipe)),
		Stdout:      os.Stdout,
		Stderr:      os.Stderr,
		ExtraFiles:  []*os.File{w},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	err = child.Start()
	w.Close()
	if err != nil {
		return exit(settings.ExitFault, "failed to daemon() in order to daemonize: %w", err)
	}
	var word [1]byte
	if n, _ := r.Read(word[:]); n == 1 {
		return nil
	}
	return &exitError{status: childStatus(child.Wait())}
}

// executable returns the path of this program, even if its file was replaced since.
func executable() string {
	const self = "/proc/self/exe"
	path, err := os.Executable()
	if err != nil {
		return self
	}
	if _, err := os.Stat(path); err != nil {
		return self
	}
	return path
}

// childStatus turns the end of a child that never got ready into an exit status.
func childStatus(err error) int {
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() > 0 {
		return ended.ExitCode()
	}
	return settings.ExitFault
}

// readiness is the child's end of the pipe to the process that waits for it. Nil is nobody waits.
type readiness struct {
	pipe *os.File
}

// daemonChild reports whether this process was started by daemonize, and takes the mark away.
func (p *program) daemonChild() (*readiness, bool) {
	parent, fd, _ := strings.Cut(p.getenv(daemonMark), ":")
	os.Unsetenv(daemonMark)
	pid, err := strconv.Atoi(parent)
	if err != nil || pid != os.Getppid() || fd != strconv.Itoa(daemonPipe) {
		return nil, false
	}
	syscall.CloseOnExec(daemonPipe)
	return &readiness{os.NewFile(daemonPipe, "ready")}, true
}

// announce turns the process into a proper daemon and tells the parent that it listens. As in memcached it goes to the
// root directory unless it may leave a core file here, and lets go of the terminal unless it is verbose.
func (r *readiness) announce(s *settings.Settings) error {
	if r == nil {
		return nil
	}
	if !s.Core {
		if err := os.Chdir("/"); err != nil {
			return exit(settings.ExitFault, "failed to daemon() in order to daemonize: %w", err)
		}
	}
	if s.Verbosity == 0 {
		if err := closeStandard(); err != nil {
			return exit(settings.ExitFault, "failed to daemon() in order to daemonize: %w", err)
		}
	}
	r.pipe.Write([]byte{1}) // if nobody is left to read it, the server runs all the same
	return r.pipe.Close()
}

// closeStandard points stdin, stdout and stderr at /dev/null.
func closeStandard() error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	for fd := range 3 {
		if err := syscall.Dup3(int(null.Fd()), fd, 0); err != nil {
			return err
		}
	}
	return nil
}
