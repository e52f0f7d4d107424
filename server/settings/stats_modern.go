package settings

import (
	"cmp"
	"fmt"
	"strconv"
)

// modernLine is a line of `stats settings` in the 1.6 mode.
type modernLine struct {
	name string
	show func(s *Settings, live Live) string
}

// modernLines are memcached 1.6.45's, in its order. What only 1.6 can choose is shown as it was chosen, else as it is there by
// default, even if it means nothing here.
var modernLines = []modernLine{
	shared("maxbytes"), shared("maxconns"), shared("tcpport"), shared("udpport"), shared("inter"), shared("verbosity"),
	shared("oldest"), shared("evictions"), shared("domain_socket"), shared("umask"),
	truth("shutdown_command", func(s *Settings) bool { return s.AllowShutdown }),
	shared("growth_factor"), shared("chunk_size"), shared("num_threads"),
	{"num_threads_per_udp", func(s *Settings, _ Live) string { return strconv.Itoa(s.Threads) }},
	shared("stat_key_prefix"), shared("detail_enabled"), shared("reqs_per_event"), shared("cas_enabled"), shared("tcp_backlog"),
	shared("binding_protocol"), shared("auth_enabled_sasl"), {"auth_enabled_ascii", func(s *Settings, _ Live) string { return cmp.Or(s.AuthFile, "no") }}, shared("item_size_max"),
	truth("maxconns_fast", func(s *Settings) bool { return s.MaxConnsFast }),
	count("hashpower_init", "hashpower", 0, 1),
	truth("slab_reassign", func(s *Settings) bool { return !s.NoReassign }),
	{"slab_automove", showAutomove},
	fraction("slab_automove_ratio", 0.80, 2), count("slab_automove_window", "", 10, 1),
	count("slab_chunk_max", "", 512, 1<<10),
	truth("lru_crawler", (*Settings).LRUCrawler), count("lru_crawler_sleep", "", 100, 1),
	count("lru_crawler_tocrawl", "", 0, 1), count("tail_repair_time", "", 0, 1),
	truth("flush_enabled", func(s *Settings) bool { return !s.NoFlush }),
	truth("dump_enabled", func(s *Settings) bool { return !s.NoDump }),
	{"hash_algorithm", func(s *Settings, _ Live) string { return s.newerOr("hash_algorithm", "murmur3") }},
	truth("lru_maintainer_thread", (*Settings).LRUMaintainer), truth("lru_segmented", (*Settings).LRUMaintainer),
	count("hot_lru_pct", "", 20, 1), count("warm_lru_pct", "", 40, 1),
	fraction("hot_max_factor", 0.20, 2), fraction("warm_max_factor", 2, 2),
	truth("temp_lru", (*Settings).TempLRU), count("temporary_ttl", "", 61, 1),
	{"idle_timeout", func(s *Settings, _ Live) string { return strconv.Itoa(s.IdleTimeout) }},
	count("watcher_logbuf_size", "", 256, 1<<10), count("worker_logbuf_size", "", 64, 1<<10), count("read_buf_mem_limit", "", 0, 1<<20),
	truth("track_sizes", func(s *Settings) bool { return s.TrackSizes }), always("inline_ascii_response", "no"),
	count("ext_item_size", "", 512, 1), count("ext_item_age", "", 1<<32-1, 1), count("ext_low_ttl", "", 0, 1),
	count("ext_recache_rate", "", 2000, 1), count("ext_wbuf_size", "", 4, 1<<20), count("ext_compact_under", "", 0, 1),
	count("ext_drop_under", "", 0, 1), count("ext_max_sleep", "", 1000000, 1), fraction("ext_max_frag", 0.80, 2),
	fraction("slab_automove_freeratio", 0.01, 3), given("ext_drop_unread"),
	always("num_napi_ids", "0"), always("memory_file", "(null)"), always("client_flags_size", "4"),
}

// value returns what the line shows.
func (l *modernLine) value(s *Settings, live Live) string {
	if value, ok := live.Tuned[l.name]; ok {
		return value
	}
	return l.show(s, live)
}

// newerOr returns what a word of 1.6 was given, or other.
func (s *Settings) newerOr(word, other string) string {
	if value, ok := s.newer[word]; ok {
		return value
	}
	return other
}

// shared is a line that 1.4.5 has too.
func shared(name string) modernLine {
	return modernLine{name, func(s *Settings, live Live) string {
		for _, row := range shown() {
			if row.stat == name {
				return row.value(s, live)
			}
		}
		return ""
	}}
}

func always(name, value string) modernLine {
	return modernLine{name, func(*Settings, Live) string { return value }}
}

func truth(name string, is func(*Settings) bool) modernLine {
	return modernLine{name, func(s *Settings, _ Live) string { return yesNo(is(s)) }}
}

// given is a line that says yes if its word is given.
func given(word string) modernLine {
	return truth(word, func(s *Settings) bool { return s.hasNewer(word) })
}

// count is a line with what its word was given, in so many units each; the word is the name if that is empty.
func count(name, word string, other, unit int64) modernLine {
	if word == "" {
		word = name
	}
	return modernLine{name, func(s *Settings, _ Live) string {
		n, err := strconv.ParseInt(s.newer[word], 10, 64)
		if err != nil {
			n = other
		}
		return strconv.FormatInt(n*unit, 10)
	}}
}

// fraction is a line with what its word was given, with so many digits.
func fraction(word string, other float64, digits int) modernLine {
	return modernLine{word, func(s *Settings, _ Live) string {
		f, err := strconv.ParseFloat(s.newer[word], 64)
		if err != nil {
			f = other
		}
		return fmt.Sprintf("%.*f", digits, f)
	}}
}

// showAutomove shows what -o slab_automove chose, which may stand without a number.
func showAutomove(s *Settings, _ Live) string {
	if level := s.EngineOptions["slab_automove"]; level != "" {
		return level
	}
	return cmp.Or(s.newerOr("slab_automove", ""), "1")
}
