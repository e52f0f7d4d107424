package enginetest

import (
	"gocached/clock"
	"gocached/engine"
)

func testArithmetic(h *Harness) {
	const top = 1<<64 - 1
	rows := []struct {
		value    string
		decrease bool
		delta    uint64
		result   uint64
		text     string
	}{
		{"5", false, 1, 6, "6"},
		{"9", false, 1, 10, "10"},
		{"5", true, 10, 0, "0"},
		{"1000", true, 1, 999, "999 "},
		{"999 ", true, 990, 9, "9   "},
		{"18446744073709551615", false, 1, 0, "0                   "},
		{"18446744073709551615", false, top, top - 1, "18446744073709551614"},
		{"12 abc", false, 1, 13, "13    "},
		{"+5", false, 1, 6, "6 "},
		{"", false, 7, 7, "7"},
		{" 12", true, 2, 10, "10 "},
		{"7", false, 0, 7, "7"},
	}
	for _, row := range rows {
		exptime := h.Clock.Now() + 10
		cas, _ := h.Put(engine.OpSet, "n", row.value, 42, exptime, 0)
		result, newCAS, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: row.delta, Decrease: row.decrease})
		h.Expect("status of "+row.value, status, engine.OK)
		h.Expect("result of "+row.value, result, row.result)
		found := h.Look("n")
		h.Expect("value of "+row.value, found, Found{row.text, 42, newCAS, true})
		h.Expect("CAS is new", newCAS > cas, true)
		h.Clock.Advance(10)
		h.Lacks("n") // the expiry stays
	}
}

func testArithmeticConditions(h *Harness) {
	cas := h.Set("n", "1")
	_, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1, CAS: cas + 1})
	h.Expect("wrong CAS", status, engine.Exists)
	_, cas, status = h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1, CAS: cas})
	h.Expect("right CAS", status, engine.OK)
	h.Expect("its new CAS", h.Look("n").CAS, cas)

	create := &engine.Arithmetic{Delta: 1, Create: true, Initial: 77, Exptime: h.Clock.Now() + 5}
	result, cas, status := h.Arithmetic([]byte("made"), create)
	h.Expect("create", status, engine.OK)
	h.Expect("initial", result, uint64(77))
	h.Expect("made", h.Look("made"), Found{"77", 0, cas, true})
	result, _, _ = h.Arithmetic([]byte("made"), create)
	h.Expect("no second time", result, uint64(78))
	h.Clock.Advance(5)
	h.Lacks("made")
	h.Put(engine.OpSet, "gone", "5", 0, clock.Past, 0)
	result, _, _ = h.Arithmetic([]byte("gone"), create)
	h.Expect("in place of an expired item", result, uint64(77))
}

func testNumbers(h *Harness) {
	for _, value := range []string{
		"abc", "12abc", "-5", "+", "-", "x1", "18446744073709551616", "99999999999999999999", "1.5", "\x00", "- 5", "0x5",
		" abc", "\tabc", "\r\nZ0", " \x00", " +", " - 5", // memcached 1.4.5 takes these for 0, and writes over them
	} {
		cas := h.Set("n", value)
		_, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
		h.Expect("status of "+value, status, engine.NonNumeric)
		h.Expect("left alone", h.Look("n"), Found{value, 0, cas, true})
	}
	for value, want := range map[string]uint64{
		"0": 0, "007": 7, "\t\n\v\f\r 8": 8, "12\x00abc": 12, "3\tx": 3, "   ": 0, "\t": 0, "\r\n": 0, "-0": 0, "18446744073709551615": 1<<64 - 1,
	} {
		h.Set("n", value)
		got, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{})
		h.Expect("status of "+value, status, engine.OK)
		h.Expect("number in "+value, got, want)
	}
}
