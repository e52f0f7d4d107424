package main

import (
	"fmt"
	"io"
	"strings"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/engine/null"
	"gocached/server/settings"
	"gocached/slab"
)

// engineRow is one engine that -E can name.
type engineRow struct {
	name     string
	make     func() engine.Engine
	describe func(io.Writer, *settings.Settings) // what -vv prints about it at the start, or nil
}

// engines is every engine there is.
var engines = [...]engineRow{
	{"memory", func() engine.Engine { return memory.New() }, printSlabs},
	{"null", func() engine.Engine { return null.New() }, nil},
}

// findEngine returns the row of an engine.
func findEngine(name string) (*engineRow, error) {
	var names []string
	for i := range engines {
		if engines[i].name == name {
			return &engines[i], nil
		}
		names = append(names, engines[i].name)
	}
	return nil, exit(settings.ExitFault, "Unknown engine: %s\n -- should be one of %s", name, strings.Join(names, ", "))
}

// printSlabs prints the table of slab classes, in the form of memcached 1.4.5, which tools read.
func printSlabs(w io.Writer, s *settings.Settings) {
	for i, size := range slab.Sizes(s.ItemMax, s.ChunkMin, s.Factor) {
		fmt.Fprintf(w, "slab class %3d: chunk size %9d perslab %7d\n", i+1, size, s.ItemMax/size)
	}
}
