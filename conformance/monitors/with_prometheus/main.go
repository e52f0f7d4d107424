// Command with_prometheus reads a server as memcached_exporter does. Standard input is the recipe: a command line with
// --memcached.address. It prints "enough" if all figures are there that a server has which is not memcached itself.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"time"

	kitlog "github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/memcached_exporter/pkg/exporter"
)

// wanted are the figures that every server of the protocol has, with -o modern_stats. What is left out tells of the
// segments of memcached's LRU, its crawler, its storage on disks and its proxy.
var wanted = []string{
	"memcached_up", "memcached_uptime_seconds", "memcached_time_seconds", "memcached_version",
	"memcached_process_user_cpu_seconds_total", "memcached_process_system_cpu_seconds_total",
	"memcached_read_bytes_total", "memcached_written_bytes_total",
	"memcached_current_connections", "memcached_max_connections", "memcached_connections_total",
	"memcached_connections_rejected_total", "memcached_connections_yielded_total", "memcached_connections_listener_disabled_total",
	"memcached_accepting_connections", "memcached_current_bytes", "memcached_limit_bytes", "memcached_malloced_bytes",
	"memcached_commands_total", "memcached_current_items", "memcached_items_total", "memcached_items_evicted_total",
	"memcached_items_reclaimed_total", "memcached_item_too_large_total", "memcached_item_no_memory_total",
}

func main() {
	recipe, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	address := regexp.MustCompile(`--memcached\.address=(\S+)`).FindSubmatch(recipe)
	if address == nil {
		log.Fatalf("no address in %q", recipe)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(exporter.New(string(address[1]), 5*time.Second, kitlog.NewNopLogger(), nil))
	families, err := registry.Gather()
	if err != nil {
		log.Fatal(err)
	}
	touches := 0
	found := map[string]bool{}
	for _, f := range families {
		found[f.GetName()] = true
		for _, m := range f.Metric {
			for _, l := range m.Label {
				if l.GetName() == "command" && l.GetValue() == "touch" && f.GetName() == "memcached_commands_total" {
					touches++
				}
			}
			if f.GetName() == "memcached_up" && m.Gauge.GetValue() != 1 {
				log.Fatal("the exporter says that the server is down")
			}
		}
	}
	for _, name := range wanted {
		if !found[name] {
			log.Fatalf("%s is missing", name)
		}
	}
	if touches != 2 {
		log.Fatalf("%d figures of touch, not hits and misses", touches)
	}
	fmt.Println("enough:", len(families), "figures")
}
