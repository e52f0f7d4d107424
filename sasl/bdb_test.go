package sasl

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyUsers is what many.db and many512.db hold.
func manyUsers() map[string]string {
	users := map[string]string{"user1@elsewhere": "other"}
	for i := 1; i <= 120; i++ {
		if i%10 != 0 {
			users[fmt.Sprintf("user%d@cache.example", i)] = fmt.Sprintf("password-%d", i)
		}
	}
	return users
}

func readTestFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// databaseUsers parses a database and returns its users.
func databaseUsers(t *testing.T, data []byte) map[string]string {
	t.Helper()
	entries, err := parseDatabase("db", data)
	if err != nil {
		t.Fatal(err)
	}
	users := map[string]string{}
	for _, e := range entries {
		if _, ok := users[e.name]; ok {
			t.Errorf("%s twice", e.name)
		}
		users[e.name] = string(e.password)
	}
	return users
}

func TestDatabaseFiles(t *testing.T) {
	long := strings.Repeat("0123456789", 95)
	for name, want := range map[string]map[string]string{
		"one.db":      {"testuser@cache.example": "testpass"},
		"small512.db": {"testuser@cache.example": "testpass"},
		"many.db":     manyUsers(),
		"many512.db":  manyUsers(),
		"big512.db":   {"longuser@cache.example": long, "shortuser@cache.example": "short"},
	} {
		got := databaseUsers(t, readTestFile(t, name))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestDatabaseVersions(t *testing.T) {
	for version := range uint32(13) {
		data := readTestFile(t, "one.db")
		binary.LittleEndian.PutUint32(data[16:], version)
		_, err := parseDatabase("db", data)
		if want := version >= 8 && version <= 10; (err == nil) != want {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func TestDatabaseEmptyFile(t *testing.T) {
	if entries, err := parseDatabase("db", nil); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestDatabaseDamaged(t *testing.T) {
	put16 := func(at int, v uint16) func([]byte) []byte {
		return func(b []byte) []byte { binary.BigEndian.PutUint16(b[at:], v); return b }
	}
	put32 := func(at int, v uint32) func([]byte) []byte {
		return func(b []byte) []byte { binary.BigEndian.PutUint32(b[at:], v); return b }
	}
	put8 := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	big := readTestFile(t, "big512.db")
	hashPage, overflowPage, reference := findPages(t, big)
	for _, test := range []struct {
		name   string
		damage func([]byte) []byte
		want   string
	}{
		{"short", func(b []byte) []byte { return b[:60] }, "no Berkeley DB hash file"},
		{"magic", put32(12, 0x053162), "no Berkeley DB hash file"},
		{"type of the first page", put8(25, 9), "no Berkeley DB hash file"},
		{"encrypted", put8(24, 1), "encrypted"},
		{"checksums", put8(26, 1), "checksummed"},
		{"page size 0", put32(20, 0), "page size 0"},
		{"page size odd", put32(20, 513), "page size 513"},
		{"page size large", put32(20, 128<<10), "page size 131072"},
		{"cut", func(b []byte) []byte { return b[:len(b)-1] }, "cut short"},
		{"last page huge", put32(32, 0xffffffff), "cut short"},
		{"odd count", put16(hashPage+20, 3), "has 3 items"},
		{"count huge", put16(hashPage+20, 0xfffe), "has 65534 items"},
		{"offset in the header", put16(hashPage+26, 12), "lies at 12"},
		{"offset behind the page", put16(hashPage+26, 600), "lies at 600"},
		{"offset as the one before", put16(hashPage+28, 512), "lies at 512"},
		{"page number", put32(hashPage+8, 77), "says that it is page 77"},
		{"reference to page 0", put32(reference+4, 0), "no page 0"},
		{"reference behind the end", put32(reference+4, 99), "no page 99"},
		{"reference to a hash page", put32(reference+4, uint32(hashPage/512)), "no overflow page"},
		{"chain in a circle", put32(overflowPage+16, uint32(overflowPage/512)), "no overflow page that fits"},
		{"chain ends early", put32(overflowPage+16, 0), "no page 0"},
		{"overflow page empty", put16(overflowPage+22, 0), "no overflow page"},
		{"overflow page too full", put16(overflowPage+22, 500), "no overflow page"},
		{"longer than the file", put32(reference+8, 4000), "more than the file"},
	} {
		_, err := parseDatabase("db", test.damage(bytes.Clone(big)))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// findPages returns where in big512.db the hash page with the overflow reference, the first overflow page of the chain
// and the reference lie.
func findPages(t *testing.T, b []byte) (hashPage, overflowPage, reference int) {
	t.Helper()
	for page := 512; page < len(b); page += 512 {
		for i := range int(binary.BigEndian.Uint16(b[page+20:])) {
			at := page + int(binary.BigEndian.Uint16(b[page+26+2*i:]))
			if b[page+25] == pageHash && b[at] == itemOffPage {
				return page, 512 * int(binary.BigEndian.Uint32(b[at+4:])), at
			}
		}
	}
	t.Fatal("no reference")
	return 0, 0, 0
}

// TestDatabaseTooLongItem passes over a value of more than 4 KiB without looking at its pages.
func TestDatabaseTooLongItem(t *testing.T) {
	big := readTestFile(t, "big512.db")
	_, _, reference := findPages(t, big)
	binary.BigEndian.PutUint32(big[reference+8:], 0xffffffff)
	if users := databaseUsers(t, big); len(users) != 1 || users["shortuser@cache.example"] != "short" {
		t.Errorf("%v", users)
	}
}

func TestDatabaseEntry(t *testing.T) {
	for _, test := range []struct {
		key, value, name string
	}{
		{"u\x00r\x00userPassword", "p", "u@r"},
		{"u\x00\x00userPassword", "p", "u"},
		{"\x00r\x00userPassword", "p", ""},
		{"u\x00r\x00userPassword", "", ""},
		{"u\x00r\x00userPassword", "a\x00b", ""},
		{"u\x00r\x00cmusaslsecretPLAIN", "p", ""},
		{"u\x00userPassword", "p", ""},
		{"u\x00r\x00x\x00userPassword", "p", ""},
		{strings.Repeat("u", 255) + "\x00r\x00userPassword", "p", ""},
		{"u\x00r\x00userPassword", strings.Repeat("p", 1025), ""},
	} {
		e, ok := databaseEntry([]byte(test.key), []byte(test.value))
		if ok != (test.name != "") || ok && (e.name != test.name || string(e.password) != test.value) {
			t.Errorf("%.40q: %q %v", test.key, e.name, ok)
		}
	}
}

// FuzzDatabase reads anything: it must not panic, and what it finds must lie within the limits.
func FuzzDatabase(f *testing.F) {
	for _, name := range []string{"small512.db", "big512.db"} { // small, or the fuzzer is slow
		data := readTestFile(f, name)
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		copied := 0
		before := bytes.Clone(data)
		_ = readHash(data, func(key, value []byte) error {
			copied += len(key) + len(value)
			return nil
		})
		if copied > 2*len(data) {
			t.Errorf("%d bytes out of %d", copied, len(data))
		}
		if !bytes.Equal(before, data) {
			t.Error("the file was changed")
		}
		entries, _ := parseDatabase("db", data)
		for _, e := range entries {
			if e.name == "" || len(e.name) > maxName || len(e.password) == 0 || len(e.password) > maxPassword {
				t.Errorf("entry %q with %d bytes", e.name, len(e.password))
			}
		}
	})
}
