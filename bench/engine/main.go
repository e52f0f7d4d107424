// Program engine measures the default engine by itself: in this process, without sockets. One question, one file:
//
//	go run ./bench/engine growth    how long do calls take while the cache fills and its hash table grows?    growth.go
//	go run ./bench/engine size      what does a get cost among so many items, with and without huge pages?    size.go
//
// Each takes --items and other flags (-h lists them). The items are tiny, so that many fit: 50 million of them, the most that
// a question asks for by itself, take 3.5 GB. Figures of one machine are in bench/engine/RESULTS.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
)

// questions are the commands.
var questions = []struct {
	name  string
	setUp func(flags *flag.FlagSet) (answer func() error)
}{
	{"growth", growth},
	{"size", size},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	for _, q := range questions {
		if len(args) == 0 || q.name != args[0] {
			continue
		}
		flags := flag.NewFlagSet("engine "+q.name, flag.ExitOnError)
		answer := q.setUp(flags)
		_ = flags.Parse(args[1:]) // exits itself
		fmt.Printf("%s %s/%s, %d processors\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
		return answer()
	}
	return fmt.Errorf("usage: engine growth|size [flags]")
}
