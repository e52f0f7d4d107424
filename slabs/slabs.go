// Package slabs tells how well the slab classes of a server fit the items in it, and which would fit them better.
//
// Read this file; server.go, what a server is asked for, or histogram.go, what was saved; population.go and evidence.go, what
// follows about the sizes of the items; cost.go, what they take in a table of classes; optimal.go and factor.go, the table in
// which they take least; report.go. Package table makes the tables.
//
// Servers and files are not trusted: whatever they say, the work takes a few megabytes and less than a second.
package slabs

import (
	"io"

	"gocached/slabs/table"
	"gocached/tool"
)

// Flags are the flags of a server that is not asked, and its version.
type Flags struct {
	table.Flags
	Vintage string
}

// usualLimit is the -m of a server that does not say it, in bytes.
const usualLimit = 64 << 20

// PrintTable prints the table of classes that a version makes of its flags.
func PrintTable(out io.Writer, f Flags) error {
	v, err := table.Find(f.Vintage)
	if err != nil {
		return err
	}
	t, err := v.Table(f.Flags)
	if err != nil {
		return err
	}
	printTable(out, v, v.Fill(f.Flags), t)
	return nil
}

// PrintServer prints what the classes of a running server waste, and better ones.
func PrintServer(out io.Writer, address string, o tool.Options) error {
	var s *server
	err := tool.Ask(address, o, func(ask tool.Asker) (err error) {
		s, err = readServer(ask)
		return err
	})
	if err != nil {
		return err
	}
	h, err := s.holding()
	if err != nil {
		return err
	}
	h.print(out)
	return nil
}

// PrintHistogram prints what the classes of a server with these flags waste on the items of a saved answer to "stats sizes", and
// better ones. name is what to call it in errors.
func PrintHistogram(out io.Writer, in io.Reader, name string, f Flags) error {
	v, err := table.Find(f.Vintage)
	if err != nil {
		return err
	}
	t, err := v.Table(f.Flags)
	if err != nil {
		return err
	}
	sizes, err := readHistogram(in, name)
	if err != nil {
		return err
	}
	h := holding{title: "memcached " + v.String(), vintage: v, flags: v.Fill(f.Flags), table: t, limit: usualLimit, counted: true}
	h.items = newCurve(h.pieces(&sizes.population))
	h.classes = h.estimated()
	h.print(out)
	return nil
}
