package listen

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// probeWait is how long a server that lives at a unix socket has to take a connection.
const probeWait = time.Second

// maxPath is how long the path of a unix socket can be, in bytes.
const maxPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// socketFile is the file of a unix socket. The zero value is none.
type socketFile struct {
	path string // absolute, so that it stays right when the directory changes
	info os.FileInfo
}

// remove deletes the file, unless something else stands there now.
func (f socketFile) remove() {
	if f.path == "" {
		return
	}
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(now, f.info) {
		os.Remove(f.path)
	}
}

// openUnix opens a unix socket whose permissions are mask's lower nine bits.
//
// A socket that stands there already is removed only if no server answers on it, and nothing else ever is. The mask is
// set by way of the process's umask, so no other goroutine should create files meanwhile.
func openUnix(path string, mask, backlog int) (Listener, error) {
	if strings.HasPrefix(path, "@") {
		path = "./" + path // a file like any other, not a name in Linux's abstract space
	}
	if len(path) > maxPath {
		return Listener{}, fmt.Errorf("%s: the path has %d bytes, and that of a unix socket has %d at most",
			errorText(syscall.ENAMETOOLONG), len(path), maxPath)
	}
	if err := clearUnix(path); err != nil {
		return Listener{}, err
	}
	old := syscall.Umask(^mask & 0o777)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	syscall.Umask(old)
	if err != nil {
		return Listener{}, explainFolder(path, err)
	}
	l.SetUnlinkOnClose(false) // Close of Listener does it, with more care
	made, err := newListener(l, l, KindUnix, backlog)
	if err != nil {
		os.Remove(path)
		return Listener{}, err
	}
	made.file, err = newSocketFile(path)
	if err != nil {
		made.Close()
		return Listener{}, err
	}
	return made, nil
}

// explainFolder adds to an error what is wrong with the folder of a socket.
func explainFolder(path string, err error) error {
	folder := filepath.Dir(path)
	switch {
	case errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("%s: there is no folder %s", errorText(err), folder)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: user %d must be able to make files in %s, see -u", errorText(err), os.Geteuid(), folder)
	}
	return err
}

// newSocketFile remembers the file of a socket that was just bound.
func newSocketFile(path string) (socketFile, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return socketFile{}, err
	}
	full, err := filepath.Abs(path)
	return socketFile{full, info}, err
}

// clearUnix removes the socket that a dead server has left at path. Anything else there is an error.
func clearUnix(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return explainFolder(path, err)
	case info.Mode().Type() != os.ModeSocket:
		return errors.New("there is something else with that name, and it is not a socket")
	}
	c, err := net.DialTimeout("unix", path, probeWait)
	if err == nil {
		c.Close()
		//lint:ignore ST1005 these are the system's words
		return errors.New("Address already in use: another server is running there")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("cannot tell whether another server is running there: %s", errorText(err))
	}
	return os.Remove(path)
}
