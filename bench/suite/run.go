package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"gocached/bench"
)

// run is a suite under way.
type run struct {
	options
	results *results
}

// all measures every load that was asked for. What fails is in the results.
func (r *run) all() error {
	for i := range loads {
		if l := &loads[i]; r.only.MatchString(l.name) {
			if err := r.keep(func() { r.results.put(r.measure(l)) }, l.name); err != nil {
				return err
			}
		}
	}
	for _, g := range generators {
		if !r.only.MatchString(g.name) {
			continue
		}
		if err := r.keep(func() { r.results.putOthers(g.name, g.measure(r)) }, g.name); err != nil {
			return err
		}
	}
	return nil
}

// generators are the other tools that put a load on servers.
var generators = []struct {
	name    string
	measure func(*run) []other
}{
	{redisTool, (*run).redis},
	{slapTool, (*run).memcaslap},
}

// keep measures something and writes the results so far, so that a run that is stopped leaves what it has.
func (r *run) keep(measure func(), name string) error {
	fmt.Fprintf(os.Stderr, "%s\n", name)
	measure()
	debug.FreeOSMemory() // the next load begins as the first did
	if r.json != "" {
		if err := r.results.write(r.json); err != nil {
			return err
		}
	}
	if r.out == "" {
		return nil
	}
	var b strings.Builder
	r.results.markdown(&b)
	return os.WriteFile(r.out, []byte(b.String()), 0o666)
}

// measure puts a standard load on fresh servers.
func (r *run) measure(l *load) row {
	out := row{Load: l.name, Shows: l.shows}
	able := slices.DeleteFunc(slices.Clone(r.peers), func(p peer) bool {
		why := p.kind().cannot(l)
		if why != "" {
			out.LeftOut = append(out.LeftOut, p.name+": "+why)
		}
		return why != ""
	})
	cfg, err := l.config(r.size)
	if err == nil {
		err = with(able, r.fresh(l.transport()), func(started []*server) (err error) {
			var targets []bench.Target
			for i, s := range started {
				targets = append(targets, bench.Target{Name: able[i].name, Address: s.address(l.transport())})
			}
			out.Report, err = bench.Load(targets, cfg)
			return err
		})
	}
	if err != nil {
		out.Failed = strings.ReplaceAll(err.Error(), "\n", "; ")
		fmt.Fprintf(os.Stderr, "*** %s: %v\n", l.name, err)
		return out
	}
	bench.PrintLoad(os.Stderr, out.Report)
	return out
}
