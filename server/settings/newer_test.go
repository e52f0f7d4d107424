package settings

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"gocached/engine"
)

// words1645 are the words that memcached 1.6.45 takes behind -o, of every build of it.
const words1645 = `maxconns_fast hashpower no_hashexpand slab_reassign slab_automove slab_automove_ratio slab_automove_window
	tail_repair_time hash_algorithm lru_crawler lru_crawler_sleep lru_crawler_tocrawl lru_maintainer hot_lru_pct warm_lru_pct
	hot_max_factor warm_max_factor temporary_ttl idle_timeout watcher_logbuf_size worker_logbuf_size slab_sizes slab_chunk_max
	track_sizes no_inline_ascii_resp modern no_modern no_chunked_items no_slab_reassign no_slab_automove no_maxconns_fast
	inline_ascii_resp no_lru_crawler no_lru_maintainer no_drop_privileges drop_privileges resp_obj_mem_limit read_buf_mem_limit
	ssl_chain_cert ssl_key ssl_verify_mode ssl_keyformat ssl_ciphers ssl_ca_cert ssl_wbuf_size ssl_session_cache ssl_kernel_tls
	ssl_min_version proxy_config proxy_arg proxy_uring proxy_memprofile relaxed_privileges sock_cookie_id ext_page_size
	ext_wbuf_size ext_threads ext_io_depth ext_path ext_item_size ext_item_age ext_low_ttl ext_recache_rate ext_compact_under
	ext_drop_under ext_max_sleep ext_max_frag ext_drop_unread slab_automove_freeratio`

// TestNewerWords: each of them works, or the start says what it means here, or it is refused with a reason.
func TestNewerWords(t *testing.T) {
	all := strings.Fields(words1645)
	for _, key := range all {
		i := slices.IndexFunc(newerWords[:], func(w newerWord) bool { return w.key == key })
		if i < 0 {
			t.Errorf("%s has no row", key)
			continue
		}
		part := key
		switch arg := &newerWords[i].arg; {
		case arg.names != nil:
			part += "=" + arg.names[0]
		case !arg.none() && arg.whole:
			part += "=" + strconv.Itoa(int(max(arg.low, 2)))
		case !arg.none():
			part += "=0.5"
		}
		s := settingsOf(t, "o", part)
		err, warnings := s.Validate(), s.Warnings()
		switch newerWords[i].fate {
		case works:
			if err != nil || warnings != nil {
				t.Errorf("-o %s: %v, %q", part, err, warnings)
			}
		case idle:
			if err != nil || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "warning: -o "+part+" is memcached 1.6's") {
				t.Errorf("-o %s: %v, %q", part, err, warnings)
			}
		case refused:
			if err == nil || !strings.HasPrefix(err.Error(), "-o "+part+" is refused: ") {
				t.Errorf("-o %s: %v", part, err)
			}
		}
	}
	for i := range newerWords {
		if !slices.Contains(all, newerWords[i].key) {
			t.Errorf("%s is no word of 1.6.45", newerWords[i].key)
		}
	}
}

// TestNewerValues: a value that cannot be is refused.
func TestNewerValues(t *testing.T) {
	for part, want := range map[string]string{
		"hashpower=x":            "Initial hashtable multiplier of 0 is too low",
		"hashpower=5":            "Initial hashtable multiplier of 5 is too low",
		"hashpower":              "Missing numeric argument for hashpower",
		"hot_max_factor=-1":      "hot_max_factor must be > 0",
		"hot_lru_pct=101":        "hot_lru_pct must be > 1 and < 80",
		"hash_algorithm=foo":     "Unknown hash_algorithm option (jenkins, murmur3, xxh3)",
		"slab_automove=one":      `-o slab_automove needs a number, not "one"`,
		"slab_automove=9":        "slab_automove must be between 0 and 2",
		"tail_repair_time=1":     "Cannot set tail_repair_time to less than 10 seconds",
		"slab_chunk_max=524288":  "slab_chunk_max must be specified in kilobytes.",
		"ext_item_age=x":         "could not parse argument to ext_item_age",
		"idle_timeout":           "Missing numeric argument for idle_timeout",
		"compat=1.6,bogus":       `Illegal suboption "bogus"`,
		"ext_path=/tmp/x:1G":     "-o ext_path=/tmp/x:1G is refused: " + noExtstore,
		"ext_item_age=1,ssl_key": "-o ssl_key is refused: " + noTLS,
	} {
		if err := settingsOf(t, "o", part).Validate(); err == nil || err.Error() != want {
			t.Errorf("-o %s: %v, want %s", part, err, want)
		}
	}
}

// TestNewerFlags: flags of memcached 1.6 are taken with a warning, or refused.
func TestNewerFlags(t *testing.T) {
	for letter, value := range map[string]string{"e": "/dev/shm/items", "N": "2", "W": ""} {
		s := settingsOf(t, letter, value)
		if w := s.Warnings(); s.Validate() != nil || len(w) != 1 || !strings.HasPrefix(w[0], "warning: -"+letter+" is memcached 1.6's") {
			t.Errorf("-%s: %v, %q", letter, s.Validate(), w)
		}
	}
	if s := settingsOf(t, "F", "", "X", ""); !s.NoFlush || !s.NoDump {
		t.Error("-F or -X is not taken")
	}
}

// TestCompatFullHouse: in the 1.6 mode clients beyond -c are turned away, unless that is called off.
func TestCompatFullHouse(t *testing.T) {
	for options, want := range map[string]bool{
		"compat=1.4.5": false, "compat=1.6": true, "no_maxconns_fast,compat=1.6": false, "compat=1.6,no_modern": false,
		"compat=1.4.5,maxconns_fast": true,
	} {
		if s := settingsOf(t, "o", options); s.MaxConnsFast != want {
			t.Errorf("-o %s: %v", options, s.MaxConnsFast)
		}
	}
}

// TestModernSettings: stats settings of the 1.6 mode shows what was chosen.
func TestModernSettings(t *testing.T) {
	s := settingsOf(t, "o", "compat=1.6,hashpower=20,no_lru_crawler,slab_automove=2,slab_chunk_max=256,hot_max_factor=0.5,temporary_ttl=5", "F", "", "t", "3")
	got := map[string]string{}
	s.Stats(func(name, value string) { got[name] = value }, Live{})
	if len(got) != 66 {
		t.Errorf("%d lines, want 66", len(got))
	}
	for name, want := range map[string]string{
		"hashpower_init": "20", "lru_crawler": "no", "slab_automove": "2", "slab_chunk_max": "262144", "hot_max_factor": "0.50",
		"temp_lru": "yes", "temporary_ttl": "5", "flush_enabled": "no", "dump_enabled": "yes", "num_threads_per_udp": "3",
		"maxconns_fast": "yes", "track_sizes": "no", "growth_factor": "1.25", "evictions": "on", "ext_item_age": "4294967295",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// TestCompatStarts: what the flags that both versions have come to in each mode.
func TestCompatStarts(t *testing.T) {
	for _, c := range []struct {
		mode      string
		port      int  // with -U 0
		noConns   bool // -c 0 is taken
		reachless bool // -p 0 is taken
	}{{"1.4.5", 0, true, false}, {"1.6", 11211, false, true}} {
		mode := "compat=" + c.mode
		if s := settingsOf(t, "U", "0", "o", mode); s.Port != c.port {
			t.Errorf("%s: -U 0 has TCP on port %d", c.mode, s.Port)
		}
		if err := settingsOf(t, "c", "0", "o", mode).Validate(); err == nil != c.noConns {
			t.Errorf("%s: -c 0: %v", c.mode, err)
		}
		if err := settingsOf(t, "p", "0", "o", mode).CheckReachable(); err == nil != c.reachless {
			t.Errorf("%s: -p 0: %v", c.mode, err)
		}
	}
}

// TestNoSlabAutomove: words that forbid pages to move are the engine's level, and the last word counts.
func TestNoSlabAutomove(t *testing.T) {
	for words, want := range map[string]string{
		"no_slab_automove": "0 yes", "no_modern": "0 no", "no_slab_automove,slab_automove=2": "2 yes", "no_slab_reassign": " no",
		"no_slab_reassign,slab_reassign": " yes",
	} {
		s := Default()
		s.engines = []engine.Info{{Name: s.Engine, Options: []engine.Option{{Key: "slab_automove", Kind: engine.Whole("level", 0, 2)}}}}
		s.Set(rowOf(t, "o"), words)
		s.Complete()
		if got := s.EngineOptions["slab_automove"] + " " + yesNo(!s.NoReassign); got != want || s.Warnings() != nil {
			t.Errorf("-o %s: %q, want %q; %q", words, got, want, s.Warnings())
		}
	}
}
