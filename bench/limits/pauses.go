package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// collection is a line that Go's runtime prints for each collection under GODEBUG=gctrace=1. The first and the last of
// the three times are those in which nothing else runs.
var collection = regexp.MustCompile(`(?m)^gc \d+ @\S+ \d+%: ([0-9.]+)\+[0-9.]+\+([0-9.]+) ms clock`)

// collectorPauses fills a server and then makes it allocate, by clients that come, ask and go, until the collector has
// run a few times. The figure is the longest pause of all, in which the collector waits for a processor as well.
func collectorPauses(t *trial) ([]float64, error) {
	limit := t.scale(1024, 64)
	srv, err := t.startWith([]string{"GODEBUG=gctrace=1"}, "-m", strconv.Itoa(limit), "-c", "3000")
	if err != nil {
		return nil, err
	}
	c, err := srv.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.storeAll(limit<<20/700, func(i int) (string, []byte) { return "key" + strconv.Itoa(i), pool[i%poolSize:][:600] })
	if c.err != nil {
		return nil, c.err
	}
	for range t.scale(10, 3) {
		all, err := srv.fill(1000)
		closeAll(all)
		if err != nil {
			return nil, err
		}
	}
	found := collection.FindAllStringSubmatch(srv.stderr.last(tailMost), -1)
	if len(found) == 0 {
		return nil, errors.New("the collector never ran")
	}
	var pauses []float64
	for _, line := range found {
		for _, text := range line[1:] {
			ms, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", line[0], err)
			}
			pauses = append(pauses, ms)
		}
	}
	slices.Sort(pauses)
	t.note("%d collections, median pause %.3f ms", len(found), pauses[len(pauses)/2])
	return pauses[len(pauses)-1:], nil
}
