package slabs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gocached/tool"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// answers is a server: for each group a line for each figure, or nothing if it refuses.
type answers map[string][]string

func (a answers) ask(group string, emit func(name, value string)) error {
	lines, ok := a[group]
	if !ok {
		return fmt.Errorf("ADDRESS: %w", tool.ErrRefused)
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, " ")
		emit(name, value)
	}
	return nil
}

// report returns what is printed of a server.
func (a answers) report(t *testing.T) string {
	t.Helper()
	s, err := readServer(a.ask)
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.holding()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	h.print(&out)
	return out.String()
}

// slabClass returns the figures of a class, as memcached 1.6 has them if requested stands with the items.
func (a answers) slabClass(id, size, pages, perPage, items, chunks, requested int, withItems bool) {
	slab, item := fmt.Sprintf("%d:", id), fmt.Sprintf("items:%d:", id)
	a["slabs"] = append(a["slabs"], slab+"chunk_size "+strconv.Itoa(size), slab+"chunks_per_page "+strconv.Itoa(perPage),
		slab+"total_pages "+strconv.Itoa(pages), slab+"total_chunks "+strconv.Itoa(pages*perPage), slab+"used_chunks "+strconv.Itoa(chunks))
	if items > 0 {
		a["items"] = append(a["items"], item+"number "+strconv.Itoa(items))
	}
	if withItems && items > 0 {
		a["items"] = append(a["items"], item+"mem_requested "+strconv.Itoa(requested))
	}
	if !withItems {
		a["slabs"] = append(a["slabs"], slab+"mem_requested "+strconv.Itoa(requested))
	}
}

// newer answers as memcached 1.6 does that counts no sizes: 50,000 items of 100 bytes, and 300 of 600,000, each in two chunks.
func newer() answers {
	a := answers{
		"":         {"pid 7", "version 1.6.18", "pointer_size 64"},
		"settings": {"maxbytes 1073741824", "growth_factor 1.25", "chunk_size 48", "item_size_max 1048576", "slab_chunk_max 524288"},
		"sizes":    {"sizes_status disabled"},
	}
	a.slabClass(2, 120, 6, 8738, 50000, 50300, 50000*100, true)
	a.slabClass(31, 82792, 25, 12, 0, 300, 0, true)
	a.slabClass(39, 524288, 150, 2, 300, 300, 300*600000, true)
	return a
}

// old answers as memcached 1.4.5 does.
func old() answers {
	a := answers{
		"":         {"version 1.4.5", "pointer_size 64"},
		"settings": {"maxbytes 67108864", "growth_factor 1.25", "chunk_size 48", "item_size_max 1048576", "cas_enabled yes"},
		"sizes":    {"128 60000", "224 40000", "2048 5000"},
	}
	a.slabClass(3, 152, 9, 6898, 60000, 60000, 60000*125, false)
	a.slabClass(5, 240, 10, 4369, 40000, 40000, 40000*200, false)
	a.slabClass(15, 2320, 12, 451, 5000, 5000, 5000*2020, false)
	return a
}

// own answers as gocached does, which holds the same items as old.
func own() answers {
	a := old()
	a["gocached"] = []string{"version 0.1.0", "header_bytes 32"}
	return a
}

// fine answers as gocached does that says in which chunks its items lie, classic as one with memcached's classes, given ones.
func fine() answers {
	a := own()
	a["gocached"] = append(a["gocached"], "slab_table fine", "slab_sizes none", "memory_items 25165824", "memory_items_unused 2097152")
	return a
}

func classic() answers {
	a := own()
	a["gocached"] = append(a["gocached"], "slab_table 1.4.5", "slab_sizes 152-240-2320", "memory_items 33554432", "memory_items_unused 1048576")
	return a
}

// listed answers as a server with a list of sizes does, which fits.
func listed() answers {
	a := answers{"": {"version 1.6.45"}, "settings": {"maxbytes 67108864", "slab_chunk_max 524288"}}
	a.slabClass(1, 104, 5, 10082, 50000, 50000, 50000*100, true)
	return a
}

// TestReports compares reports with testdata; go test ./slabs -run Reports -update writes it anew.
func TestReports(t *testing.T) {
	for name, a := range map[string]answers{"newer": newer(), "old": old(), "own": own(), "fine": fine(), "classic": classic(), "listed": listed(),
		"empty": {"": {"version 1.4.5"}, "slabs": {"active_slabs 0"}, "items": {}}} {
		compareFile(t, name, a.report(t))
	}
	var out bytes.Buffer
	in := strings.NewReader("STAT 128 60000\r\nSTAT 224 40000\r\nSTAT 2048 5000\r\nEND\r\n")
	if err := PrintHistogram(&out, in, "FILE", Flags{Vintage: "1.6"}); err != nil {
		t.Fatal(err)
	}
	compareFile(t, "histogram", out.String())
	out.Reset()
	if err := PrintTable(&out, Flags{Vintage: "1.4.5"}); err != nil {
		t.Fatal(err)
	}
	compareFile(t, "table", out.String())
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
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// TestRefusals: a group that a server does not know is done without if that can be, and any other error is passed on.
func TestRefusals(t *testing.T) {
	for _, group := range []string{"", "slabs", "items"} {
		a := old()
		delete(a, group)
		if _, err := readServer(a.ask); !errors.Is(err, tool.ErrRefused) {
			t.Errorf("without %q: %v", group, err)
		}
	}
	for _, group := range []string{"settings", "gocached", "sizes"} {
		a := own()
		delete(a, group)
		if got := a.report(t); !strings.Contains(got, "105,000 items") {
			t.Errorf("without %q: %s", group, got)
		}
	}
	broken := errors.New("broken")
	_, err := readServer(func(group string, _ func(name, value string)) error {
		if group == "sizes" {
			return broken
		}
		return nil
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
}

// TestHostile: a server that says what cannot be gets a report all the same, of printable lines.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewSource(11))
	numbers := []string{"0", "1", "-1", "18446744073709551615", "1e300", "NaN", "", "\x1b[2J", "96", "1048576", "999999999999", "0.5", "4"}
	fields := []string{"chunk_size", "chunks_per_page", "total_pages", "total_chunks", "used_chunks", "number", "mem_requested", "?"}
	names := []string{"version", "pointer_size", "maxbytes", "growth_factor", "chunk_size", "item_size_max", "slab_chunk_max", "cas_enabled", "header_bytes"}
	number := func() string { return numbers[r.Intn(len(numbers))] }
	for range 60 {
		a := newer()
		for _, group := range []string{"", "settings", "gocached"} {
			for range r.Intn(6) {
				a[group] = append(a[group], names[r.Intn(len(names))]+" "+number())
			}
		}
		for range r.Intn(40) {
			name := fmt.Sprintf("%d:%s %s", r.Intn(400)-100, fields[r.Intn(len(fields))], number())
			a["slabs"] = append(a["slabs"], name)
			a["items"] = append(a["items"], "items:"+name)
			a["sizes"] = append(a["sizes"], number()+" "+number())
		}
		got := a.report(t)
		if strings.ContainsAny(got, "\x1b\r") || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
			t.Fatalf("%q from %q", got, a)
		}
	}
}

// TestManyLines: what is kept of an answer does not grow with it.
func TestManyLines(t *testing.T) {
	s, err := readServer(func(group string, emit func(name, value string)) error {
		for i := range 5_000 {
			emit(fmt.Sprintf("%d:chunk_size", i), strings.Repeat("9", 1000))
			emit(fmt.Sprintf("%d", i), strings.Repeat("9", 1000))
			emit("version", strings.Repeat("1.6.", 1000))
		}
		return nil
	})
	if err != nil || len(s.classes) > maxClassID+1 || len(s.general) > 10 || len(s.general["version"]) > 20 {
		t.Errorf("%d classes, %d figures, %v", len(s.classes), len(s.general), err)
	}
}

// TestHistogramFaults: what is no answer to stats sizes is told so, with the line.
func TestHistogramFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "FILE: there is no line of stats sizes in it",
		"END\r\n":                         "FILE: there is no line of stats sizes in it",
		"STAT 96 1\r\nSTAT pid 7\r\n":     `FILE: line 2 is none of stats sizes: "STAT pid 7"`,
		"96 -1\n":                         `FILE: line 1 is none of stats sizes: "96 -1"`,
		"96 1 2\n":                        `FILE: line 1 is none of stats sizes: "96 1 2"`,
		"\x1b[2J\n":                       `FILE: line 1 is none of stats sizes: "\x1b[2J"`,
		"STAT sizes_status disabled\r\n":  "FILE: the server did not count sizes: stats sizes_enable has it do so, or -o track_sizes",
		strings.Repeat("x", 5000) + "\n":  "FILE: that is no stats sizes: it has a line without end",
		"STAT 96 99999999999999999999999": `FILE: line 1 is none of stats sizes: "STAT 96 99999999999999999999999"`,
	} {
		if _, err := readHistogram(strings.NewReader(text), "FILE"); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
	h, err := readHistogram(strings.NewReader("#127.0.0.1:11211  Size  Count\n   96   3\n  128   4\n"), "FILE")
	if items, _ := h.sums(); err != nil || !near(items, 7) {
		t.Errorf("what the tool prints: %v, %v", items, err)
	}
	if err := PrintHistogram(nil, strings.NewReader("96 1"), "FILE", Flags{Vintage: "9"}); err == nil {
		t.Error("a version that is not there")
	}
}
