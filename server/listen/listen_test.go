package listen

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gocached/server/settings"
)

// openAllFor opens the sockets for flags on top of the defaults and closes them at the end of the test.
func openAllFor(t *testing.T, pairs ...string) Sockets {
	t.Helper()
	sockets, err := Open(settingsOf(t, pairs...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sockets.Close() })
	return sockets
}

// openFor does so for flags that open no UDP.
func openFor(t *testing.T, pairs ...string) []Listener {
	t.Helper()
	sockets := openAllFor(t, pairs...)
	if len(sockets.UDP) > 0 {
		t.Errorf("%q opened UDP", pairs)
	}
	return sockets.Listeners
}

func TestOpenTCP(t *testing.T) {
	if list := openFor(t, "p", "0"); len(list) != 0 {
		t.Errorf("-p 0 opened %d sockets", len(list))
	}
	list := openFor(t, "p", "-1", "l", "127.0.0.1")
	if len(list) != 1 || list[0].Kind != KindTCP || list[0].Port() == 0 {
		t.Fatalf("-p -1 opened %v", list)
	}
	port := fmt.Sprint(list[0].Port())
	_, err := Open(settingsOf(t, "p", port, "l", "127.0.0.1"))
	want := "failed to listen on TCP port " + port + ": Address already in use (127.0.0.1): another server may run there; -p or -l names another port"
	if err == nil || err.Error() != want {
		t.Errorf("a second server: %v, want %s", err, want)
	}
	if got := openFor(t, "p", "-1", "l", "127.0.0.1,127.0.0.1:0", "l", "127.0.0.1"); len(got) != 1 {
		t.Errorf("one address named often opened %d sockets", len(got))
	}
}

// TestOpenWildcard checks that every address means one socket for each family, on one port.
func TestOpenWildcard(t *testing.T) {
	list := openFor(t, "p", "-1")
	if list[0].Addr().(*net.TCPAddr).IP.To4() == nil {
		t.Errorf("the first socket is %v, want IPv4", list[0].Addr())
	}
	if len(list) == 1 {
		t.Skip("no IPv6 here")
	}
	if len(list) != 2 || list[1].Addr().(*net.TCPAddr).IP.To4() != nil {
		t.Fatalf("opened %v", list)
	}
	if list[0].Port() != list[1].Port() {
		t.Logf("ports differ: %d and %d", list[0].Port(), list[1].Port()) // possible, if somebody else had the port
	}
}

// TestOpenAllOrNone checks that a failure closes what was opened before.
func TestOpenAllOrNone(t *testing.T) {
	taken := openFor(t, "p", "-1", "l", "127.0.0.1")
	free := openFor(t, "p", "-1", "l", "127.0.0.1")
	freePort := free[0].Port()
	free[0].Close()
	list := fmt.Sprintf("127.0.0.1:%d,127.0.0.1:%d", freePort, taken[0].Port())
	if _, err := Open(settingsOf(t, "l", list)); err == nil {
		t.Fatal("no error with a port in use")
	}
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", freePort))
	if err != nil {
		t.Fatalf("the first address is still bound: %v", err)
	}
	l.Close()
}

func TestOpenUnknownHost(t *testing.T) {
	_, err := Open(settingsOf(t, "p", "-1", "l", "no-such-host.invalid"))
	if err == nil || !strings.HasPrefix(err.Error(), "failed to listen on TCP port -1: ") {
		t.Errorf("got %v", err)
	}
}

// TestListenerPause checks that a paused listener takes nobody who comes later, and a resumed one does.
func TestListenerPause(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		var list []Listener
		if network == "tcp" {
			list = openFor(t, "p", "-1", "l", "127.0.0.1")
		} else {
			list = openFor(t, "s", filepath.Join(t.TempDir(), "s"))
		}
		l := list[0]
		if err := l.Pause(); err != nil {
			t.Fatal(err)
		}
		refused := false
		var waiting []net.Conn
		for range 4 { // a backlog of nothing still holds one or two
			c, err := net.DialTimeout(network, l.Addr().String(), 50*time.Millisecond)
			if err != nil {
				refused = true
				break
			}
			waiting = append(waiting, c)
		}
		if !refused {
			t.Errorf("%s: a paused listener took four connections", network)
		}
		if err := l.Resume(); err != nil {
			t.Fatal(err)
		}
		for range waiting {
			if c, err := l.Accept(); err == nil {
				c.Close()
			}
		}
		c, err := net.DialTimeout(network, l.Addr().String(), 5*time.Second)
		if err != nil {
			t.Errorf("%s: a resumed listener: %v", network, err)
		} else {
			c.Close()
		}
		for _, c := range waiting {
			c.Close()
		}
		l.Close()
		if l.Resume() == nil {
			t.Errorf("%s: Resume after Close reports no error", network)
		}
	}
}

func TestOpenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	list := openFor(t, "s", path, "a", "0751", "p", "-1")
	if len(list) != 1 || list[0].Kind != KindUnix || list[0].Port() != 0 {
		t.Fatalf("opened %v", list)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != os.ModeSocket|0o751 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	_, err = Open(settingsOf(t, "s", path))
	want := "failed to listen on UNIX socket: " + path + ": Address already in use: another server is running there"
	if err == nil || err.Error() != want {
		t.Errorf("a second server: %v\nwant %s", err, want)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the first server was cut off: %v", err)
	}
	c.Close()
	list[0].Close()
	if _, err := os.Lstat(path); err == nil {
		t.Error("the file is still there after Close")
	}
}

// TestOpenUnixStale checks that what a dead server left is taken over.
func TestOpenUnixStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	openFor(t, "s", path)
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// TestOpenUnixKeepsFiles checks that nothing but a socket is ever removed.
func TestOpenUnixKeepsFiles(t *testing.T) {
	dir := t.TempDir()
	file, folder, link := filepath.Join(dir, "file"), filepath.Join(dir, "folder"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, folder, link} {
		if _, err := Open(settingsOf(t, "s", path)); err == nil || !strings.Contains(err.Error(), "not a socket") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if text, err := os.ReadFile(link); string(text) != "precious" || err != nil {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "below")); err != nil {
		t.Error(err)
	}
}

// TestUnixRemoveOnlyOwn checks that Close leaves alone what has taken the socket's place.
func TestUnixRemoveOnlyOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	list := openFor(t, "s", path)
	os.Remove(path)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	list[0].Close()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("Close removed a file that was not its own: %v", err)
	}
}

// TestUnixPathFaults: a path that cannot be says what is wrong with it, and at once.
func TestUnixPathFaults(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("x", 120))
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		long:                                  fmt.Sprintf("File name too long: the path has %d bytes, and that of a unix socket has 107 at most", len(long)),
		filepath.Join(dir, "no", "such"):      "No such file or directory: there is no folder " + filepath.Join(dir, "no"),
		filepath.Join(file, "below"):          "Not a directory",
		filepath.Join(dir, "no-folder") + "/": "No such file or directory: there is no folder " + filepath.Join(dir, "no-folder"),
	} {
		_, err := Open(settingsOf(t, "s", path))
		if want = "failed to listen on UNIX socket: " + path + ": " + want; err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", path, err, want)
		}
	}
	t.Chdir(dir)
	openFor(t, "s", strings.Repeat("y", maxPath))
}

func TestPortFile(t *testing.T) {
	dir := t.TempDir()
	path, precious := filepath.Join(dir, "ports"), filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, path+".lck"); err != nil {
		t.Fatal(err)
	}
	s := settingsOf(t, "p", "-1", "U", "-1", "l", "127.0.0.1,[::1]")
	s.PortFile = path
	opened, err := Open(s)
	if err != nil {
		s.Listen = []string{"127.0.0.1"} // no IPv6 here
		opened, err = Open(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	tcp, udp := opened.Listeners, opened.UDP
	want := fmt.Sprintf("TCP INET: %d\n", tcp[0].Port())
	if len(tcp) > 1 {
		want += fmt.Sprintf("TCP INET6: %d\n", tcp[1].Port())
	}
	want += fmt.Sprintf("UDP INET: %d\n", UDPPort(udp[0]))
	if len(udp) > 1 {
		want += fmt.Sprintf("UDP INET6: %d\n", UDPPort(udp[1]))
	}
	if text, err := os.ReadFile(path); string(text) != want || err != nil {
		t.Errorf("the port file holds %q, %v, want %q", text, err, want)
	}
	if text, _ := os.ReadFile(precious); string(text) != "keep" {
		t.Errorf("a link was written through: %q", text)
	}
	if _, err := os.Lstat(path + ".lck"); err == nil {
		t.Error("the temporary file is still there")
	}
}

// TestPortFileFails checks that a server whose port file cannot be written does not start: somebody waits for it.
func TestPortFileFails(t *testing.T) {
	s := settingsOf(t, "p", "-1", "l", "127.0.0.1")
	s.PortFile = filepath.Join(t.TempDir(), "no", "such", "folder")
	if opened, err := Open(s); err == nil {
		opened.Close()
		t.Error("no error")
	}
}

// settingsOf returns settings made of pairs of a short flag's letter and its value.
func settingsOf(t *testing.T, pairs ...string) *settings.Settings {
	t.Helper()
	s := settings.Default()
	rows := settings.Table()
	for i := 0; i < len(pairs); i += 2 {
		at := slices.IndexFunc(rows, func(r settings.Setting) bool { return r.Letter == pairs[i][0] })
		if at < 0 {
			t.Fatalf("there is no flag -%s", pairs[i])
		}
		s.Set(&rows[at], pairs[i+1])
	}
	s.Complete()
	return s
}
