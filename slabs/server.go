package slabs

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"gocached/slabs/table"
	"gocached/tool"
)

// server is what a server says of itself. Numbers are bounded, names that are not known are passed over.
type server struct {
	general map[string]string // of the general figures and the settings, those in wanted
	own     map[string]string // of gocached's own figures
	classes map[int]*class
	sizes   histogram
}

// wanted are the figures that are kept of each group.
var wanted = map[string][]string{
	"":         {"version", "pointer_size"},
	"settings": {"maxbytes", "growth_factor", "chunk_size", "item_size_max", "slab_chunk_max", "cas_enabled"},
	"gocached": {"version", "header_bytes", "slab_table", "slab_sizes", "memory_items", "memory_items_unused"},
}

// maxClassID is the highest number of a class that any version has.
const maxClassID = 255

// readServer asks for all that is needed. Groups that a server does not know are left out, but for those without which nothing
// can be said.
func readServer(ask tool.Asker) (*server, error) {
	s := &server{general: map[string]string{}, own: map[string]string{}, classes: map[int]*class{}}
	for _, g := range []struct {
		name     string
		into     func(name, value string)
		optional bool
	}{
		{"", keep(s.general, ""), false},
		{"settings", keep(s.general, "settings"), true},
		{"gocached", keep(s.own, "gocached"), true},
		{"slabs", s.slab, false},
		{"items", s.item, false},
		{"sizes", s.size, true},
	} {
		if g.name == "sizes" {
			s.sizes.less = s.less()
		}
		if err := ask(g.name, g.into); err != nil && !(g.optional && errors.Is(err, tool.ErrRefused)) {
			return nil, err
		}
	}
	return s, nil
}

// keep returns what files the figures that are wanted of a group, without what neither numbers nor versions have.
func keep(in map[string]string, group string) func(name, value string) {
	const longest, longestList = 20, 640
	return func(name, value string) {
		if slices.Contains(wanted[group], name) {
			most := longest
			if name == "slab_sizes" {
				most = longestList
			}
			in[name] = strings.Map(plain, value[:min(len(value), most)])
		}
	}
}

// plain drops what is no letter, no digit and no dot.
func plain(r rune) rune {
	if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

// slab files a figure of "stats slabs", such as 1:chunk_size.
func (s *server) slab(name, value string) {
	class, field, ok := strings.Cut(name, ":")
	if ok {
		s.file(class, field, value)
	}
}

// item files a figure of "stats items", such as items:1:number.
func (s *server) item(name, value string) {
	if rest, ok := strings.CutPrefix(name, "items:"); ok {
		s.slab(rest, value)
	}
}

func (s *server) size(name, value string) { s.sizes.add(name, value) }

// file notes a figure of a class.
func (s *server) file(id, field, value string) {
	n, err := strconv.ParseUint(id, 10, 64)
	v, err2 := strconv.ParseUint(value, 10, 64)
	if err != nil || err2 != nil || n > maxClassID {
		return
	}
	c := s.classes[int(n)]
	if c == nil {
		c = &class{id: int(n)}
		s.classes[int(n)] = c
	}
	v = min(v, maxCount)
	switch field {
	case "chunk_size":
		c.size = int(min(v, maxSize))
	case "chunks_per_page":
		c.perPage = float64(v)
	case "total_pages":
		c.pages = float64(v)
	case "used_chunks":
		c.chunks = float64(v)
	case "total_chunks":
		c.total = float64(v)
	case "number":
		c.items = float64(v)
	case "mem_requested":
		c.requested = float64(v)
	}
}

// number returns one of the general figures or settings, 0 if it is not there.
func (s *server) number(name string) int {
	n, _ := strconv.ParseUint(s.general[name], 10, 64)
	return int(min(n, maxCount))
}

// isOurs reports whether the server is gocached.
func (s *server) isOurs() bool { return s.own["header_bytes"] != "" }

// less returns by about how many bytes an item of gocached is smaller than statistics say, which tell what it would have in
// memcached 1.4.5: a header, a CAS, the NUL behind the key, " flags length" with a line end, and one behind the value.
func (s *server) less() int {
	const header, cas, rest = 48, 8, len("\x00 0 10\r\n\r\n")
	own, err := strconv.Atoi(s.own["header_bytes"])
	if err != nil || own < 0 {
		return 0
	}
	if s.general["cas_enabled"] == "no" {
		return max(0, header+rest-own)
	}
	return max(0, header+cas+rest-own)
}

// vintage returns by which version's rules the classes are made: gocached makes 1.4.5's, or takes a list as 1.4.27 does.
func (s *server) vintage() table.Vintage {
	v, err := table.Find(s.general["version"])
	if err == nil && !s.isOurs() {
		return v
	}
	name := "1.4.5"
	switch {
	case len(s.givenSizes()) > 0:
		name = "1.4.27"
	case s.general["slab_chunk_max"] != "" && !s.isOurs():
		name = "1.6"
	}
	v, _ = table.Find(name)
	return v
}

// title names the server.
func (s *server) title() string {
	if s.isOurs() {
		return "gocached " + s.own["version"]
	}
	return "memcached " + s.general["version"]
}
