package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"gocached/bench/process"
)

// options are what the command line asks for.
type options struct {
	short   bool
	seed    uint64
	gctrace bool
	corpus  string
	only    []string
	ours    string   // the program
	peers   []target // others
}

// target is a server that is attacked.
type target struct {
	name, program string
	ours          bool
	env           []string // as NAME=VALUE
}

func main() {
	if isReference() {
		fmt.Fprintln(os.Stderr, "reference:", serveReference(os.Args))
		os.Exit(1)
	}
	opts, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(2)
	}
	process.EndTogether()
	raiseFiles()
	if !runAll(opts) {
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	opts := &options{}
	flags := flag.NewFlagSet("limits", flag.ExitOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "limits [flags] PROGRAM    attacks a gocached binary and holds the costs against bounds")
		flags.PrintDefaults()
		fmt.Fprintln(flags.Output(), "The attacks:")
		for _, a := range attacks {
			fmt.Fprintf(flags.Output(), "  %-18s %s\n", a.name, a.what)
		}
	}
	only := flags.String("only", "", "the attacks to make, with commas (default: all)")
	flags.BoolVar(&opts.short, "short", false, "smaller attacks, three minutes in all")
	flags.BoolVar(&opts.gctrace, "gctrace", false, "show what Go's runtime says of each collection (pauses)")
	flags.Uint64Var(&opts.seed, "seed", 1, "seed of everything random")
	flags.StringVar(&opts.corpus, "corpus", "testdata/golden", "folder with recorded conversations")
	none := false
	flags.Func("peer", "another server to attack, as NAME=PROGRAM, or none; may be repeated (default: the memcached in PATH)",
		func(v string) error {
			name, program, ok := strings.Cut(v, "=")
			if none = none || v == "none"; v == "none" {
				return nil
			}
			if !ok {
				return fmt.Errorf("it must have the form NAME=PROGRAM")
			}
			opts.peers = append(opts.peers, target{name: name, program: program})
			return nil
		})
	_ = flags.Parse(args)
	if flags.NArg() != 1 {
		return nil, fmt.Errorf("name the gocached binary, such as bin/gocached")
	}
	opts.ours = flags.Arg(0)
	if memcached, err := exec.LookPath("memcached"); err == nil && len(opts.peers) == 0 && !none {
		opts.peers = []target{{name: "memcached", program: memcached}}
	}
	if *only != "" {
		opts.only = strings.Split(*only, ",")
	}
	for _, name := range opts.only {
		if !known(name) {
			return nil, fmt.Errorf("there is no attack %s; --help lists them", name)
		}
	}
	for _, t := range append(opts.peers, target{name: "gocached", program: opts.ours}) {
		if _, err := exec.LookPath(t.program); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return opts, nil
}

// raiseFiles raises the limit on open files as far as the system allows.
func raiseFiles() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}
