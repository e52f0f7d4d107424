package memory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// TestSlabSizes: the classes that statistics show are those given, rounded up as in memcached 1.6, and items are stored and found.
func TestSlabSizes(t *testing.T) {
	for _, name := range []string{fineTable, classicTable} {
		e, h := start(t, func(s *engine.Settings) {
			s.MemoryLimit = 16 << 20
			s.Options = engine.Values{sizesOption: "-100-200--400-5000", tableOption: name}
		})
		if want := []int{104, 200, 400, 5000, 1 << 20}; !slices.Equal(e.sizes.nominal.sizes, want) {
			t.Errorf("classes %v, not %v", e.sizes.nominal.sizes, want)
		}
		values := storeMany(h, "k", 500, 10, 100, 1000, 4000)
		h.Expect("items", intact(h, values), len(values))
		_, slabs := h.Figures(engine.Query{Group: "slabs"})
		h.Expect("a chunk of the second class", slabs["2:chunk_size"], "200")
	}
}

// TestSlabTable: with memcached's sizes there are as many sizes of chunks as classes at most, and every item finds room.
func TestSlabTable(t *testing.T) {
	for _, megabytes := range []int64{1, 8, 64} {
		t.Run(fmt.Sprint(megabytes), func(t *testing.T) {
			e, h := start(t, func(s *engine.Settings) {
				s.MemoryLimit, s.Options = megabytes<<20, engine.Values{tableOption: classicTable}
			})
			layouts, nominal := e.sizes.layouts, e.sizes.nominal.sizes
			if len(layouts) > len(nominal) {
				t.Errorf("%d sizes of chunks for %d classes", len(layouts), len(nominal))
			}
			for i, l := range layouts[1:] {
				if l.Size <= layouts[i].Size {
					t.Errorf("%d bytes follow %d", l.Size, layouts[i].Size)
				}
			}
			for n := 1; n < 1<<20; n += 1 + n/7 {
				h.Set("k", strings.Repeat("v", min(n, 1_048_000)))
			}
		})
	}
}

// TestSlabSizesRefused: lists that cannot be are refused in memcached 1.6's words.
func TestSlabSizesRefused(t *testing.T) {
	many := "100"
	for size := 110; size < 800; size += 10 {
		many += fmt.Sprint("-", size)
	}
	for value, want := range map[string]string{
		"":        "needs a value",
		"-":       "needs a value",
		"100-100": "slab size 100 cannot be lower than or equal to a previous class size",
		"100-108": "slab size 108 must be at least 8 bytes larger than previous class",
		"100-abc": "slab size 0 is out of valid range",
		"abc":     "slab size 0 is out of valid range",
		many:      "too many slab classes specified",
	} {
		if got := sizesFault(value); !strings.Contains(got, want) {
			t.Errorf("%.20s: %q, not %q", value, got, want)
		}
	}
	for value, want := range map[string]string{
		"40-80":       "slab size 40 is out of valid range",
		"100-2000000": "slab size 2000000 is out of valid range",
	} {
		s := enginetest.Settings(t)
		s.Options = engine.Values{sizesOption: value}
		if err := New().Initialize(s); err == nil || err.Error() != want {
			t.Errorf("%s: %v, not %q", value, err, want)
		}
	}
}
