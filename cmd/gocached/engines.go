package main

import (
	"fmt"
	"io"
	"slices"

	"gocached/engine"
	"gocached/engine/delay"
	"gocached/engine/memory"
	"gocached/engine/null"
	"gocached/server/settings"
	"gocached/slab"
)

// engineRow is one engine that -E can name. Its name, and the keys of -o that are its own, stand in its Info.
type engineRow struct {
	make     func() engine.Engine
	describe func(io.Writer, *settings.Settings) // what -vv prints about it at the start, or nil
}

// engines is every engine there is.
var engines = [...]engineRow{
	{func() engine.Engine { return memory.New() }, printSlabs},
	{func() engine.Engine { return null.New() }, nil},
	{func() engine.Engine { return delay.New(memory.New()) }, printSlabs},
}

// engineInfos returns what every engine says of itself.
func engineInfos() []engine.Info {
	infos := make([]engine.Info, len(engines))
	for i := range engines {
		infos[i] = engines[i].make().Info()
	}
	return infos
}

// engineNames returns the names of all engines.
func engineNames() []string {
	var names []string
	for _, info := range engineInfos() {
		names = append(names, info.Name)
	}
	return names
}

// optionsOf returns the keys of -o: the server's, and those of the engines that are named.
func optionsOf(engines ...string) []engine.Option {
	all := settings.ExtendedTable()
	for _, info := range engineInfos() {
		if slices.Contains(engines, info.Name) {
			all = append(all, info.Options...)
		}
	}
	return all
}

// findEngine returns the row of an engine. That there is one was checked with the settings.
func findEngine(name string) *engineRow {
	for i, info := range engineInfos() {
		if info.Name == name {
			return &engines[i]
		}
	}
	panic("no engine " + name)
}

// printSlabs prints the table of slab classes, in the form of memcached 1.4.5, which tools read.
func printSlabs(w io.Writer, s *settings.Settings) {
	for i, size := range slab.Sizes(s.ItemMax, s.ChunkMin, s.Factor) {
		fmt.Fprintf(w, "slab class %3d: chunk size %9d perslab %7d\n", i+1, size, s.ItemMax/size)
	}
}
