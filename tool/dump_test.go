package tool

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
)

// dumpOf dumps a fake server with these answers.
func dumpOf(t *testing.T, answers map[string]string, o Options) (out, notes string, err error) {
	t.Helper()
	var b, n bytes.Buffer
	o.Mode = "dump"
	address := fake(t, "tcp", "127.0.0.1:0", answers)
	err = Run(&b, &n, []string{address}, o)
	return b.String(), strings.ReplaceAll(n.String(), address, "ADDRESS"), err
}

// holding is a server without metadump that says it holds so many items in class 1 and shows these, each of one byte.
func holding(held int, keys ...string) map[string]string {
	answers := map[string]string{
		"stats":       lines(fmt.Sprintf("STAT curr_items %d", held), "END"),
		"stats items": lines(fmt.Sprintf("STAT items:1:number %d", held), "STAT items:1:age 3", "END"),
	}
	dump := ""
	for _, key := range keys {
		dump += "ITEM " + key + " [1 b; 0 s]\r\n"
		answers["get "+key] = lines("VALUE "+key+" 0 1", "1", "END")
	}
	answers["stats cachedump 1 0"] = dump + "END\r\n"
	return answers
}

// TestDumpTells: whatever a dump lacks is counted, and why; a dump that is not whole is an error, and what there is of it is
// printed.
func TestDumpTells(t *testing.T) {
	gone := holding(2, "a", "b")
	gone["get b"] = lines("END")
	shownInBase64 := holding(2, "YQli b", "YSBi b") // "a\tb", "a b"
	shownInBase64["get a\tb"] = lines("VALUE a\tb 0 1", "1", "END")
	metadump := maps.Clone(newer)
	metadump["lru_crawler metadump all"] = "key=a%20b exp=-1 la=1\nkey=b exp=-1 la=1\nkey=x%0Ay exp=-1 la=1\nEND\r\n"
	for _, c := range []struct {
		name        string
		answers     map[string]string
		o           Options
		adds        int
		notes, want string
	}{
		{"whole", holding(2, "a", "b"), Options{}, 2, "2 of 2 items\n", ""},
		{"none", holding(0), Options{}, 0, "0 of 0 items\n", ""},
		{"cut off", holding(1000, "a", "b"), Options{}, 2, "2 of 1000 items\nmissing: 998 items of slab class 1, since stats cachedump " +
			"shows no more than 2 MB of keys of a class\n", "the dump is not whole: 998 items are missing"},
		{"blank", holding(2, "a", "b c"), Options{}, 1, "1 of 2 items\nmissing: 1 items whose keys hold blanks, line ends or zero bytes, " +
			"since no add command can name them\n", "the dump is not whole: 1 items are missing"},
		{"line ends", holding(4, "a", "x\ny", "\r\n\r\n", "z\x00"), Options{}, 1, "1 of 4 items\nmissing: 3 items whose keys hold blanks, line " +
			"ends or zero bytes, since no add command can name them\n", "the dump is not whole: 3 items are missing"},
		{"other control characters", holding(4, "a\tb", "\x01", "c\rd", "\xff\x7f"), Options{}, 4, "4 of 4 items\n", ""},
		{"shown in base64", shownInBase64, Options{}, 1, "1 of 2 items\nmissing: 1 items whose keys hold blanks, line ends or zero bytes, " +
			"since no add command can name them\n", "the dump is not whole: 1 items are missing"},
		{"gone", gone, Options{}, 1, "1 of 2 items\ngone: 1 items that expired or were deleted meanwhile\n", ""},
		{"both", holding(5, "a", " "), Options{}, 1, "1 of 5 items\nmissing: 3 items of slab class 1, since stats cachedump shows no more " +
			"than 2 MB of keys of a class\nmissing: 1 items whose keys hold blanks, line ends or zero bytes, since no add command can " +
			"name them\n", "the dump is not whole: 4 items are missing"},
		{"limit", holding(5, "a", "b", "c", "d"), Options{Limit: 2}, 2, "2 of 5 items, as --limit asks\n", ""},
		{"limit not reached", holding(5, "a", "b"), Options{Limit: 4}, 2, "2 of 5 items\nmissing: 3 items of slab class 1, since stats " +
			"cachedump shows no more than 2 MB of keys of a class\n", "the dump is not whole: 3 items are missing"},
		{"metadump", metadump, Options{}, 1, "1 of 2 items\nmissing: 2 items whose keys hold blanks, line ends or zero bytes, since no add " +
			"command can name them\n", "the dump is not whole: 2 items are missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, notes, err := dumpOf(t, c.answers, c.o)
			if n := strings.Count(out, "add "); n != c.adds || notes != c.notes {
				t.Errorf("%d items, notes:\n%swant %d and:\n%s", n, notes, c.adds, c.notes)
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), ": "+c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestDumpOfMovingServer: a class that shows fewer items than it held lacks only what it still holds.
func TestDumpOfMovingServer(t *testing.T) {
	var asked atomic.Int32
	one := holding(10, "a", "b")
	two := holding(2, "a", "b")
	address := fakeWith(t, "tcp", "127.0.0.1:0", func(line string) (string, bool) {
		if line == "stats items" {
			asked.Add(1)
		}
		answers := one
		if asked.Load() > 1 {
			answers = two
		}
		answer, ok := answers[line]
		return answer, ok
	})
	var out, notes bytes.Buffer
	if err := Run(&out, &notes, []string{address}, Options{Mode: "dump"}); err != nil || asked.Load() != 2 {
		t.Errorf("%v, %s, asked %d times", err, notes.String(), asked.Load())
	}
}

// TestEndlessPieces: a server that sends pieces of keys for ever is left.
func TestEndlessPieces(t *testing.T) {
	answers := holding(3, "a")
	answers["stats cachedump 1 0"] = "ITEM a\n" + strings.Repeat("b\n", maxLines+1)
	_, _, err := dumpOf(t, answers, Options{})
	if err == nil || !strings.Contains(err.Error(), "that is no memcached") {
		t.Errorf("%v", err)
	}
}

// TestEndlessKeys: a server that lists keys for ever is left after twice as many as it says it holds, and that is no whole
// dump.
func TestEndlessKeys(t *testing.T) {
	out, _, err := dumpOf(t, map[string]string{
		"stats":                    lines("STAT curr_items 1", "END"),
		"lru_crawler metadump all": strings.Repeat("key=a exp=-1 \n", 100_000),
		"get a":                    lines("END"),
	}, Options{})
	if err == nil || !strings.Contains(err.Error(), "more than twice as many keys") || out != "" {
		t.Errorf("%v, %q", err, out)
	}
}

// full takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestDumpIntoNothing: where the output takes no more, that alone is the error, not what the server did then.
func TestDumpIntoNothing(t *testing.T) {
	answers := holding(1, "a")
	answers["get a"] = lines("VALUE a 0 100000", strings.Repeat("x", 100000), "END")
	address := fake(t, "tcp", "127.0.0.1:0", answers)
	if err := Run(full{}, new(bytes.Buffer), []string{address}, Options{Mode: "dump"}); err == nil || err.Error() != "no room" {
		t.Errorf("%v", err)
	}
}
