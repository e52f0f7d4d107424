// Command with_telegraf reads a server as Telegraf does. Standard input is the recipe: the plugin's part of its
// configuration. It prints "enough" if all figures are there that a server has which is not memcached itself.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"regexp"

	"github.com/influxdata/telegraf/plugins/inputs/memcached"
	"github.com/influxdata/telegraf/testutil"
)

func main() {
	recipe, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	server := regexp.MustCompile(`(?m)^\[\[inputs\.memcached\]\]\n\s*servers = \["(.*)"\]$`).FindSubmatch(recipe)
	if server == nil {
		log.Fatalf("no server in %q", recipe)
	}
	var got testutil.Accumulator
	if err := (&memcached.Memcached{Servers: []string{string(server[1])}}).Gather(&got); err != nil {
		log.Fatal(err)
	}
	if len(got.Metrics) != 1 {
		log.Fatalf("%d measurements", len(got.Metrics))
	}
	fields := got.Metrics[0].Fields
	for _, name := range []string{"get_hits", "cmd_touch", "touch_hits", "touch_misses", "rejected_connections", "max_connections",
		"store_too_large", "store_no_memory", "hash_bytes", "bytes", "curr_items", "evictions", "uptime"} {
		if _, ok := fields[name].(int64); !ok {
			log.Fatalf("%s is %v", name, fields[name])
		}
	}
	fmt.Println("enough:", len(fields), "figures")
}
