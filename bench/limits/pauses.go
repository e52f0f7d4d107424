package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"gocached/bench/process"
)

// collection is a line that Go's runtime prints for each collection under GODEBUG=gctrace=1. The first and the last of
// the three times are those in which nothing else runs.
var collection = regexp.MustCompile(`(?m)^gc \d+ @\S+ \d+%: ([0-9.]+)\+[0-9.]+\+([0-9.]+) ms clock.*$`)

// collectorPauses fills a server and then makes it allocate, by clients that come, ask and go, until the collector has
// run a few times. The figure is the longest pause of a turn, in the median of the turns; --gctrace shows all of them.
//
// What Go's runtime calls a pause includes the time in which a thread that it wants to stop, or itself, waits for a
// processor, because other threads have them all: a millisecond or two where the clients share two processors with the
// server. That is no time of the collector's; anybody else would have waited as long. So the threads of this server
// come before all others, if we have the right (process.StartFirst).
func collectorPauses(t *trial) ([]float64, error) {
	limit := t.scale(1024, 64)
	srv, err := t.startTraced("-m", strconv.Itoa(limit), "-c", "3000")
	if err != nil {
		return nil, err
	}
	c, err := t.dial(srv)
	if err != nil {
		return nil, err
	}
	c.storeAll(limit<<20/700, func(i int) (string, []byte) { return "key" + strconv.Itoa(i), pool[i%poolSize:][:600] })
	if c.err != nil {
		return nil, c.err
	}
	var longest, all []float64
	for range 5 {
		pauses, err := t.churnPauses(srv)
		if err != nil {
			return nil, err
		}
		all = append(all, pauses...)
		longest = append(longest, slices.Max(pauses))
	}
	slices.Sort(longest)
	slices.Sort(all)
	t.note("%d pauses, median %.3f ms, longest of each turn %v ms", len(all), all[len(all)/2], longest)
	return []float64{longest[len(longest)/2]}, nil
}

// startTraced starts the server with a trace of its collections, before all others if we may.
func (t *trial) startTraced(flags ...string) (*server, error) {
	trace := []string{"GODEBUG=gctrace=1"}
	srv, err := startServer(process.StartFirst, t.target.program, trace, flags)
	if errors.Is(err, errors.ErrUnsupported) {
		t.note("the server may not come before other processes, so its pauses hold the waits for a processor: %v", err)
		srv, err = startServer(process.Start, t.target.program, trace, flags)
	}
	return t.keep(srv, err)
}

// churnPauses lets clients come and go until there have been two collections, and returns the pauses in milliseconds.
func (t *trial) churnPauses(srv *server) (pauses []float64, err error) {
	before := len(collection.FindAllString(srv.Said(1<<20), -1))
	for range 100 {
		all, err := srv.fill(guests)
		closeAll(all)
		if err != nil {
			return nil, err
		}
		found := collection.FindAllStringSubmatch(srv.Said(1<<20), -1)[before:]
		if len(found) < 2 {
			continue
		}
		for _, line := range found {
			if t.gctrace {
				t.note("%s", line[0])
			}
			for _, text := range line[1:] {
				ms, err := strconv.ParseFloat(text, 64)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", line[0], err)
				}
				pauses = append(pauses, ms)
			}
		}
		return pauses, nil
	}
	return nil, errors.New("the collector does not run")
}
