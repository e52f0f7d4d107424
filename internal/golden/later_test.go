package golden

import (
	"slices"
	"testing"
)

// TestLater: what is left out is there, and what gocached answers otherwise has its answer.
func TestLater(t *testing.T) {
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Load(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	for name := range Later {
		if !slices.ContainsFunc(cases, func(c *Case) bool { return c.Name == name && c.Group == "modern" }) {
			t.Errorf("%s is left out and is no case", name)
		}
	}
	ours := 0
	for _, c := range cases {
		if c.Server == "gocached" {
			ours++
		} else if c.Has("chosen") {
			t.Errorf("%s has no answer of gocached", c.Name)
		}
	}
	chosen, err := loadFile(dir + "/" + chosenFile)
	if err != nil || ours != len(chosen) {
		t.Errorf("%d of %d answers of gocached take the place of another (%v)", ours, len(chosen), err)
	}
}
