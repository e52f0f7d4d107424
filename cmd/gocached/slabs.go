package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gocached/slabs"
	"gocached/slabs/table"
	"gocached/tool"
)

// slabsCommand returns "gocached slabs", which prints tables of slab classes and says how well they fit.
func slabsCommand() *cobra.Command {
	var o tool.Options
	var passwordFile, histogram string
	var f slabs.Flags
	cmd := &cobra.Command{
		Use:   "slabs [ADDRESS]",
		Short: "Show tables of slab classes, and which fit best",
		Long: `Without an address: the slab classes that a version of memcached makes of its flags.

With the address of a running server, gocached or memcached, as gocached tool takes it: what its
classes hold and waste, and classes that would fit its items better. The same from a histogram, which
is a saved answer to "stats sizes", for a server with the flags given. Servers before memcached 1.4.27
serve nobody while they count sizes.`,
		Example: `  gocached slabs                            # the classes of memcached 1.4.5, and of gocached
  gocached slabs -f 1.1 -n 24 --vintage 1.6
  gocached slabs 10.0.0.5:11211             # what a server wastes
  gocached slabs --histogram sizes.txt --vintage 1.6`,
		Args:              oneAddress,
		ValidArgsFunction: completeAddress,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			if len(args) == 0 && histogram == "" {
				return slabs.PrintTable(out, f)
			}
			if len(args) == 0 {
				return printHistogram(out, cmd.InOrStdin(), histogram, f)
			}
			if err := noTableFlags(cmd); err != nil {
				return err
			}
			var err error
			if o.Password, err = password(o.User, passwordFile, os.Getenv); err != nil {
				return err
			}
			return slabs.PrintServer(out, args[0], o)
		},
	}
	addTableFlags(cmd, &f)
	cmd.Flags().StringVar(&histogram, "histogram", "", "a `file` with an answer to stats sizes; - is the standard input")
	addAskingFlags(cmd, &o, &passwordFile)
	return cmd
}

// tableFlags are the names of those that a table is made of, which a running server says itself.
var tableFlags = []string{"slab-growth-factor", "slab-min-size", "max-item-size", "vintage", "bits", "slab-sizes", "slab-chunk-max"}

// addTableFlags adds them. Those that the server has too have the same names here.
func addTableFlags(cmd *cobra.Command, f *slabs.Flags) {
	flags := cmd.Flags()
	flags.FuncP("slab-growth-factor", "f", "growth `factor` from class to class (default 1.25)", func(text string) (err error) {
		f.Factor, err = strconv.ParseFloat(text, 64)
		return needs(err == nil && f.Factor != 0, "a number above 1")
	})
	addNumber(flags, "slab-min-size", "n", "room for key, value and flags in the smallest chunk, in `bytes` (default 48)", &f.ChunkMin)
	addNumber(flags, "max-item-size", "I", "`size` of the largest item, which may end in k or m (default 1m)", &f.ItemMax)
	flags.StringVar(&f.Vintage, "vintage", "1.4.5", "memcached's version, or series")
	flags.IntVar(&f.Bits, "bits", table.Bits, "of the machine: 64 or 32")
	flags.Func("slab-sizes", "-o slab_sizes of memcached 1.4.27 and later: `sizes` such as 100-200-1000", func(text string) error {
		f.Sizes = nil
		for word := range strings.SplitSeq(text, "-") {
			n, err := readSize(word)
			if err != nil {
				return err
			}
			f.Sizes = append(f.Sizes, n)
		}
		return nil
	})
	addNumber(flags, "slab-chunk-max", "", "-o slab_chunk_max of memcached 1.4.29 and later: `size` of the largest chunk", &f.ChunkMax)
	complete(cmd, "vintage", cobra.FixedCompletions(table.Names(), cobra.ShellCompDirectiveNoFileComp))
	complete(cmd, "bits", cobra.FixedCompletions([]string{"64", "32"}, cobra.ShellCompDirectiveNoFileComp))
}

// addNumber adds a flag that takes a number of bytes.
func addNumber(flags *pflag.FlagSet, name, letter, usage string, n *int) {
	flags.FuncP(name, letter, usage, func(text string) (err error) {
		*n, err = readSize(text)
		return err
	})
}

// readSize reads a number of bytes, which may end in k or m.
func readSize(text string) (int, error) {
	digits := strings.TrimRight(text, "kKmM")
	n, err := strconv.ParseUint(digits, 10, 31)
	switch strings.ToLower(text[len(digits):]) {
	case "k":
		n <<= 10
	case "m":
		n <<= 20
	case "":
	default:
		n = 0
	}
	return int(n), needs(err == nil && n > 0 && n <= math.MaxInt32, "a number of bytes, such as 500, 64k or 1m")
}

// needs returns an error that says what is taken, unless it was given.
func needs(given bool, what string) error {
	if given {
		return nil
	}
	return errors.New("it takes " + what)
}

// noTableFlags refuses flags that go without a server.
func noTableFlags(cmd *cobra.Command) error {
	for _, name := range append(tableFlags, "histogram") {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s goes without an address: a server says itself how it was started", name)
		}
	}
	return nil
}

// printHistogram reads a file, or the standard input if that is its name.
func printHistogram(out io.Writer, in io.Reader, name string, f slabs.Flags) error {
	if name == "-" {
		return slabs.PrintHistogram(out, in, "standard input", f)
	}
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("--histogram: %w", err)
	}
	defer file.Close()
	return slabs.PrintHistogram(out, file, name, f)
}

// completeAddress offers files, which unix sockets are, in the place of the server.
func completeAddress(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// oneAddress refuses more than a server.
func oneAddress(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%q is too much: gocached slabs asks one server at a time", args[1])
	}
	if len(args) == 1 {
		if _, err := strconv.Atoi(args[0]); err == nil {
			return numberIsNoServer(args[0])
		}
		if info, err := os.Stat(args[0]); err == nil && info.Mode().IsRegular() {
			return fmt.Errorf("%q is a file, not a server: did you mean --histogram %s?", args[0], args[0])
		}
	}
	return nil
}
