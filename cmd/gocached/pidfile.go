package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"gocached/server/settings"
)

// errLivePID says that a PID file belongs to another server that is running, errNoPIDFile that a file is none.
var (
	errLivePID   = errors.New("another server is running with that PID file")
	errNoPIDFile = errors.New("there is something that does not look like a PID file, and is left alone; remove it, or name another file")
)

// resolvePaths makes the paths that are used again at the end independent of the current directory, which -d changes.
func resolvePaths(s *settings.Settings) error {
	if s.PIDFile == "" {
		return nil
	}
	full, err := filepath.Abs(s.PIDFile)
	if err != nil {
		return exit(settings.ExitSystem, "cannot find the current directory: %w", err)
	}
	s.PIDFile = full
	return nil
}

// writePIDFile writes the process id to a file, which appears complete, by a rename.
//
// It replaces an empty file and one with the id of a process that has gone. It leaves alone what belongs to a running
// server (errLivePID), and what does not look like a PID file (errNoPIDFile).
func writePIDFile(path string) error {
	pid, err := readPIDFile(path)
	if err != nil {
		return err
	}
	if pid != os.Getpid() && isServer(pid) {
		return fmt.Errorf("%w: %s holds %d; stop that one, or name another file by -P", errLivePID, path, pid)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// readPIDFile returns the number in a PID file, 0 if there is no file or nothing in it. An error means that it is no
// PID file.
func readPIDFile(path string) (int, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() || info.Size() > 32 {
		return 0, errNoPIDFile
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	word := strings.TrimSpace(string(text))
	if word == "" {
		return 0, nil
	}
	pid, err := strconv.Atoi(word)
	if err != nil || pid <= 0 {
		return 0, errNoPIDFile
	}
	return pid, nil
}

// pidFault says why a PID file could not be written by a user, and what to do about it.
func pidFault(path, user string, err error) string {
	folder := filepath.Dir(path)
	info, missing := os.Stat(folder)
	var system syscall.Errno
	switch {
	case !errors.As(err, &system):
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("the user %s may not write in %s; let that user, or name a file elsewhere", user, folder)
	case errors.Is(missing, os.ErrNotExist):
		return fmt.Sprintf("there is no folder %s; make it and let the user %s write there, or name a file elsewhere", folder, user)
	case system == syscall.ENOTDIR, missing == nil && !info.IsDir():
		return fmt.Sprintf("%s is no folder; name a file elsewhere", folder)
	default:
		return fmt.Sprintf("%v; name a file elsewhere", system)
	}
	return err.Error()
}

// isServer reports whether a process runs and is a cache server. Numbers are used again, so one that runs something
// else is not taken for one; if the system does not tell what it runs, it is.
func isServer(pid int) bool {
	if pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return true
	}
	self, err := os.ReadFile("/proc/self/comm")
	word := strings.TrimSpace(string(name))
	return err != nil || word == strings.TrimSpace(string(self)) || strings.HasPrefix(word, "memcached")
}

// removePIDFile removes a PID file if it still holds this process's id. "" is none.
func removePIDFile(path string) {
	if path == "" {
		return
	}
	if pid, err := readPIDFile(path); err == nil && pid == os.Getpid() {
		os.Remove(path)
	}
}
