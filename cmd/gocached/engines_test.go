package main

import (
	"testing"

	"gocached/server/settings"
)

// TestEngines: each engine can be told from the others, and each of its keys of -o from the server's.
func TestEngines(t *testing.T) {
	names := map[string]bool{}
	for _, info := range engineInfos() {
		if names[info.Name] || info.Name == "" {
			t.Errorf("the name %q", info.Name)
		}
		names[info.Name] = true
		keys := map[string]bool{}
		for _, o := range append(settings.ExtendedTable(), info.Options...) {
			if keys[o.Key] || o.Key == "" || o.Help == "" {
				t.Errorf("-E %s: the key %q is there twice, or has no name or sentence", info.Name, o.Key)
			}
			if o.Default != "" && o.Fault(o.Default, true) != "" {
				t.Errorf("-o %s: the default %s is none of its values", o.Key, o.Default)
			}
			keys[o.Key] = true
		}
	}
	if !names[settings.Default().Engine] {
		t.Error("the default is none of them")
	}
}
