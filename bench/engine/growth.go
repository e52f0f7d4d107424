package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// growth fills an engine as fast as one goroutine can, and has random items got of those already there, by another goroutine
// or (--alternate) by the same between its sets. It measures every call. The table doubles nine times on the way to 50
// million; no call should ever wait for that.
//
// For comparison it then does the same without growth: a tenth of the items is stored once more. And it measures what the machine
// itself takes away from a goroutine that does nothing but look at the clock. With two goroutines on two processors
// that is more: whatever else runs on the machine, even for a moment, takes the processor of one of them. So the longest
// times are given by the clock, and apart, what a thread ran and how long it slept (times.go).
func growth(flags *flag.FlagSet) func() error {
	items := flags.Int("items", 50_000_000, "items to store")
	run := flags.Int("run", 1, "keys in a get")
	alternate := flags.Bool("alternate", false, "get and set in turn, on one goroutine")
	return func() error {
		s, err := newStore(*items, 8)
		if err != nil {
			return err
		}
		defer s.close()
		fmt.Printf("%d items, gets of %d\n\n", *items, *run)
		printHeading()
		g := grower{store: s, items: *items, batch: newBatch(*run), alternate: *alternate}
		if err := g.fill("while the table grows"); err != nil {
			return err
		}
		g.items /= 10
		if err := g.fill("a tenth of them once more"); err != nil {
			return err
		}
		idle := newTimes(new(meter))
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
			idle.call(0, func() {})
		}
		fmt.Println("nothing, 5 s")
		idle.print("")
		fmt.Printf("\n%d items, %d buckets after %d doublings, %d MiB in huge pages\n",
			s.figure("hash_items"), s.figure("hash_buckets"), s.figure("hash_expansions"), hugeBytes()>>20)
		return nil
	}
}

// grower fills a store and gets from it.
type grower struct {
	*store
	items     int
	batch     *batch
	alternate bool
	stored    atomic.Int64

	sets, gets *times
}

// fill stores all items while items are got, and prints how long both took.
func (g *grower) fill(when string) error {
	setter := new(meter)
	getter := setter
	if !g.alternate {
		getter = new(meter)
	}
	g.sets, g.gets, g.batch.hits = newTimes(setter), newTimes(getter), 0
	start := time.Now()
	err := g.setAll()
	fmt.Printf("%s, %.1f s\n", when, time.Since(start).Seconds())
	g.sets.print("set")
	g.gets.print("get")
	if missed := int(g.gets.TotalCount())*len(g.batch.keys) - g.batch.hits; missed > 0 {
		return fmt.Errorf("%d gets missed", missed)
	}
	return err
}

func (g *grower) setAll() error {
	var done atomic.Bool
	var wg sync.WaitGroup
	if !g.alternate {
		wg.Go(func() {
			for !done.Load() {
				g.get()
			}
		})
	}
	defer wg.Wait()
	defer done.Store(true)
	for i := range g.items {
		var err error
		g.sets.call(i, func() { err = g.set(i) })
		if err != nil {
			return err
		}
		if g.stored.Load() <= int64(i) {
			g.stored.Store(int64(i + 1))
		}
		if g.alternate {
			g.get()
		}
	}
	return nil
}

// get gets items of those that are stored.
func (g *grower) get() {
	n := int(g.stored.Load())
	if n == 0 {
		return
	}
	g.batch.choose(n)
	g.gets.call(n, func() { g.Get(g.batch.keys, g.batch) })
}
