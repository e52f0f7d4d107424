// Cases for twemproxy in front of three servers: proxy NUTCRACKER SERVER [FLAG ...]
//
// It starts everything itself, prints one line a case as its neighbours do, and between them lines "time KEYS
// THROUGH DIRECT": milliseconds that one get of so many keys takes, through the proxy and from one server.
package main

import (
	"fmt"
	"os"
	"time"

	"gocached/conformance/cases"
)

const keys = 10_000

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "arguments: NUTCRACKER SERVER [FLAG ...]")
		os.Exit(2)
	}
	house, err := start(os.Args[1], os.Args[2:])
	defer house.stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		house.stop()
		os.Exit(1)
	}
	fmt.Println("client twemproxy", house.version)
	house.cases()
	cases.Done()
}

func (h *house) cases() {
	var through, direct *client
	cases.Run("connect", func() {
		through, direct = dial(h.proxy), dial(h.servers[0])
	})
	cases.Run("set of 10000 keys", func() {
		through.setAll("k", keys)
		direct.setAll("d", keys)
	})
	cases.Run("get of 10000 keys, one after the other", func() {
		for i := range keys {
			cases.Same(through.get("k", i, i+1), []int{i})
		}
	})
	cases.Run("10000 keys in one get", func() { cases.Same(len(through.get("k", 0, keys)), keys) })
	cases.Run("each key is on one server", func() {
		total := 0
		for _, part := range h.parts() {
			if len(part) < keys/10 {
				cases.Fail(fmt.Sprint("only ", len(part), " keys are on a server"))
			}
			total += len(part)
		}
		cases.Same(total, keys)
	})
	for _, count := range []int{1000, 5000, 10_000} {
		cases.Run(fmt.Sprintf("time of %d keys", count), func() {
			took := best(through, "k", count)
			fmt.Printf("time %d %.1f %.1f\n", count, took, best(direct, "d", count))
			linear(count, took)
		})
	}
	cases.Run("a server stops: the others' keys stay", func() { h.loseOne() })
}

var first float64 // milliseconds of the smallest get through the proxy

// linear fails when ten times as many keys take a hundred times as long. Less than 200 ms never fails: a machine with
// other work is not a fault of the server.
func linear(count int, took float64) {
	if first == 0 {
		first = took
	}
	if took > 200 && took > 60*first {
		cases.Fail(fmt.Sprintf("%d keys take %.0f ms, and a thousand %.1f ms", count, took, first))
	}
}

// best returns the shortest of seven times that one get of that many keys takes, in milliseconds.
func best(c *client, prefix string, count int) float64 {
	shortest := time.Hour
	for range 7 {
		begin := time.Now()
		cases.Same(len(c.get(prefix, 0, count)), count)
		shortest = min(shortest, time.Since(begin))
	}
	return float64(shortest.Microseconds()) / 1000
}

// parts asks each server which of the keys it has.
func (h *house) parts() (parts [][]int) {
	for _, address := range h.servers {
		parts = append(parts, dial(address).get("k", 0, keys))
	}
	return parts
}

// loseOne stops the last server. The proxy notices at the first failure and deals the lost keys out to the others, so
// that they are missing, and may be stored again.
func (h *house) loseOne() {
	parts := h.parts()
	last := len(parts) - 1
	h.kill(last)
	lost := parts[last]
	h.notice(lost)
	again := dial(h.proxy)
	found := map[int]bool{}
	for _, i := range again.get("k", 0, keys) {
		found[i] = true
	}
	cases.Same(len(found), keys-len(lost))
	for _, part := range parts[:last] {
		for _, i := range part {
			if !found[i] {
				cases.Fail(fmt.Sprint("key ", i, " was on a server that still runs, and is lost"))
			}
		}
	}
	again.set("k", lost[0])
	cases.Same(again.get("k", lost[0], lost[0]+1), lost[:1])
}

// notice asks for lost keys until the proxy no longer answers with an error.
func (h *house) notice(lost []int) {
	for begin := time.Now(); time.Since(begin) < 5*time.Second; time.Sleep(20 * time.Millisecond) {
		if dial(h.proxy).misses("k", lost[0]) {
			return
		}
	}
	cases.Fail("the proxy did not notice that a server is gone")
}
