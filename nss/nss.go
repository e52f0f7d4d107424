// Package nss asks the system's own databases for users and hosts, through getent(1).
//
// A build without C reads /etc/passwd, /etc/group, /etc/hosts and DNS, and nothing else that /etc/nsswitch.conf names: no
// users of a directory service, no host names that systemd makes up. So whoever does not find a name asks here before
// giving up. Where there is no getent nothing is found.
package nss

import (
	"context"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// getent is the program, by its path: this may run as root.
const getent = "/usr/bin/getent"

// wait is how long an answer may take.
const wait = 10 * time.Second

// User is a user as passwd(5) has it, with the numbers of all groups, the first of which is GID.
type User struct {
	UID, GID int
	Groups   []int
}

// FindUser looks a user up by name or number.
func FindUser(name string) (u User, ok bool) { return findUser(ask, name) }

// FindHost returns the addresses of a host.
func FindHost(name string) []netip.Addr { return findHost(ask, name) }

// asker asks a database for a key and returns the answer, "" if there is none.
type asker func(database, key string) string

// ask runs getent. A key that looks like an option is not asked for.
func ask(database, key string) string {
	if strings.HasPrefix(key, "-") {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	out, err := exec.CommandContext(ctx, getent, database, key).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// findUser reads a line such as name:x:1000:1000:::/bin/sh, and of the groups one such as "name  27 100". Only a line about
// the name or number asked for will do: getent takes 4294967296 for 0, which is root.
func findUser(ask asker, name string) (u User, ok bool) {
	words := strings.Split(strings.TrimSpace(ask("passwd", name)), ":")
	if len(words) < 4 || words[0] != name && words[2] != name {
		return User{}, false
	}
	uid, err1 := strconv.Atoi(words[2])
	gid, err2 := strconv.Atoi(words[3])
	if err1 != nil || err2 != nil || uid < 0 || gid < 0 {
		return User{}, false
	}
	u = User{uid, gid, []int{gid}}
	for i, word := range strings.Fields(ask("initgroups", words[0])) {
		if n, err := strconv.Atoi(word); i > 0 && err == nil && n >= 0 && n != gid {
			u.Groups = append(u.Groups, n)
		}
	}
	return u, true
}

// findHost reads lines such as "10.0.0.5  STREAM name", several for each address.
func findHost(ask asker, name string) (found []netip.Addr) {
	seen := map[netip.Addr]bool{}
	for line := range strings.Lines(ask("ahosts", name)) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		a, err := netip.ParseAddr(word)
		if err == nil && !seen[a] {
			seen[a] = true
			found = append(found, a)
		}
	}
	return found
}
