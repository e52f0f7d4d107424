package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gocached/slab"
)

// classes makes a table.
func classes(t *testing.T, vintage string, f Flags) Table {
	t.Helper()
	v, err := Find(vintage)
	if err != nil {
		t.Fatal(err)
	}
	table, err := v.Table(f)
	if err != nil {
		t.Fatalf("%s %+v: %v", vintage, f, err)
	}
	if again, err := v.Table(v.Fill(f)); err != nil || !slices.Equal(again.Classes, table.Classes) {
		t.Errorf("%s %+v: filled it is another: %v, %v", vintage, v.Fill(f), again, err)
	}
	return table
}

// TestKnownTables: the tables that were printed in articles about memcached, each from the version and the machine that it came
// from, and what the other versions print.
func TestKnownTables(t *testing.T) {
	usual := []int{96, 120, 152, 192, 240, 304, 384, 480, 600, 752}
	for _, c := range []struct {
		name, vintage string
		flags         Flags
		first         []int // the first sizes
		count         int   // classes
		last          Class
	}{
		{"powers of two", "1.1.12", Flags{}, []int{8, 16, 32, 64}, 18, Class{20, 1 << 20, 1}},
		{"1.2.1 on 32 bits", "1.2.1", Flags{Bits: 32}, []int{80, 100, 128, 160, 200, 252, 316, 396}, 41, Class{41, 1 << 20, 1}},
		{"1.2.5 on 32 bits", "1.2.5", Flags{Bits: 32}, []int{88, 112, 144, 184, 232, 296, 376, 472, 592, 744}, 40, Class{40, 1 << 20, 1}},
		{"1.2.5 doubling", "1.2.5", Flags{Bits: 32, Factor: 2}, []int{128, 256, 512, 1024}, 14, Class{14, 1 << 20, 1}},
		{"1.2 on 64 bits", "1.2.8", Flags{}, []int{104, 136, 176, 224, 280, 352, 440, 552, 696, 872, 1096, 1376, 1720, 2152, 2696, 3376}, 39, Class{39, 1 << 20, 1}},
		{"1.4.1", "1.4.1", Flags{Factor: 2}, []int{128, 256}, 14, Class{14, 1 << 20, 1}},
		{"1.4.5", "1.4.5", Flags{}, usual, 42, Class{42, 1 << 20, 1}},
		{"1.4.5 doubling", "1.4.5", Flags{Factor: 2}, []int{96, 192, 384, 768}, 14, Class{14, 1 << 20, 1}},
		{"1.4.5 on 32 bits", "1.4.5", Flags{Bits: 32}, []int{80, 104, 136, 176, 224, 280}, 42, Class{42, 1 << 20, 1}},
		{"1.4.5 fine", "1.4.5", Flags{Factor: 1.01}, []int{96, 96, 96}, 200, Class{200, 1 << 20, 1}},
		{"1.4.23 fine", "1.4.23", Flags{Factor: 1.05}, []int{96, 104, 112}, 63, Class{63, 1 << 20, 1}},
		{"1.4.39", "1.4", Flags{}, usual, 42, Class{42, 1 << 20, 1}},
		{"1.4.39 with long items", "1.4", Flags{ItemMax: 2 << 20}, usual, 39, Class{39, 512 << 10, 2}},
		{"1.6", "1.6", Flags{}, usual, 39, Class{39, 512 << 10, 2}},
		{"1.4.26 doubling to a page", "1.4.26", Flags{Factor: 2, ChunkMin: 80}, []int{128, 256, 512}, 14, Class{14, 1 << 20, 1}},
		{"1.4.27 doubling to a page", "1.4.27", Flags{Factor: 2, ChunkMin: 80}, []int{128, 256, 512}, 13, Class{13, 1 << 20, 1}},
		{"1.6 with small chunks", "1.6", Flags{ChunkMax: 16 << 10}, usual, 23, Class{23, 16 << 10, 64}},
		{"1.6 with a list", "1.6.18", Flags{Sizes: []int{100, 200, 1000}}, []int{104, 200, 1000}, 4, Class{4, 512 << 10, 2}},
	} {
		got := classes(t, c.vintage, c.flags)
		sizes := got.Sizes()
		if len(sizes) != c.count || !slices.Equal(sizes[:min(len(c.first), len(sizes))], c.first) || got.Classes[len(sizes)-1] != c.last {
			t.Errorf("%s: %d classes, %v, %v", c.name, len(sizes), sizes, got.Classes[len(sizes)-1])
		}
	}
}

// TestKnownClasses: single rows of these tables.
func TestKnownClasses(t *testing.T) {
	for _, c := range []struct {
		vintage string
		flags   Flags
		want    Class
		end     int
	}{
		{"1.2.1", Flags{Bits: 32}, Class{40, 504692, 2}, 39192},
		{"1.2.1", Flags{Bits: 32}, Class{7, 316, 3318}, 88}, // where an item of 300 bytes goes
		{"1.2.5", Flags{Bits: 32}, Class{1, 88, 11915}, 56},
		{"1.2.5", Flags{Bits: 32}, Class{2, 112, 9362}, 32},
		{"1.2.5", Flags{Bits: 32}, Class{10, 744, 1409}, 280},
		{"1.2.5", Flags{Bits: 32, Factor: 2}, Class{13, 524288, 2}, 0},
		{"1.4.5", Flags{}, Class{41, 771184, 1}, 277392},
		{"1.4.5", Flags{Factor: 2}, Class{1, 96, 10922}, 64},
		{"1.4.5", Flags{Factor: 2}, Class{13, 393216, 2}, 262144},
		{"1.1", Flags{}, Class{7, 128, 8192}, 0},
	} {
		table := classes(t, c.vintage, c.flags)
		if !slices.Contains(table.Classes, c.want) || table.End(c.want) != c.end {
			t.Errorf("%s %+v: no class %+v with %d bytes left", c.vintage, c.flags, c.want, c.end)
		}
	}
}

// TestOwnTable: gocached's own classes are 1.4.5's.
func TestOwnTable(t *testing.T) {
	for _, page := range []int{1 << 10, 1025, 500_000, 1 << 20, 2 << 20, 128 << 20} {
		for _, least := range []int{1, 5, 40, 48, 56, 80, 1000, 1 << 20} {
			for _, factor := range []float64{1.01, 1.07, 1.25, 1.5, 2, 3.3, 1000} {
				want := slab.Sizes(page, least, factor)
				got := classes(t, "1.4.5", Flags{Factor: factor, ChunkMin: least, ItemMax: page})
				if !slices.Equal(got.Sizes(), want) {
					t.Errorf("-f %v -n %d -I %d: %v, slab has %v", factor, least, page, got.Sizes(), want)
				}
			}
		}
	}
}

// TestNames: every vintage is found by its name, and what is none is told what there is.
func TestNames(t *testing.T) {
	for i, name := range Names()[:len(history)] {
		v, err := Find(name)
		if err != nil || v.since != history[i].since || v.String() != name {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	for name, want := range map[string]string{"1.6": "1.6", "1.6.45": "1.6.45", "1.6.0-beta1": "1.6.0", "1.4.5_4_g": "1.4.5"} {
		if v, err := Find(name); err != nil || v.String() != want {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	for _, name := range []string{"", "1", "1.0", "1.7", "2.0", "1.4.5.6", "1..5", "latest", ".", "-1.4", "1.99999999999999999999", "1.4.2000000"} {
		if v, err := Find(name); err == nil || !strings.Contains(err.Error(), "no version") {
			t.Errorf("%q: %v, %v", name, v, err)
		}
	}
}

// TestRefused: flags that a version does not take are refused, where memcached has words for it in these.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		vintage string
		flags   Flags
		want    string
	}{
		{"1.1", Flags{Factor: 2}, "neither -f nor -n"},
		{"1.2", Flags{ItemMax: 2 << 20}, "came with 1.4.2"},
		{"1.4.5", Flags{Factor: 1}, "Factor must be greater than 1"},
		{"1.4.5", Flags{Factor: -3}, "Factor must be greater than 1"},
		{"1.4.5", Flags{Factor: math.NaN()}, "Factor must be greater than 1"},
		{"1.4.5", Flags{Factor: math.Inf(1)}, "Factor must be greater than 1"},
		{"1.4.5", Flags{ChunkMin: -1}, "Chunk size must be greater than 0"},
		{"1.4.5", Flags{ItemMax: 1000}, "Item max size cannot be less than 1024 bytes."},
		{"1.4.5", Flags{ItemMax: 129 << 20}, "128 mb"},
		{"1.4.5", Flags{Sizes: []int{100}}, "came with 1.4.27"},
		{"1.4.5", Flags{ChunkMax: 1000}, "came with 1.4.29"},
		{"1.4.5", Flags{Bits: 16}, "there are 32 and 64"},
		{"1.6", Flags{ItemMax: 128 << 10}, "slab_chunk_max (bytes: 524288) cannot be larger than -I (item_size_max 131072)"},
		{"1.6", Flags{ItemMax: 600 << 10}, "-I (item_size_max: 614400) must be evenly divisible by slab_chunk_max (bytes: 524288)"},
		{"1.6", Flags{ItemMax: 3 << 19, ChunkMax: 3 << 18}, "must divide evenly into 1048576"},
		{"1.6", Flags{ItemMax: 2 << 30}, "a gigabyte"},
		{"1.6", Flags{ChunkMax: -5}, "cannot be larger"},
		{"1.6", Flags{Sizes: []int{40}}, "slab size 40 is out of valid range"},
		{"1.6", Flags{Sizes: []int{100, 1 << 20}}, "slab size 1048576 is out of valid range"},
		{"1.6", Flags{Sizes: []int{100, 100}}, "slab size 100 cannot be lower than or equal to a previous class size"},
		{"1.6", Flags{Sizes: []int{100, 108}}, "slab size 108 must be at least 8 bytes larger than previous class"},
		{"1.6", Flags{Sizes: make([]int, 63)}, "too many slab classes specified"},
	} {
		v, err := Find(c.vintage)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Table(c.flags); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %s", c.vintage, c.flags, err, c.want)
		}
	}
}

// TestTablesHold: whatever is chosen, sizes grow or stay, a page has room for its chunks, and there are not too many.
func TestTablesHold(t *testing.T) {
	for _, name := range Names() {
		v, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []Flags{{}, {Bits: 32}, {Factor: 1.0000001}, {Factor: 1 << 30}, {ChunkMin: 1 << 30}, {ChunkMin: 1}} {
			if v.powers {
				f = Flags{Bits: f.Bits}
			}
			table := classes(t, name, f)
			what := fmt.Sprintf("%s %+v", name, f)
			if n := len(table.Classes); n == 0 || n > 200 {
				t.Errorf("%s: %d classes", what, n)
			}
			before := 0
			for _, c := range table.Classes {
				if c.Size < before || c.PerPage < 1 || table.End(c) < 0 || table.End(c) >= c.Size {
					t.Errorf("%s: %+v behind %d", what, c, before)
				}
				before = c.Size
			}
		}
	}
}
