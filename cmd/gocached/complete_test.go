package main

import (
	"strings"
	"testing"

	"gocached/server/settings"
	"gocached/slabs/table"
)

// TestCompletion: what shells are offered for the words so far, the last of which is being typed.
func TestCompletion(t *testing.T) {
	for words, want := range map[string]string{
		"-o ":                        "udp_follows_tcp udp_max_datagrams= maxconns_fast no_io_uring modern_stats idle_timeout= compat= lru= objective= release_after= slab_automove= slab_table= slab_sizes= memory_limit_max= :6",
		"-o ma":                      "maxconns_fast :6",
		"-o del":                     ":6",
		"-o lru=":                    "lru=lru lru=s3fifo lru=value :6",
		"-E delay -o del":            "delay= delay_jitter= delay_calls= :6",
		"-E delay -o maxc,del":       "maxc,delay= maxc,delay_jitter= maxc,delay_calls= :6",
		"-E delay -o delay_calls=":   "delay_calls=all delay_calls=reads delay_calls=writes :6",
		"-E delay -o delay_calls=w":  "delay_calls=writes :6",
		"-E delay -o delay_jitter=5": ":6",
		"-E ":                        strings.Join(engineNames(), " ") + " :4",
		"-B ":                        "auto ascii binary :4",
		"-p ":                        ":4", // no files
		"-P ":                        ":0", // files
		"tool ":                      strings.Join(modeNames(), " ") + " :0",
		"tool host s":                "stats settings sizes :0",
		"tool stats ":                ":0",
		"slabs --vintage ":           strings.Join(table.Names(), " ") + " :4",
		"slabs --bits ":              "64 32 :4",
		"slabs ":                     ":0", // unix sockets
		"slabs host ":                ":4",
		"bench load --protocol ":     "text binary :4",
	} {
		got := runBinary(t, append([]string{"__complete"}, strings.Split(words, " ")...)...)
		var offers []string
		for line := range strings.Lines(got.stdout) {
			offer, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			offers = append(offers, offer)
		}
		if strings.Join(offers, " ") != want {
			t.Errorf("%s: %q, want %q", words, offers, want)
		}
	}
}

// TestNames: what is offered for a flag is taken.
func TestNames(t *testing.T) {
	for _, row := range settings.Table() {
		for _, name := range row.Names {
			s := settings.Default()
			s.Set(&row, name)
			if err := s.Validate(); err != nil {
				t.Errorf("%s %s: %v", row.Name(), name, err)
			}
		}
	}
}
