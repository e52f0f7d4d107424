package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocached/bench"
	"gocached/bench/replay"
)

// hitOptions are what the command line asks of a run that compares hit ratios.
type hitOptions struct {
	wanted bool
	short  bool
	trace  string // file
	seed   uint64
}

func (o *hitOptions) addFlags(f *flag.FlagSet) {
	f.BoolVar(&o.wanted, "hits", false, "compare hit ratios and memory instead of costs")
	f.StringVar(&o.trace, "trace", "", "with --hits: a recorded trace to play beside the loads that are made by rules")
	f.Uint64Var(&o.seed, "seed", 1, "with --hits: number that the loads are made from")
}

// Of a short run: how much shorter its loads are, and the megabytes beyond which it does not go.
const (
	shortScale  = 0.04
	shortMemory = 8
)

// traceMemory are the megabytes of -m at which a recorded trace is played.
var traceMemory = []int{8, 16, 24, 32}

// hitPlan is a row that is still to be measured.
type hitPlan struct {
	name, shows string
	memory      int
	trace       func() (replay.Trace, error)
}

// plans lists all rows.
func (o *hitOptions) plans() (plans []hitPlan) {
	if o.trace != "" {
		for _, m := range traceMemory {
			plans = append(plans, hitPlan{filepath.Base(o.trace), "recorded", m, o.recorded})
		}
	}
	for _, l := range replay.Loads {
		for _, m := range o.memory(l) {
			plans = append(plans, hitPlan{l.Name, l.Shows, m, func() (replay.Trace, error) {
				return l.Trace(o.seed, m, o.scale()), nil
			}})
		}
	}
	return plans
}

// memory are the megabytes at which a load is played.
func (o *hitOptions) memory(l *replay.Load) []int {
	if o.short {
		return []int{min(l.Memory[0], shortMemory)}
	}
	return l.Memory
}

func (o *hitOptions) scale() float64 {
	if o.short {
		return shortScale
	}
	return 1
}

func (o *hitOptions) recorded() (replay.Trace, error) { return replay.LoadRecorded(o.trace) }

// runHits measures all rows that were asked for, and returns an exit status. What fails is in the results.
func runHits(o *options) int {
	r, err := o.beginHits()
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		return 2
	}
	for _, plan := range o.hits.plans() {
		name := fmt.Sprintf("%s, -m %d", plan.name, plan.memory)
		if !o.only.MatchString(name) {
			continue
		}
		fmt.Fprintln(os.Stderr, name)
		r.put(o.measureHits(plan))
		if err := r.keep(o); err != nil {
			fmt.Fprintln(os.Stderr, "suite:", err)
			return 1
		}
	}
	if o.out == "" {
		fmt.Print(r.markdown())
	}
	if faults := r.faults(); faults != nil {
		fmt.Fprintf(os.Stderr, "*** not all went well:\n  %s\n", strings.Join(faults, "\n  "))
		return 1
	}
	return 0
}

// measureHits plays a load on fresh servers.
func (o *options) measureHits(plan hitPlan) hitRow {
	row := hitRow{Load: plan.name, Shows: plan.shows, Memory: plan.memory, At: time.Now().UTC()}
	trace, err := plan.trace()
	if err == nil {
		row.Rate = trace.Rate
		cfg := replay.Config{Trace: trace, Conns: 4, Batch: 16, Held: true}
		err = with(o.peers, how{cpu: o.cpu, transport: "tcp", memory: plan.memory}, func(started []*server) error {
			var targets []bench.Target
			for i, s := range started {
				targets = append(targets, bench.Target{Name: o.peers[i].name, Address: s.address("tcp")})
			}
			results, err := replay.OnAll(targets, cfg)
			for _, res := range results {
				row.Servers = append(row.Servers, hitServer{res.Target.Name, res})
			}
			return err
		})
	}
	if err != nil {
		row.Failed, row.Servers = cmp.Or(strings.ReplaceAll(err.Error(), "\n", "; "), "?"), nil
		fmt.Fprintf(os.Stderr, "*** %s, -m %d: %v\n", plan.name, plan.memory, err)
		return row
	}
	replay.PrintRows(os.Stderr, []replay.Row{row.asTable()})
	return row
}
