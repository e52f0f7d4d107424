package main

import (
	"fmt"
	"os"
	"os/user"
	"strings"
	"syscall"
	"testing"

	"gocached/internal/eventually"
)

// status returns a line of /proc/pid/status.
func status(t *testing.T, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "\n"+name+":")
	line, _, _ := strings.Cut(after, "\n")
	return strings.Join(strings.Fields(line), " ")
}

// TestUser checks that root becomes the user of -u in every respect.
func TestUser(t *testing.T) {
	needRoot(t)
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip(err)
	}
	pid := startAs(t, "nobody")
	uid, gid := nobody.Uid, nobody.Gid
	if got, want := status(t, pid, "Uid"), strings.Join([]string{uid, uid, uid, uid}, " "); got != want {
		t.Errorf("uid %q, want %q", got, want)
	}
	if got, want := status(t, pid, "Gid"), strings.Join([]string{gid, gid, gid, gid}, " "); got != want {
		t.Errorf("gid %q, want %q", got, want)
	}
	for _, group := range strings.Fields(status(t, pid, "Groups")) {
		if group == "0" {
			t.Error("still in root's group")
		}
	}
}

// startAs starts a server as another user and returns its process id.
func startAs(t *testing.T, name string) (pid int) {
	t.Helper()
	r := startBinary(t, "-u", name)
	eventually.True(t, "another user", func() bool { return !strings.HasPrefix(status(t, r.Process.Pid, "Uid"), "0 ") })
	t.Cleanup(func() { r.end(t, syscall.SIGINT) })
	return r.Process.Pid
}

func TestFindIdentity(t *testing.T) {
	if os.Geteuid() != 0 {
		if id, err := findIdentity("no_such_user_zz"); id != nil || err != nil {
			t.Errorf("-u of somebody who is not root: %v, %v", id, err)
		}
		return
	}
	id, err := findIdentity("root")
	if err != nil || id.uid != 0 || id.gid != 0 || id.groups[0] != 0 {
		t.Errorf("root: %+v, %v", id, err)
	}
	if err := id.assume(false); err != nil {
		t.Errorf("root becomes root: %v", err)
	}
}

// TestUserNumbers: a number is a user whether the machine knows him or not, and never comes with a group of root's.
func TestUserNumbers(t *testing.T) {
	needRoot(t)
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip(err)
	}
	uid, gid := nobody.Uid, nobody.Gid
	for _, c := range []struct{ user, uid, gid, groups string }{
		{"61234", "61234", "61234", "61234"},
		{"61234:61235", "61234", "61235", "61235"},
		{"nobody:61235", uid, "61235", "61235"},
		{"61234:root", "61234", "0", "0"}, // asked for
		{uid, uid, gid, gid},
		{"+" + uid, "", "", ""},
		{"4294967295", "", "", ""}, // to the system it means: as before
		{"4294967296", "", "", ""},
		{"-5", "", "", ""},
		{"61234x", "", "", ""},
		{"61234:", "", "", ""},
		{"61234:no_such_group_zz", "", "", ""},
		{":61235", "", "", ""},
	} {
		if c.uid == "" {
			got := runBinary(t, "-l", "127.0.0.1", "-p", "-1", "-u", c.user)
			if got.exit != 67 || !strings.HasPrefix(got.stderr, "can't find the ") || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("-u %s: %+v", c.user, got)
			}
			continue
		}
		pid := startAs(t, c.user)
		for name, want := range map[string]string{
			"Uid": strings.Repeat(c.uid+" ", 4), "Gid": strings.Repeat(c.gid+" ", 4), "Groups": c.groups + " ",
		} {
			if got := status(t, pid, name) + " "; got != want {
				t.Errorf("-u %s: %s %q, want %q", c.user, name, got, want)
			}
		}
	}
	if id, err := findIdentity("0"); err != nil || id.uid != 0 || id.gid != 0 {
		t.Errorf("-u 0: %+v, %v", id, err)
	}
}

// TestUserCannotReadUsers starts with a file of users that only root can read: there is a warning if -u names another,
// since changes to the file would not be seen.
func TestUserCannotReadUsers(t *testing.T) {
	needRoot(t)
	if _, err := user.Lookup("nobody"); err != nil {
		t.Skip(err)
	}
	users := t.TempDir() + "/users"
	if err := os.WriteFile(users, []byte("user:secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MEMCACHED_SASL_PWDB", users)
	for name, want := range map[string]string{
		"root":   "",
		"nobody": "warning: -S: the users are known now, but the user nobody cannot read them again: ",
	} {
		r := startBinary(t, "-S", "-u", name)
		eventually.True(t, "another user", func() bool { return name == "root" || !strings.HasPrefix(status(t, r.Process.Pid, "Uid"), "0 ") })
		exit := r.end(t, syscall.SIGINT)
		got := r.stderr.String()
		if exit != 0 || !strings.HasPrefix(got, want) || strings.Count(got, "warning: -S") != strings.Count(want, "warning") {
			t.Errorf("%s: exit status %d, stderr %q, want %q", name, exit, got, want)
		}
	}
}
