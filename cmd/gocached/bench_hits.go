package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gocached/bench"
	"gocached/bench/replay"
)

// hitOptions are what "gocached bench hits" is asked for.
type hitOptions struct {
	loads  []string
	traces []string
	seed   uint64
	memory int
	scale  float64
	cfg    replay.Config
}

// hitsCommand returns "gocached bench hits".
func hitsCommand() *cobra.Command {
	var servers []string
	o := hitOptions{cfg: replay.Config{Held: true}}
	cmd := &cobra.Command{
		Use:   "hits --load NAME... --server NAME=ADDRESS...",
		Short: "Compare hit ratios and memory under loads made by rules",
		Long: `Play loads on all servers at the same time: hit ratio, misses compared with the first server's,
items and bytes that they hold. A get that misses is followed by a set, and every value is checked. The
first third of a load is not counted, nor the first fifth of a recorded trace. Start with servers that
are empty, with the same -m; each further load meets what the one before it has left.

The loads:
` + listHitLoads(),
		Example: `  gocached bench hits --load zipf --load scan --server memcached=127.0.0.1:11311 --server ours=127.0.0.1:11211
  gocached bench hits --trace day.csv.gz --server ours=127.0.0.1:11211`,
		Args: noAddresses,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := parseTargets(cmd, servers)
			if err != nil {
				return err
			}
			return o.run(cmd, targets)
		},
	}
	addServerFlag(cmd, &servers)
	o.addFlags(cmd)
	return cmd
}

func (o *hitOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.loads, "load", nil, "load to play; may be given several times")
	f.StringArrayVar(&o.traces, "trace", nil, "file to play, as replay takes it; may be given several times")
	f.Uint64Var(&o.seed, "seed", 1, "number that the loads are made from")
	f.IntVar(&o.memory, "memory", 0, "megabytes of the servers, which a fill fills twice; 0 asks the first server")
	f.Float64Var(&o.scale, "scale", 1, "how many times as long as usual the loads are")
	f.IntVar(&o.cfg.Conns, "conns", 4, "connections to each server")
	f.IntVar(&o.cfg.Batch, "batch", 16, "requests sent before the first answer is read")
	complete(cmd, "load", cobra.FixedCompletions(hitLoadNames(), cobra.ShellCompDirectiveNoFileComp))
}

func hitLoadNames() (names []string) {
	for _, l := range replay.Loads {
		names = append(names, l.Name)
	}
	return names
}

// listHitLoads lists them for the help.
func listHitLoads() string {
	var b strings.Builder
	for _, l := range replay.Loads {
		fmt.Fprintf(&b, "  %-15s %s\n", l.Name, l.Shows)
	}
	return b.String() + "  fill:KEY,VALUE  the same with any other sizes"
}

// namedTrace is a trace to be played, and what the table calls it.
type namedTrace struct {
	name string
	replay.Trace
}

// run plays everything and prints one table.
func (o *hitOptions) run(cmd *cobra.Command, targets []bench.Target) error {
	if err := o.check(); err != nil {
		return err
	}
	traces, err := o.collect(targets[0])
	if err != nil {
		return err
	}
	var rows []replay.Row
	for _, t := range traces {
		bar := newBar(cmd.ErrOrStderr(), int64(t.Count*len(targets)), t.name)
		o.cfg.Trace = t.Trace
		o.cfg.Progress = func(n int) { bar.Add(n) }
		results, err := replay.OnAll(targets, o.cfg)
		bar.Clear()
		if err != nil {
			return err
		}
		rows = append(rows, replay.Row{Load: t.name, Memory: o.memory, Results: results})
	}
	replay.PrintRows(cmd.OutOrStdout(), rows)
	return nil
}

func (o *hitOptions) check() error {
	switch {
	case len(o.loads)+len(o.traces) == 0:
		return fmt.Errorf("which load? Give --load NAME (%s) or --trace FILE", strings.Join(hitLoadNames(), " "))
	case !(o.scale > 0 && o.scale <= 1000):
		return fmt.Errorf("--scale is %v, but must be above 0, and 1000 at most", o.scale)
	case o.memory < 0 || o.memory > 1<<20:
		return fmt.Errorf("--memory is %d, but must be from 1 to %d megabytes, or 0 to ask the first server", o.memory, 1<<20)
	case o.cfg.Conns < 1 || o.cfg.Conns > 1000 || o.cfg.Batch < 1 || o.cfg.Batch > 1000:
		return errors.New("--conns and --batch must be from 1 to 1000")
	}
	return nil
}

// collect reads the files, and makes the loads for servers like the first.
func (o *hitOptions) collect(first bench.Target) (traces []namedTrace, err error) {
	for _, path := range o.traces {
		trace, err := replay.LoadRecorded(path)
		if err != nil {
			return nil, err
		}
		traces = append(traces, namedTrace{filepath.Base(path), trace})
	}
	if len(o.loads) == 0 {
		return traces, nil
	}
	var loads []*replay.Load
	for _, name := range o.loads {
		l, err := replay.FindLoad(name)
		if err != nil {
			return nil, fmt.Errorf("--load: %w", err)
		}
		loads = append(loads, l)
	}
	if o.memory == 0 {
		if o.memory, err = first.MemoryLimit(); errors.Is(err, bench.ErrNoLimit) {
			return nil, fmt.Errorf("%w; give --memory", err)
		} else if err != nil {
			return nil, err
		}
	}
	for _, l := range loads {
		traces = append(traces, namedTrace{l.Name, l.Trace(o.seed, o.memory, o.scale)})
	}
	return traces, nil
}
