package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// size measures what a get costs among more and more items. What grows is the share of accesses that miss the processor's
// caches: how many items are looked at for a get (probes) depends on the items to a bucket, which stay between 3/4 and 3/2.
//
// For a random hash a hit looks at 1 + items/buckets/2 items on average; assoc.TestProbes holds the table to that.
func size(flags *flag.FlagSet) func() error {
	list := flags.String("items", "10000,100000,1000000,10000000,50000000", "numbers of items, ascending")
	value := flags.Int("value", 8, "bytes in the longest value, at least 7; the shortest has 6 less")
	huge := flags.Bool("huge", true, "let the system use huge pages")
	length := flags.Duration("time", time.Second, "how long each cost is measured")
	return func() error {
		if err := setHugePages(*huge); err != nil {
			return err
		}
		return printSizes(strings.Split(*list, ","), *value, *length)
	}
}

func printSizes(list []string, value int, length time.Duration) error {
	most, err := strconv.Atoi(list[len(list)-1])
	if err != nil {
		return err
	}
	s, err := newStore(most, value)
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Println("     items    buckets  items/bucket  probes  huge pages  ns/get, run of 1  run of 64")
	stored := 0
	for _, text := range list {
		items, err := strconv.Atoi(text)
		if err != nil || items < stored {
			return errors.Join(err, fmt.Errorf("items %s: not ascending", text))
		}
		for ; stored < items; stored++ {
			if err := s.set(stored); err != nil {
				return err
			}
		}
		buckets := s.figure("hash_buckets")
		load := float64(items) / float64(buckets)
		fmt.Printf("%10d %10d  %12.2f  %6.2f  %6d MiB  %16.0f  %9.0f\n", items, buckets, load, 1+load/2, hugeBytes()>>20,
			s.cost(items, 1, length), s.cost(items, 64, length))
	}
	return nil
}

// cost is what a get of a random item costs, in nanoseconds, in runs of so many. Making the keys is not counted.
func (s *store) cost(items, run int, length time.Duration) float64 {
	const keys = 4096
	b := newBatch(keys)
	var spent time.Duration
	for n := 1; ; n++ {
		b.choose(items)
		start := time.Now()
		for at := 0; at < keys; at += run {
			s.Get(b.keys[at:at+run], b)
		}
		if spent += time.Since(start); spent >= length {
			if b.hits != n*keys {
				panic(fmt.Sprint("misses: ", n*keys-b.hits))
			}
			return float64(spent.Nanoseconds()) / float64(b.hits)
		}
	}
}

// hugeBytes is how much memory of this process is in huge pages; 0 where the system does not tell.
func hugeBytes() int {
	text, _ := os.ReadFile("/proc/self/smaps_rollup")
	_, rest, _ := strings.Cut(string(text), "AnonHugePages:")
	var kib int
	fmt.Sscan(rest, &kib)
	return kib << 10
}
