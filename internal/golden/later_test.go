package golden

import (
	"slices"
	"testing"
)

// TestLater: what is left out is there, and where gocached answers otherwise its answer is there.
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
		if !slices.ContainsFunc(cases, func(c *Case) bool { return c.Name == name && (c.Group == "modern" || c.Group == "meta") }) {
			t.Errorf("%s is left out and is no case", name)
		}
	}
	for _, c := range cases {
		if c.Server != "gocached" && c.Has("chosen") {
			t.Errorf("%s has no answer of gocached in %s", c.Name, chosenFile)
		}
	}
}

// TestChosen: each answer of gocached takes the place of one that was recorded, and stands in the file for that.
func TestChosen(t *testing.T) {
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Load(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, c := range cases {
		if recorded[c.Name] = true; c.Server == "gocached" {
			t.Errorf("%s was not recorded, and does not belong in %s.jsonl", c.Name, c.Group)
		}
	}
	chosen, err := loadFile(dir + "/" + chosenFile)
	if err != nil || len(chosen) == 0 {
		t.Fatalf("%d answers of gocached: %v", len(chosen), err)
	}
	for _, c := range chosen {
		if !recorded[c.Name] || c.Server != "gocached" {
			t.Errorf("%s: %s, of %q, takes the place of no recorded conversation, or another has taken it. "+
				"What no memcached knows is tested by Go tests, see testdata/golden/README.md", chosenFile, c.Name, c.Server)
		}
		delete(recorded, c.Name)
	}
}
