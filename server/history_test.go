package server

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/server/settings"
)

// What went wrong in memcached and was tested nowhere else; docs/security.md has the whole list.

// TestAdminWordsAlone gives every command too few words and too many, and every group of stats. Each line gets an answer
// or ends its connection, and nothing breaks. memcached crashed on several of them, in three releases.
func TestAdminWordsAlone(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	commands := append(textCommands(t), "watch", "lru", "lru_crawler", "slabs", "cache_memlimit", "refresh_certs", "extstore",
		"me", "mn", "mg", "ms")
	for _, g := range statsGroups {
		commands = append(commands, "stats "+g.name, "stats "+g.name+" dump", "stats "+g.name+" on 1")
	}
	for _, command := range commands {
		for _, more := range []string{"", " ", " 1", " a b", " - 99999999999999999999", " tempfile x y z", " noreply",
			strings.Repeat(" a", 30)} {
			if command+more == "version" || strings.HasPrefix(command, "stats reset") {
				continue
			}
			c := ts.dial()
			c.send(command + more + "\r\n")
			c.hearsVersionOrEnd()
		}
	}
	for _, g := range statsGroups {
		for _, key := range []string{g.name, g.name + " ", g.name + " 1", g.name + " dump", g.name + " a b c d e f", g.name + "\x00"} {
			c := ts.dial()
			c.send(frame(0x10, 0, "", key, "") + frame(0x0a, 7, "", "", ""))
			for a := c.packet(); a.opaque != 7; a = c.packet() {
			}
		}
	}
	if n := ts.sum(panics); n != 0 {
		t.Errorf("%d panics: %s", n, ts.logs.String())
	}
}

// textCommands returns the names of the commands of the text protocol, from their table.
func textCommands(t *testing.T) (names []string) {
	t.Helper()
	source, err := os.ReadFile("../protocol/command.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t\{name: "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		names = append(names, m[1])
	}
	if len(names) < 20 {
		t.Fatalf("only %d commands in the table: %v", len(names), names)
	}
	return names
}

// hearsVersionOrEnd asks for the version and reads up to the answer, or to the end of the connection.
func (c *client) hearsVersionOrEnd() {
	c.t.Helper()
	_, _ = c.Conn.Write([]byte("\r\nversion\r\n"))
	_ = c.SetDeadline(time.Now().Add(patience))
	for {
		line, err := c.r.ReadString('\n')
		if line == "VERSION 1.4.5\r\n" {
			return
		}
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			c.t.Fatal("no answer")
		}
		if err != nil {
			return
		}
	}
}

// TestLeavesMidAnswer has clients ask for values that are sent from their chunks, read a part and vanish. Every chunk is
// free once its item is deleted: memcached pinned some for ever, and used others while they were being sent.
func TestLeavesMidAnswer(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 2 })
	watcher := ts.dial()
	value := string(pattern(300_000))
	for round := range 5 {
		watcher.ask("set a 0 0 300000\r\n"+value+"\r\nset b 0 0 300000\r\n"+value+"\r\n", "STORED\r\nSTORED\r\n")
		for i := range 12 {
			c := ts.dial()
			c.send(strings.Repeat("get a b nothing a b\r\n", 40)) // 48 MB, more than sockets take
			c.expect("VALUE a 0 300000\r\n" + value[:1+i*20_000])
			if i%2 == 0 {
				_ = c.Conn.(*net.TCPConn).SetLinger(0)
			}
			if round%2 == 0 { // the items go first, then those who are being sent them
				watcher.ask("delete a noreply\r\ndelete b noreply\r\nset a 0 0 300000\r\n"+value+"\r\nset b 0 0 300000\r\n"+value+"\r\n",
					"STORED\r\nSTORED\r\n")
			}
			_ = c.Close()
		}
		watcher.ask("delete a\r\ndelete b\r\n", "DELETED\r\nDELETED\r\n")
		ts.awaitClients(1)
		eventually.True(t, fmt.Sprintf("free chunks in round %d", round), func() bool { return watcher.usedChunks() == "0" })
	}
}

// TestUnixPeers serves clients whose own sockets have no name and the longest there is, and tells of them in the log.
// memcached read past the end of such an address.
func TestUnixPeers(t *testing.T) {
	dir := t.TempDir()
	ts := start(t, func(s *settings.Settings) { s.Socket = filepath.Join(dir, "s"); s.Verbosity = 3 })
	const longest = 107 // bytes of a path, without the end
	long := filepath.Join(dir, strings.Repeat("p", max(1, longest-len(dir)-1)))
	clients := 0
	for _, local := range []string{"", long, "@" + strings.Repeat("q", longest)} {
		var from *net.UnixAddr
		if local != "" {
			from = &net.UnixAddr{Name: local, Net: "unix"}
		}
		nc, err := net.DialUnix("unix", from, &net.UnixAddr{Name: ts.addr, Net: "unix"})
		if err != nil {
			t.Logf("%.20q: %v", local, err) // a folder with a long name
			continue
		}
		clients++
		_ = nc.SetDeadline(time.Now().Add(patience))
		b := make([]byte, 64)
		if _, err = nc.Write([]byte("version\r\n")); err == nil {
			_, err = nc.Read(b)
		}
		if err != nil || !strings.HasPrefix(string(b), "VERSION 1.4.5\r\n") {
			t.Errorf("%.20q: %q, %v", local, b, err)
		}
		_ = nc.Close()
	}
	if n := ts.sum(panics); n != 0 {
		t.Errorf("%d panics", n)
	}
	ts.says(" connection closed.", clients)
	said := ts.logs.String()
	if strings.Contains(said, "pppp") || strings.Contains(said, "qqqq") {
		t.Errorf("an address is printed: %q", said)
	}
}

// TestEveryWayBackGivesTheChunk refuses values on every path there is, one after the other, for longer than memory would
// last if one of them kept what was set aside for it.
func TestEveryWayBackGivesTheChunk(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.NoEvict, s.Threads = 4<<20, true, 1 })
	c := ts.dial()
	c.ask("set k 0 0 1\r\nx\r\n", "STORED\r\n")
	value := strings.Repeat("v", 50_000)
	for range 300 { // 15 MB on each path
		c.ask("add k 0 0 50000\r\n"+value+"\r\n", "NOT_STORED\r\n")
		c.ask("replace none 0 0 50000\r\n"+value+"\r\n", "NOT_STORED\r\n")
		c.ask("append none 0 0 50000\r\n"+value+"\r\n", "NOT_STORED\r\n")
		c.ask("cas none 0 0 50000 1\r\n"+value+"\r\n", "NOT_FOUND\r\n")
		c.ask("cas k 0 0 50000 999999\r\n"+value+"\r\n", "EXISTS\r\n")
		c.ask("set other 0 0 50000\r\n"+value+"xx", "CLIENT_ERROR bad data chunk\r\n")
		c.ask("set other 0 -1 50000\r\n"+value+"\r\n", "STORED\r\n") // over at once
	}
	c.ask("get k\r\nset k 0 0 50000\r\n"+value+"\r\n", "VALUE k 0 1\r\nx\r\nEND\r\nSTORED\r\n")
	c.ask("delete k\r\nget other\r\n", "DELETED\r\nEND\r\n")
	if used := c.usedChunks(); used != "0" && used != "1" { // the expired one is found when it is looked for
		t.Errorf("%s chunks are in use", used)
	}
}
