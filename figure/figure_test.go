package figure

import (
	"math"
	"testing"
	"time"
)

// TestValues: each value prints as memcached prints it, and is a number for whoever needs one.
func TestValues(t *testing.T) {
	for _, c := range []struct {
		value  Value
		text   string
		number float64
		ok     bool
	}{
		{Uint(0), "0", 0, true},
		{Uint(math.MaxUint64), "18446744073709551615", 1 << 64, true},
		{Int(-1), "-1", -1, true},
		{Int(math.MinInt64), "-9223372036854775808", -1 << 63, true},
		{Bool(true), "1", 1, true},
		{Bool(false), "0", 0, true},
		{Duration(0), "0.000000", 0, true},
		{Duration(12*time.Second + 34*time.Microsecond + 999), "12.000034", 12.000034999, true},
		{Text("1234"), "1234", 1234, true},
		{Text("0.25"), "0.25", 0.25, true},
		{Text("1.4.5"), "1.4.5", 0, false},
		{Text(""), "", 0, false},
		{Text("inf"), "inf", 0, false},
		{Text("NaN"), "NaN", 0, false},
		{Text("1e999"), "1e999", 0, false},
	} {
		if got := c.value.String(); got != c.text {
			t.Errorf("%+v prints %q, want %q", c.value, got, c.text)
		}
		if n, ok := c.value.Number(); ok != c.ok || ok && n != c.number {
			t.Errorf("%+v is %v, %v; want %v, %v", c.value, n, ok, c.number, c.ok)
		}
	}
}

// TestNames: a row knows its figures by their names, and no others.
func TestNames(t *testing.T) {
	rows := []Row{{Name: "get_hits"}, {Name: "{class}:get_hits"}, {Name: "items:{class}:number"}, {Name: "{size}"}}
	for _, c := range []struct{ name, row, label, word string }{
		{"get_hits", "get_hits", "", ""},
		{"12:get_hits", "{class}:get_hits", "12", "class"},
		{"items:3:number", "items:{class}:number", "3", "class"},
		{"96", "{size}", "96", "size"},
		{"", "", "", ""},
		{":get_hits", "", "", ""},
		{"items::number", "", "", ""},
		{"items:x:number", "", "", ""},
		{"items:3:numbers", "", "", ""},
		{"items:number", "", "", ""},
	} {
		f := Find(rows, c.name, Uint(1))
		known := c.row != ""
		if !known {
			c.row = c.name
		}
		if f.Name != c.name || f.Row.Name != c.row || f.Label != c.label || f.Row.Word() != c.word || f.Value != Uint(1) {
			t.Errorf("%q: %+v", c.name, f)
		}
		if known && f.Row.Named(c.label) != c.name {
			t.Errorf("%q with %q is %q", c.row, c.label, f.Row.Named(c.label))
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		row Row
		ok  bool
	}{
		{New("cmd_get", Counter, Keys, "Keys that were asked for."), true},
		{New("items:{class}:number", Gauge, Items, "Items. Of this class."), true},
		{New("{size}", Gauge, Items, "Items of this size."), true},
		{New("version", Info, None, "-V, in words."), true},
		{New("", Counter, None, "What."), false},
		{New("with space", Counter, None, "What."), false},
		{New("{class", Counter, None, "What."), false},
		{New("{a}{b}", Counter, None, "What."), false},
		{New("x", 0, None, "What."), false},
		{New("x", Gauge+1, None, "What."), false},
		{New("x", Info, Bytes, "What."), false},
		{New("x", Gauge, Bytes, ""), false},
		{New("x", Gauge, Bytes, "no capital."), false},
		{New("x", Gauge, Bytes, "No end"), false},
		{New("x", Gauge, Bytes, "A | breaks tables."), false},
		{New("x", Gauge, Bytes, "Two\nlines."), false},
	} {
		if err := c.row.Check(); err == nil != c.ok {
			t.Errorf("%+v: %v", c.row, err)
		}
	}
}

func TestContradicts(t *testing.T) {
	row := New("evictions", Counter, Items, "Items.")
	for _, c := range []struct {
		other Row
		want  bool
	}{
		{row, false},
		{New("other", Gauge, Bytes, "Bytes."), false},
		{New("evictions", Info, None, "On or off."), false},
		{New("evictions", Gauge, Items, "Items."), true},
		{New("evictions", Counter, Bytes, "Items."), true},
		{New("evictions", Counter, Items, "Others."), true},
	} {
		if row.Contradicts(&c.other) != c.want || c.other.Contradicts(&row) != c.want {
			t.Errorf("%+v: want %v", c.other, c.want)
		}
	}
}
