package slabs

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"gocached/slabs/table"
)

// holding makes sense of what a server says.
func (s *server) holding() (*holding, error) {
	v := s.vintage()
	h := &holding{title: s.title(), vintage: v, limit: float64(s.number("maxbytes")), less: s.less(), counted: s.sizes.lines > 0}
	if h.limit == 0 {
		h.limit = usualLimit
	}
	if err := h.setTable(s.flags(v)); err != nil {
		return nil, err
	}
	h.classes = s.shown(h.table.Page)
	h.adopt()
	h.unchain()
	h.items = newCurve(h.pieces(&s.sizes.population).reconcile(h.evidence()))
	h.guess()
	if h.own = s.ownMemory(); h.own != nil {
		h.classes = h.estimated()
	}
	return h, nil
}

// flags returns what the server was started with, as far as it says so.
func (s *server) flags(v table.Vintage) table.Flags {
	f := table.Flags{Bits: table.Bits}
	if s.number("pointer_size") == 32 {
		f.Bits = 32
	}
	if v.HasFlags() {
		f.Factor, _ = strconv.ParseFloat(s.general["growth_factor"], 64)
		f.ChunkMin = s.number("chunk_size")
	}
	f.Sizes = s.givenSizes()
	if f.ItemMax = s.number("item_size_max"); v.Chains() {
		f.ChunkMax = s.number("slab_chunk_max")
	}
	return f
}

// setTable makes the table that the server should have. With flags that cannot be true it is the usual one.
func (h *holding) setTable(f table.Flags) error {
	t, err := h.vintage.Table(f)
	if err != nil {
		f = table.Flags{Bits: f.Bits}
		if t, err = h.vintage.Table(f); err != nil {
			return err
		}
	}
	h.flags, h.table = h.vintage.Fill(f), t
	return nil
}

// shown returns the classes that have pages, the smallest first, with what items of gocached's really are.
func (s *server) shown(page int) (out []class) {
	less := float64(s.less())
	for _, id := range slices.Sorted(maps.Keys(s.classes)) {
		c := *s.classes[id]
		if c.size == 0 || c.pages == 0 {
			continue
		}
		if c.perPage == 0 {
			c.perPage = float64(page / c.size)
		}
		c.pieces, c.requested = c.chunks, max(0, c.requested-less*c.items)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b class) int { return cmp.Compare(a.size, b.size) })
	return out
}

// adopt takes the classes that the server shows for its table, if they are others than its flags make: it may have been given a
// list of sizes. Classes that have no pages then remain unknown, and have no items either.
func (h *holding) adopt() {
	sizes := h.table.Sizes()
	known := true
	for _, c := range h.classes {
		known = known && slices.Contains(sizes, c.size)
	}
	if known {
		return
	}
	h.listed = true
	h.table.Classes = nil
	for _, c := range h.classes {
		h.table.Classes = append(h.table.Classes, table.Class{ID: c.id, Size: c.size, PerPage: max(1, h.table.Page/c.size)})
	}
}

// unchain gives each class the bytes that are in its own chunks. memcached 1.6 counts an item of several chunks with the class
// of the largest, though the last of them is in a smaller class. The first, which has only the key, is left out.
func (h *holding) unchain() {
	if !h.vintage.Chains() || len(h.classes) == 0 {
		return
	}
	for i := range h.classes {
		h.classes[i].pieces = h.classes[i].items
	}
	last := &h.classes[len(h.classes)-1]
	over := last.requested - last.taken()
	for i := len(h.classes) - 2; i >= 0 && over > 0; i-- {
		c := &h.classes[i]
		part := min(over, max(0, c.chunks-c.items)*float64(c.size))
		if part > 0 {
			c.pieces = c.chunks
		}
		c.requested += part
		over -= part
		last.requested -= part
		last.pieces = last.chunks
	}
}

// evidence returns what the classes say about the sizes of what is in them. An item of gocached's may be in the class of its
// size in memcached, though a smaller one would do.
func (h *holding) evidence() (all []evidence) {
	for _, c := range h.classes {
		all = append(all, evidence{h.below(c.size) - h.less, c.size, c.pieces, c.requested})
	}
	return all
}

// guess fills in what is in the chunks of a server that does not say it, as memcached did not before 1.4.1.
func (h *holding) guess() {
	for i := range h.classes {
		if c := &h.classes[i]; c.requested == 0 {
			_, c.requested = h.items.between(h.below(c.size)-h.less, c.size)
		}
	}
}

// below returns the next smaller size of a chunk in the table, or 0.
func (h *holding) below(size int) int {
	before := 0
	for _, row := range h.table.Classes {
		if row.Size < size {
			before = row.Size
		}
	}
	return before
}
