package main

import (
	"strings"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/engine/null"
	"gocached/server"
)

// engines is every engine that -E can name.
var engines = [...]struct {
	name string
	make func() engine.Engine
}{
	{"memory", func() engine.Engine { return memory.New() }},
	{"null", func() engine.Engine { return null.New() }},
}

// newEngine makes the engine of that name.
func newEngine(name string) (engine.Engine, error) {
	var names []string
	for _, e := range engines {
		if e.name == name {
			return e.make(), nil
		}
		names = append(names, e.name)
	}
	return nil, exit(server.ExitFault, "Unknown engine: %s\n -- should be one of %s", name, strings.Join(names, ", "))
}
