package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"gocached/server"
)

// identity is the user that the process becomes once it listens. Nil stays who it is.
type identity struct {
	name     string
	uid, gid int
	groups   []int
}

// findIdentity looks up the user of -u. As in memcached, root must name one, and anybody else's -u means nothing.
func findIdentity(name string) (*identity, error) {
	if os.Getuid() != 0 && os.Geteuid() != 0 {
		return nil, nil
	}
	if name == "" {
		return nil, exit(server.ExitUsage, "can't run as root without the -u switch")
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, exit(server.ExitNoUser, "can't find the user %s to switch to", name)
	}
	id := &identity{name: name}
	if id.uid, err = strconv.Atoi(u.Uid); err == nil {
		id.gid, err = strconv.Atoi(u.Gid)
	}
	if err != nil {
		return nil, exit(server.ExitNoUser, "user %s has no usable number: %w", name, err)
	}
	id.groups = groups(u, id.gid)
	return id, nil
}

// groups returns the numbers of all groups a user is in, at least the first one.
func groups(u *user.User, first int) []int {
	ids, err := u.GroupIds()
	if err != nil {
		return []int{first}
	}
	list := []int{first}
	for _, text := range ids {
		if n, err := strconv.Atoi(text); err == nil && n != first {
			list = append(list, n)
		}
	}
	return list
}

// assume makes the process that user, for good, in all its threads. It also leaves root's groups, which memcached 1.4.5
// forgets. It does nothing if that is done already. With core the process may still leave a core file, which the system
// forbids otherwise.
func (id *identity) assume(core bool) error {
	if id == nil || id.uid == os.Getuid() && id.uid == os.Geteuid() && id.gid == os.Getegid() {
		return nil
	}
	err := syscall.Setgroups(id.groups)
	if err == nil {
		err = syscall.Setgid(id.gid)
	}
	if err == nil {
		err = syscall.Setuid(id.uid)
	}
	if err != nil {
		return exit(server.ExitSystem, "failed to assume identity of user %s: %w", id.name, err)
	}
	if id.uid != 0 && syscall.Setuid(0) == nil {
		return exit(server.ExitSystem, "failed to assume identity of user %s: there is a way back to root", id.name)
	}
	if core {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("failed to ensure corefile creation: %w", err)
		}
	}
	return nil
}
