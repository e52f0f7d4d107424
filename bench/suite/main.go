package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gocached/bench/process"
)

// options are what the command line asks for.
type options struct {
	peers []peer // in their order; the last is gocached
	only  *regexp.Regexp
	size  size
	cpu   string
	out   string
	json  string
	add   bool
	from  string // what gocached was built from
	hits  hitOptions
}

func main() {
	opts, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(2)
	}
	process.EndTogether()
	if opts.hits.wanted {
		os.Exit(runHits(opts))
	}
	r := &run{options: *opts, results: &results{}}
	if err := r.begin(); err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(2)
	}
	if err := r.all(); err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(1)
	}
	if r.out == "" {
		r.results.markdown(os.Stdout)
	}
	if faults := r.results.faults(); faults != nil {
		fmt.Fprintf(os.Stderr, "*** not all went well:\n  %s\n", strings.Join(faults, "\n  "))
	}
	if r.results.broken() {
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	opts := &options{}
	f := flag.NewFlagSet("suite", flag.ContinueOnError)
	f.Usage = func() { usage(f) }
	f.Func("peer", "a server to compare with, as NAME=PROGRAM or NAME=\"PROGRAM FLAGS\"; may be repeated", func(text string) error {
		p, err := parsePeer(text)
		opts.peers = append(opts.peers, p)
		return err
	})
	opts.hits.addFlags(f)
	only := f.String("only", "", "measure the loads whose names this regular expression fits")
	short := f.Bool("short", false, "all loads in half a minute: to see that they work")
	f.IntVar(&opts.size.rounds, "rounds", 5, "turns of each server under each load")
	f.DurationVar(&opts.size.turn, "time", time.Second, "length of a turn")
	f.StringVar(&opts.cpu, "cpu", "", "processor that all servers run on, by taskset; bind this program to the others")
	f.StringVar(&opts.out, "out", "", "file for the document; the default is the standard output")
	f.StringVar(&opts.json, "json", "", "file for all figures")
	f.StringVar(&opts.from, "from", "", "commit that gocached was built from, for the document")
	f.BoolVar(&opts.add, "add", false, "keep what --json holds of other loads, if it is of the same servers")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() != 1 {
		return nil, errors.New("name the gocached binary, such as bin/gocached")
	}
	ours, err := parsePeer("gocached=" + f.Arg(0))
	if err != nil {
		return nil, err
	}
	opts.peers = append(opts.peers, ours)
	opts.size.keys = manyKeys
	if *short {
		opts.size = size{keys: 20_000, rounds: 1, turn: 100 * time.Millisecond}
		opts.hits.short = true
	}
	if opts.only, err = regexp.Compile(*only); err != nil {
		return nil, fmt.Errorf("--only: %w", err)
	}
	return opts, opts.check()
}

// check says what no run can be made of.
func (o *options) check() error {
	faults := []error(nil)
	names := map[string]bool{}
	for _, p := range o.peers {
		if names[p.name] {
			faults = append(faults, fmt.Errorf("two servers are called %s", p.name))
		}
		names[p.name] = true
	}
	for i := range loads {
		if _, err := loads[i].config(o.size); err != nil {
			return errors.Join(append(faults, err)...)
		}
	}
	if o.cpu != "" {
		_, err := exec.LookPath("taskset")
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// begin names the servers in the results, which are those of an earlier run if they are to be added to.
func (r *run) begin() error {
	if r.add {
		if err := readEarlier(r.json, r.results); err != nil {
			return err
		}
	}
	return r.results.adopt(r.programs(plenty), r.cpu)
}

// programs says of each server how it is called with so many megabytes.
func (o *options) programs(memory int) (servers []program) {
	for _, p := range o.peers {
		command := append([]string{filepath.Base(p.command[0])}, p.command[1:]...)
		command = append(command, p.kind().flags(place{port: 11211, memory: memory})...)
		servers = append(servers, program{p.name, p.version(), strings.Join(command, " ")})
	}
	if o.from != "" {
		servers[len(servers)-1].Version += ", commit " + o.from
	}
	return servers
}

func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "suite [flags] PROGRAM    measures the standard loads on a gocached binary and its peers")
	f.PrintDefaults()
	fmt.Fprintln(f.Output(), "The loads:")
	for i := range loads {
		fmt.Fprintf(f.Output(), "  %-30s %s\n", loads[i].name, loads[i].shows)
	}
	for _, g := range generators {
		fmt.Fprintf(f.Output(), "  %-30s another generator\n", g.name)
	}
}
