package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// hashFlood stores keys that collide under a well-known function and as many random ones of the same length, and
// compares what a get costs: for each function the ratio of the least of some turns. The worst one counts.
func hashFlood(t *trial) ([]float64, error) {
	keys := t.scale(100_000, 10_000)
	worst := 0.0
	for i, c := range collisions {
		ratio, err := floodWith(t, c, keys, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		t.note("%s, %d keys: %.2f", c.name, keys, ratio)
		worst = max(worst, ratio)
	}
	return []float64{worst}, nil
}

func floodWith(t *trial, kind collision, n, stream int) (ratio float64, err error) {
	srv, err := t.start("-m", "256")
	if err != nil {
		return 0, err
	}
	defer srv.kill()
	c, err := srv.dial()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	random := t.random(stream)
	colliding := kind.keys(random, n)
	others := make([]string, n)
	for i := range others {
		key := make([]byte, len(colliding[0]))
		randomBytes(random, key)
		others[i] = string(key)
	}
	for _, keys := range [][]string{colliding, others} {
		c.storeAll(n, func(i int) (string, []byte) { return keys[i], []byte("value") })
		shuffle(random, keys)
	}
	var times [2][]time.Duration
	for range t.scale(9, 15) { // the short form has turns of a few milliseconds
		for i, keys := range [][]string{others, colliding} {
			before := srv.processor()
			c.getAll(keys)
			times[i] = append(times[i], srv.processor()-before)
		}
	}
	return float64(slices.Min(times[1])) / float64(slices.Min(times[0])), c.err
}

func shuffle(random *rand.Rand, keys []string) {
	random.Shuffle(len(keys), func(i, k int) { keys[i], keys[k] = keys[k], keys[i] })
}

// getAll asks for keys that are there, many in a line.
func (c *client) getAll(keys []string) {
	for some := range slices.Chunk(keys, 50) {
		c.send([]byte("get " + strings.Join(some, " ") + "\r\n"))
		for _, key := range some {
			c.expect("VALUE " + key + " 0 5")
			c.expect("value")
		}
		c.expect("END")
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
