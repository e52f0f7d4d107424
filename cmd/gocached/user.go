package main

import (
	"fmt"
	"math"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gocached/nss"
	"gocached/server/settings"
)

// identity is the user that the process becomes once it listens. Nil stays who it is.
type identity struct {
	name     string
	uid, gid int
	groups   []int
}

// String names the user for a message: by name, or the one that the process is by number.
func (id *identity) String() string {
	if id == nil {
		return strconv.Itoa(os.Geteuid())
	}
	return id.name
}

// findIdentity looks up the user of -u. As in memcached, root must name one, and anybody else's -u means nothing.
//
// It is a name or a number, and perhaps a group behind a colon, which is one or the other too. A number need not be that
// of a user the machine knows: containers have such. Then its group is the one with the same number, never root's.
func findIdentity(text string) (*identity, error) {
	if os.Getuid() != 0 && os.Geteuid() != 0 {
		return nil, nil
	}
	if text == "" {
		return nil, exit(settings.ExitUsage, "can't run as root without the -u switch")
	}
	name, group, hasGroup := strings.Cut(text, ":")
	id, err := findUser(name)
	if err != nil || !hasGroup {
		return id, err
	}
	if id.gid, err = findGroup(group); err != nil {
		return nil, err
	}
	id.groups = []int{id.gid}
	return id, nil
}

// findUser looks a user up: as a name, as a number that the machine knows, as any number.
func findUser(name string) (*identity, error) {
	u, err := user.Lookup(name)
	number, isNumber := readID(name)
	if err != nil && isNumber {
		u, err = user.LookupId(strconv.Itoa(number))
	}
	if err == nil {
		return newIdentity(name, u)
	}
	if u, ok := nss.FindUser(name); ok {
		return &identity{name, u.UID, u.GID, u.Groups}, nil
	}
	if isNumber {
		return &identity{name, number, number, []int{number}}, nil
	}
	return nil, exit(settings.ExitNoUser, "can't find the user %s to switch to", name)
}

// findGroup looks a group up likewise.
func findGroup(name string) (int, error) {
	g, err := user.LookupGroup(name)
	if err == nil {
		return strconv.Atoi(g.Gid)
	}
	if n, ok := readID(name); ok {
		return n, nil
	}
	return 0, exit(settings.ExitNoUser, "can't find the group %s to switch to", name)
}

// readID reads the number of a user or group. The largest of 32 bits is none: the system takes it for "as before".
func readID(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return int(n), err == nil && n < math.MaxUint32
}

// newIdentity takes the numbers from what the machine knows of a user.
func newIdentity(name string, u *user.User) (*identity, error) {
	id := &identity{name: name}
	var err error
	if id.uid, err = strconv.Atoi(u.Uid); err == nil {
		id.gid, err = strconv.Atoi(u.Gid)
	}
	if err != nil {
		return nil, exit(settings.ExitNoUser, "user %s has no usable number: %w", name, err)
	}
	id.groups = groups(u, id.gid)
	return id, nil
}

// groups returns the numbers of all groups a user is in, at least the first one.
func groups(u *user.User, first int) []int {
	list := []int{first}
	ids, err := u.GroupIds()
	if err != nil {
		return list
	}
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
	err := raiseSignals()
	if err != nil {
		return err
	}
	if err = syscall.Setgroups(id.groups); err == nil {
		err = syscall.Setgid(id.gid)
	}
	if err == nil {
		err = syscall.Setuid(id.uid)
	}
	if err != nil {
		return exit(settings.ExitSystem, "failed to assume identity of user %s: %w", id.name, err)
	}
	if id.uid != 0 && syscall.Setuid(0) == nil {
		return exit(settings.ExitSystem, "failed to assume identity of user %s: there is a way back to root", id.name)
	}
	if core {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("failed to ensure corefile creation: %w", err)
		}
	}
	return nil
}
