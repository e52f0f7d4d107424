package tool

import (
	"bufio"
	"bytes"
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gocached/bench/benchtest"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// fake is a server that answers each line it knows and says ERROR to the others.
func fake(t *testing.T, network, where string, answers map[string]string) string {
	t.Helper()
	return fakeWith(t, network, where, func(line string) (string, bool) {
		answer, ok := answers[line]
		return answer, ok
	})
}

// fakeWith starts a server that looks each answer up.
func fakeWith(t *testing.T, network, where string, answerTo func(line string) (string, bool)) string {
	t.Helper()
	return benchtest.Listen(t, network, where, func(c net.Conn) { serve(c, answerTo) })
}

func serve(c net.Conn, answerTo func(line string) (string, bool)) {
	defer c.Close()
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		answer, ok := answerTo(strings.TrimSuffix(line, "\r\n"))
		switch {
		case !ok:
			answer = "ERROR\r\n"
		case answer == "hang up":
			return
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			return
		}
	}
}

// lines joins an answer.
func lines(s ...string) string { return strings.Join(s, "\r\n") + "\r\n" }

// old answers as memcached 1.4.5 does: no metadump, cachedump shows the start time for items that never expire.
var old = map[string]string{
	"stats": lines("STAT pid 7", "STAT uptime 100", "STAT time 1000100", "STAT version 1.4.5", "STAT bytes 1982031",
		"STAT limit_maxbytes 67108864", "STAT bytes_read 12", "STAT curr_items 3", "END"),
	"stats settings": lines("STAT maxbytes 67108864", "STAT inter NULL", "STAT item_size_max 1048576", "END"),
	"stats sizes":    lines("STAT 160 12", "STAT 96 3", "STAT 1024 1", "END"),
	"stats items": lines("STAT items:1:number 2", "STAT items:1:age 17", "STAT items:1:evicted 4",
		"STAT items:1:evicted_time 5", "STAT items:1:outofmemory 6", "STAT items:40:number 1", "STAT items:40:age 2", "END"),
	"stats slabs": lines("STAT 1:chunk_size 96", "STAT 1:total_pages 1", "STAT 1:total_chunks 10922", "STAT 1:used_chunks 2",
		"STAT 2:chunk_size 120", "STAT 2:total_pages 0", "STAT 40:chunk_size 616944", "STAT 40:total_pages 1",
		"STAT 40:total_chunks 1", "STAT 40:used_chunks 1", "STAT active_slabs 2", "STAT total_malloced 2097152", "END"),
	"stats cachedump 1 0":  lines("ITEM a [1 b; 1000000 s]", "ITEM gone [1 b; 1000000 s]", "END"),
	"stats cachedump 40 0": lines("ITEM big [5 b; 1000200 s]", "END"),
	"get a":                lines("VALUE a -1 1", "1", "END"),
	"get gone":             lines("END"),
	"get big":              lines("VALUE big 5 5", "a\r\nbc", "END"),
}

// newer answers as memcached 1.6 does.
var newer = map[string]string{
	"stats":       lines("STAT uptime 1", "STAT time 10", "STAT curr_items 2", "STAT version 1.6.45", "END"),
	"stats sizes": lines("STAT sizes_status disabled", "END"),
	"lru_crawler metadump all": "key=a%25 exp=-1 la=1 cas=2 fetch=no cls=1 size=61 flags=0 \n" +
		"key=b exp=77 la=1 cas=3 fetch=no cls=1 size=61 flags=0 \nEND\r\n",
	"get a%": lines("VALUE a% 4294967295 1", "x", "END"),
	"get b":  lines("VALUE b 0 2", "yz", "END"),
}

// curved is a server whose working set is a little more than its memory.
var curved = map[string]string{"stats curve": lines("STAT curve_state ok", "STAT curve_limit 67108864", "STAT curve_this 90.00",
	"STAT curve:8388608 20.25", "STAT curve:33554432 70.00", "STAT curve:67108864 90.00", "STAT curve:134217728 98.00",
	"STAT curve:268435456 98.00", "END")}

func TestOutput(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers map[string]string
		o       Options
	}{
		{"display", old, Options{}},
		{"display-bytes", old, Options{Mode: "display", Bytes: true}},
		{"stats", old, Options{Mode: "stats"}},
		{"stats-bytes", old, Options{Mode: "stats", Bytes: true}},
		{"settings", old, Options{Mode: "settings"}},
		{"sizes", old, Options{Mode: "sizes"}},
		{"sizes-off", newer, Options{Mode: "sizes"}},
		{"curve", curved, Options{Mode: "curve"}},
		{"curve-bytes", curved, Options{Mode: "curve", Bytes: true}},
		{"curve-few", map[string]string{"stats curve": lines("STAT curve_state too few gets yet: 1 of sampled keys, 2000 are needed", "END")},
			Options{Mode: "curve"}},
		{"curve-hits", map[string]string{"stats curve": lines("STAT curve_limit 1048576", "STAT curve:1048576 100.00", "STAT curve:524288 99.99",
			"STAT curve:2097152 100.00", "END")}, Options{Mode: "curve"}},
		{"dump-cachedump", old, Options{Mode: "dump"}},
		{"dump-metadump", newer, Options{Mode: "dump"}},
		{"dump-limit", newer, Options{Mode: "dump", Limit: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := fake(t, "tcp", "127.0.0.1:0", c.answers)
			var out, notes bytes.Buffer
			if err := Run(&out, &notes, []string{address}, c.o); err != nil {
				t.Fatal(err)
			}
			// The port differs from run to run; the columns stay, since all ports stand for five letters.
			_, port, _ := net.SplitHostPort(address)
			compareFile(t, c.name, strings.ReplaceAll(out.String(), ":"+port, ":"+strings.Repeat("P", len(port))))
		})
	}
}

func compareFile(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	fake(t, "unix", path, old)
	var out bytes.Buffer
	if err := Run(&out, &out, []string{path}, Options{Mode: "stats"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1.4.5") {
		t.Errorf("got %s", out.String())
	}
}

// TestSeveral asks three servers, one of which is not there: the others are printed all the same, each under a heading.
func TestSeveral(t *testing.T) {
	one, two := fake(t, "tcp", "127.0.0.1:0", old), fake(t, "tcp", "127.0.0.1:0", newer)
	closed := closedPort(t)
	var out bytes.Buffer
	err := Run(&out, &out, []string{one, closed, two}, Options{Mode: "stats"})
	if err == nil || err.Error() != closed+": nothing listens there" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"== " + one, "== " + closed, "== " + two, "1.4.5", "1.6.45"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not printed:\n%s", want, out.String())
		}
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

// TestFailures holds each way to fail against its sentence. Hostile answers must end soon and in bounded memory.
func TestFailures(t *testing.T) {
	with := func(line, answer string) map[string]string { return map[string]string{line: answer} }
	for _, c := range []struct {
		name, mode string
		answers    map[string]string
		want       string
	}{
		{"not a memcached", "stats", with("stats", "HTTP/1.1 400 Bad Request\r\n"), "that is no memcached: it answers \"HTTP/1.1 400 Bad Request\""},
		{"hangs up", "stats", with("stats", "hang up"), "it hangs up instead of answering"},
		{"silent", "stats", with("stats", ""), "no whole answer within 200ms"},
		{"half an answer", "stats", with("stats", "STAT pid 1\r\n"), "no whole answer within 200ms"},
		{"endless line", "stats", with("stats", strings.Repeat("x", 2*maxLine)), "a line without end"},
		{"endless figures", "stats", with("stats", strings.Repeat("STAT a 1\r\n", maxLines+1)), "its figures have no end"},
		{"refuses", "sizes", with("stats sizes", "SERVER_ERROR out of memory\r\n"), "it refuses: \"SERVER_ERROR out of memory\""},
		{"no curve", "curve", with("stats curve", "ERROR\r\n"), "it refuses: \"ERROR\"; only gocached has stats curve"},
		{"locked", "stats", with("stats", "CLIENT_ERROR unauthenticated\r\n"), "authenticate first, in text"},
		{"escape sequence", "stats", with("stats", "\x1b[2J\r\n"), "it answers \"?[2J\""},
		{"huge value", "dump", map[string]string{"stats": lines("END"), "lru_crawler metadump all": "key=a exp=-1 \nEND\r\n",
			"get a": "VALUE a 0 9223372036854775807\r\n"}, "it answers \"VALUE a 0 9223372036854775807\""},
		{"another key", "dump", map[string]string{"stats": lines("END"), "lru_crawler metadump all": "key=a exp=-1 \nEND\r\n",
			"get a": "VALUE b 0 1\r\n1\r\nEND\r\n"}, "it answers \"VALUE b 0 1\""},
		{"read error after a value", "dump", map[string]string{"stats": lines("END"),
			"lru_crawler metadump all": "key=a exp=-1 \nEND\r\n", "get a": "VALUE a 0 1\r\n1\r\n"}, "no whole answer"},
		{"short value", "dump", map[string]string{"stats": lines("END"), "lru_crawler metadump all": "key=a exp=-1 \nEND\r\n",
			"get a": "VALUE a 0 5\r\n1\r\n"}, "no whole answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := fake(t, "tcp", "127.0.0.1:0", c.answers)
			o := Options{Mode: c.mode}
			if strings.HasPrefix(c.want, "no whole answer") {
				o.Timeout = 200 * time.Millisecond
			}
			var out bytes.Buffer
			err := Run(&out, &out, []string{address}, o)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), address+": ") {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one sentence: %v", err)
			}
		})
	}
}

func TestNoControlCharacters(t *testing.T) {
	address := fake(t, "tcp", "127.0.0.1:0", map[string]string{"stats": lines("STAT ev\x1bil \x1b[31mred\x07\u202e", "END")})
	var out bytes.Buffer
	if err := Run(&out, &out, []string{address}, Options{Mode: "stats"}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\u202e") {
		t.Errorf("printed %q", out.String())
	}
}

func TestSplitAddress(t *testing.T) {
	for address, want := range map[string][2]string{
		"host":           {"tcp", "host:11211"},
		"host:1":         {"tcp", "host:1"},
		"::1":            {"tcp", "[::1]:11211"},
		"[::1]":          {"tcp", "[::1]:11211"},
		"[::1]:2":        {"tcp", "[::1]:2"},
		"/tmp/socket":    {"unix", "/tmp/socket"},
		"./socket":       {"unix", "./socket"},
		"127.0.0.1:2222": {"tcp", "127.0.0.1:2222"},
	} {
		if network, where := splitAddress(address); network != want[0] || where != want[1] {
			t.Errorf("%s: %s %s", address, network, where)
		}
	}
}

func TestModes(t *testing.T) {
	if _, ok := FindMode("frobnicate"); ok {
		t.Error("there is a mode frobnicate")
	}
	if m, ok := FindMode(""); !ok || m.Name != "display" {
		t.Errorf("the first mode is %s", m.Name)
	}
	if err := Run(nil, nil, nil, Options{Mode: "frobnicate"}); err == nil {
		t.Error("an unknown mode runs")
	}
}
