package protocol

import (
	"testing"

	"gocached/compat"
)

// TestModernCuts: with the rules of 1.6 too the way in which a line is cut changes nothing, and plain lines are read as others.
func TestModernCuts(t *testing.T) {
	for _, in := range []string{
		"get a\r\nget a b \r\nget\r\n get a\r\n\r\nab\nabc\n", "set a 1 2 1\r\n1\r\nset a 0 3000000000 1 noreply\r\n1\r\n",
		"set a b 0 1 noreply\r\n1\r\ncas a 0 0 1\r\n1\r\nset a 0 0 x noreply\r\n", "delete a b c noreply\r\nfrob noreply\r\nbget a\r\n",
		"touch a +1\r\nincr a 18446744073709551616\r\nflush_all noreply\r\nflush_all x\r\n flush_all 1 2 3\r\nverbosity x\r\n",
		"get a " + key251 + " b\r\ngat 1 " + key251 + "\r\nversion x\r\nstats r s t\r\n",
	} {
		limits := Limits{StreamFrom: 16, Compat: compat.V1645}
		whole, _ := drive(t, &Parser{Limits: limits}, []byte(in), nil, nil)
		for _, cut := range [][]int{{1}, {3, 1, 7}, {40}} {
			cutUp, _ := drive(t, &Parser{Limits: limits}, []byte(in), cut, []int{1, 5})
			if got, want := show(cutUp), show(whole); got != want {
				t.Errorf("%q, cut %v:\n%s\nwhole:\n%s", in, cut, got, want)
			}
		}
	}
}
