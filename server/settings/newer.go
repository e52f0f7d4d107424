package settings

import (
	"fmt"
	"slices"
	"strings"

	"gocached/compat"
	"gocached/engine"
)

// The words that memcached 1.6.45 takes behind -o are taken here too, in either mode, so that its command lines go on working.
// Each does what it does there, or is answered once at the start with what it means here, or is refused with the reason.

// fate is what becomes of a word.
type fate uint8

const (
	works   fate = iota // it does the same
	idle                // it is taken, and the start says what it means here
	refused             // the server does not start
)

// newerWord is a word of memcached 1.6.45's -o. Where the server or the engine has an option of that name, the row is only the
// note that there is one.
type newerWord struct {
	key  string
	arg  argument
	fate fate
	says string // why nothing comes of it; for the operator
	set  func(s *Settings)
	is   []string // other words that say the same
}

// newerWord reasons that are given more than once.
const (
	noCrawler  = "what has expired goes by itself, within two seconds"
	noSegments = "what is thrown out is chosen by -o lru="
	noExtstore = "there is no storage beside memory"
	noTLS      = "there is no TLS; let a proxy in front speak it"
	noProxy    = "there is no proxy"
	noWatchers = "there is no watch"
	byItself   = "pages move by themselves"
)

// newerWords is every word of memcached 1.6.45, in the order in which it has them.
var newerWords = [...]newerWord{
	{key: "maxconns_fast"},
	{key: "hashpower", arg: between(12, 32, "Missing numeric argument for hashpower",
		"Initial hashtable multiplier of %d is too low", "Initial hashtable multiplier of %d is too high\n"+
			"Choose a value based on \"STAT hash_power_level\" from a running instance"), fate: idle, says: "the hash table begins small and grows by itself, and nobody waits for that"},
	{key: "no_hashexpand", fate: idle, says: "the hash table grows as ever"},
	{key: "slab_reassign", set: func(s *Settings) { s.NoReassign = false }},
	{key: "slab_automove", arg: between(0, 2, "", "slab_automove must be between 0 and 2", "")},
	{key: "slab_automove_ratio", arg: factor("slab_automove_ratio", 1, "slab_automove_ratio must be > 0 and < 1"), fate: idle, says: byItself},
	{key: "slab_automove_window", arg: between(3, 1800, "Missing slab_automove_window argument",
		"slab_automove_window must be > 2 and < 1800", ""), fate: idle, says: byItself},
	{key: "tail_repair_time", arg: between(10, 1<<31-1, "Missing numeric argument for tail_repair_time",
		"Cannot set tail_repair_time to less than 10 seconds", ""), fate: idle, says: "no item is ever left behind"},
	{key: "hash_algorithm", arg: argument{missing: "Missing hash_algorithm argument",
		names: []string{"jenkins", "murmur3", "xxh3"}, unknown: "Unknown hash_algorithm option (jenkins, murmur3, xxh3)"}, fate: idle, says: "keys are hashed with a secret of the process"},
	{key: "lru_crawler", fate: idle, says: noCrawler},
	{key: "lru_crawler_sleep", arg: between(0, 1e6, "Missing lru_crawler_sleep value",
		"LRU crawler sleep must be between 0 and 1 second", ""), fate: idle, says: noCrawler},
	{key: "lru_crawler_tocrawl", arg: argument{missing: "Missing lru_crawler_tocrawl value", high: 1<<32 - 1, whole: true,
		tooLow: "lru_crawler_tocrawl takes a numeric 32bit value", strict: "lru_crawler_tocrawl takes a numeric 32bit value"}, fate: idle, says: noCrawler},
	{key: "lru_maintainer", fate: idle, says: noSegments},
	{key: "hot_lru_pct", arg: between(1, 79, "Missing hot_lru_pct argument", "hot_lru_pct must be > 1 and < 80", ""), fate: idle, says: noSegments},
	{key: "warm_lru_pct", arg: between(1, 79, "Missing warm_lru_pct argument", "warm_lru_pct must be > 1 and < 80", ""), fate: idle, says: noSegments},
	{key: "hot_max_factor", arg: factor("hot_max_factor", 1e9, "hot_max_factor must be > 0"), fate: idle, says: noSegments},
	{key: "warm_max_factor", arg: factor("warm_max_factor", 1e9, "warm_max_factor must be > 0"), fate: idle, says: noSegments},
	{key: "temporary_ttl", arg: between(-1<<31, 1<<31-1, "Missing temporary_ttl argument", "temporary_ttl takes a 32bit value", ""), fate: idle, says: "items that expire soon are kept among the others"},
	{key: "idle_timeout", arg: argument{missing: "Missing numeric argument for idle_timeout", high: 1<<31 - 1, whole: true}},
	{key: "watcher_logbuf_size", arg: unsigned("watcher_logbuf_size"), fate: idle, says: noWatchers},
	{key: "worker_logbuf_size", arg: unsigned("worker_logbuf_size"), fate: idle, says: noWatchers},
	{key: "slab_sizes", arg: anything("slab_sizes")},
	{key: "slab_chunk_max", arg: argument{missing: "Missing slab_chunk_max argument", low: 1, high: 1024, whole: true,
		tooLow: "slab_chunk_max must be >= 0", tooHigh: "slab_chunk_max must be specified in kilobytes.", strict: "could not parse argument to slab_chunk_max"}, fate: idle, says: "an item is always in one piece, of up to -I"},
	{key: "track_sizes", set: func(s *Settings) { s.TrackSizes = true }},
	{key: "no_inline_ascii_resp", fate: idle, says: "it does nothing in memcached either"},
	{key: "inline_ascii_resp", fate: idle, says: "it does nothing in memcached either"},
	{key: "modern", fate: idle, says: "it does nothing in memcached either; -o compat=1.6 is the mode of 1.6"},
	{key: "no_modern", is: []string{"no_slab_reassign", "no_slab_automove", "no_maxconns_fast"}},
	{key: "no_chunked_items", fate: idle, says: "items are always in one piece"},
	{key: "no_slab_reassign", set: func(s *Settings) { s.NoReassign = true }},
	{key: "no_slab_automove", is: []string{"slab_automove=0"}},
	{key: "no_maxconns_fast", set: func(s *Settings) { s.MaxConnsFast = false }},
	{key: "no_lru_crawler", fate: idle, says: noCrawler + ", as ever; its lists of items are refused until lru_crawler enable"},
	{key: "no_lru_maintainer", fate: idle, says: noSegments},
	{key: "no_drop_privileges"},
	{key: "drop_privileges", fate: idle, says: "no system call is barred; -u is what takes rights away"},
	{key: "relaxed_privileges", fate: idle, says: "no system call is barred anyway"},
	{key: "resp_obj_mem_limit", arg: argument{any: true}, fate: idle, says: "it does nothing in memcached either"},
	{key: "read_buf_mem_limit", arg: unsigned("read_buf_mem_limit"), fate: idle, says: "what connections keep in memory has bounds of its own: docs/limits.md"},
	{key: "sock_cookie_id", arg: anything("sock_cookie_id"), fate: idle, says: "sockets are not marked"},

	{key: "ext_path", arg: anything("ext_path"), fate: refused, says: noExtstore},
	{key: "ext_page_size", arg: unsigned("ext_page_size"), fate: idle, says: noExtstore},
	{key: "ext_wbuf_size", arg: unsigned("ext_wbuf_size"), fate: idle, says: noExtstore},
	{key: "ext_threads", arg: unsigned("ext_threads"), fate: idle, says: noExtstore},
	{key: "ext_io_depth", arg: unsigned("ext_io_depth"), fate: idle, says: noExtstore},
	{key: "ext_item_size", arg: unsigned("ext_item_size"), fate: idle, says: noExtstore},
	{key: "ext_item_age", arg: unsigned("ext_item_age"), fate: idle, says: noExtstore},
	{key: "ext_low_ttl", arg: unsigned("ext_low_ttl"), fate: idle, says: noExtstore},
	{key: "ext_recache_rate", arg: unsigned("ext_recache_rate"), fate: idle, says: noExtstore},
	{key: "ext_compact_under", arg: unsigned("ext_compact_under"), fate: idle, says: noExtstore},
	{key: "ext_drop_under", arg: unsigned("ext_drop_under"), fate: idle, says: noExtstore},
	{key: "ext_max_sleep", arg: unsigned("ext_max_sleep"), fate: idle, says: noExtstore},
	{key: "ext_max_frag", arg: argument{missing: "Missing ext_max_frag argument", high: 1, tooLow: "ext_max_frag must be between 0 and 1"}, fate: idle, says: noExtstore},
	{key: "ext_drop_unread", fate: idle, says: noExtstore},
	{key: "slab_automove_freeratio", arg: factor("slab_automove_freeratio", 1, "slab_automove_freeratio must be > 0 and < 1"), fate: idle, says: noExtstore},

	{key: "ssl_chain_cert", arg: anything("ssl_chain_cert"), fate: refused, says: noTLS},
	{key: "ssl_key", arg: anything("ssl_key"), fate: refused, says: noTLS},
	{key: "ssl_verify_mode", arg: unsigned("ssl_verify_mode"), fate: refused, says: noTLS},
	{key: "ssl_keyformat", arg: unsigned("ssl_keyformat"), fate: refused, says: noTLS},
	{key: "ssl_ciphers", arg: anything("ssl_ciphers"), fate: refused, says: noTLS},
	{key: "ssl_ca_cert", arg: anything("ssl_ca_cert"), fate: refused, says: noTLS},
	{key: "ssl_wbuf_size", arg: unsigned("ssl_wbuf_size"), fate: refused, says: noTLS},
	{key: "ssl_session_cache", fate: refused, says: noTLS},
	{key: "ssl_kernel_tls", fate: refused, says: noTLS},
	{key: "ssl_min_version", arg: anything("ssl_min_version"), fate: refused, says: noTLS},

	{key: "proxy_config", arg: anything("proxy_config"), fate: refused, says: noProxy},
	{key: "proxy_arg", arg: anything("proxy_arg"), fate: refused, says: noProxy},
	{key: "proxy_uring", fate: refused, says: noProxy},
	{key: "proxy_memprofile", fate: refused, says: noProxy},
}

// Newer returns what becomes of each flag and word of memcached 1.6.45 that the table of flags and those of -o do not explain, one
// sentence each, for a page.
func Newer() (sentences []string) {
	for _, row := range Table() {
		if row.Absent {
			sentences = append(sentences, sentence(row.Name(), row.refuses(), after(row.Help, "refused: ")))
		}
	}
	for i := range newerWords {
		w := &newerWords[i]
		switch {
		case w.is != nil:
			sentences = append(sentences, "`-o "+w.key+"` is `-o "+strings.Join(w.is, ",")+"`.")
		case w.fate == works && w.set != nil:
			sentences = append(sentences, "`-o "+w.key+"` works.")
		case w.fate != works:
			sentences = append(sentences, sentence("-o "+w.key+w.arg.form(), w.fate == refused, w.says))
		}
	}
	return sentences
}

// after returns what stands behind a mark, or all if that is not there.
func after(text, mark string) string {
	if _, rest, ok := strings.Cut(text, mark); ok {
		return rest
	}
	return text
}

// sentence says what becomes of a word.
func sentence(word string, refuses bool, says string) string {
	what := "changes nothing"
	if refuses {
		what = "is refused"
	}
	return fmt.Sprintf("`%s` %s: %s.", word, what, says)
}

// setNewer takes a part of -o's argument if it is a word of memcached 1.6, and returns a fault or "". options are the engine's.
func (s *Settings) setNewer(part string, options []engine.Option) (fault string, known bool) {
	key, value, _ := strings.Cut(part, "=")
	at := slices.IndexFunc(newerWords[:], func(w newerWord) bool { return w.key == key })
	if at < 0 {
		return "", false
	}
	word := &newerWords[at]
	if word.fate == refused {
		return fmt.Sprintf("-o %s is refused: %s", part, word.says), true
	}
	if fault := word.arg.fault(key, value); fault != "" {
		return fault, true
	}
	if word.set != nil {
		word.set(s)
	}
	for _, same := range word.is {
		s.setForeign(same, options)
	}
	if s.newer == nil {
		s.newer = map[string]string{}
	}
	s.newer[key] = value
	if word.fate == idle {
		s.idle = append(s.idle, fmt.Sprintf("-o %s is memcached 1.6's and changes nothing: %s", part, word.says))
	}
	return "", true
}

// LRUCrawler, LRUMaintainer and TempLRU say whether these are on in memcached 1.6, which shows more statistics then.
func (s *Settings) LRUCrawler() bool {
	return !s.hasNewer("no_lru_crawler") && !s.hasNewer("no_modern")
}

// LRUMaintainer: see LRUCrawler.
func (s *Settings) LRUMaintainer() bool {
	return !s.hasNewer("no_lru_maintainer") && !s.hasNewer("no_modern")
}

// SlabReassign: see LRUCrawler.
func (s *Settings) SlabReassign() bool {
	return !s.hasNewer("no_slab_reassign") && !s.hasNewer("no_modern")
}

// TempLRU: see LRUCrawler.
func (s *Settings) TempLRU() bool { return s.hasNewer("temporary_ttl") }

// fault1645 says in memcached's words what is wrong with the value of an option that is a word of memcached 1.6 too, or returns "".
func fault1645(key, value string) string {
	for i := range newerWords {
		if w := &newerWords[i]; w.key == key {
			return w.arg.fault(key, value)
		}
	}
	return ""
}

// absentFlag returns the row of a flag of memcached 1.6 that does nothing here, which a start says.
func absentFlag(letter byte, long, arg, says string) Setting {
	row := Setting{
		Letter: letter, Long: long, Arg: arg, Help: says, Absent: true,
		parse: func(*Settings, string) string { return "" },
	}
	row.warn = func(s *Settings) string {
		if !s.Given(long) {
			return ""
		}
		return fmt.Sprintf("-%c is memcached 1.6's and changes nothing: %s", letter, says)
	}
	return row
}

// refusedFlag returns the row of one with which the server does not start. why is what it says then.
func refusedFlag(letter byte, long, arg string, why func(*Settings) string) Setting {
	row := absentFlag(letter, long, arg, why(new(Settings)))
	row.warn, row.status = nil, ExitUsage
	row.Newer = letter == 'Z'
	row.check = func(s *Settings) string {
		if !s.Given(long) {
			return ""
		}
		return why(s)
	}
	return row
}

func refuseTLS(s *Settings) string {
	if s.Compat.Has(compat.StartFaults) {
		return "This server is not built with TLS support."
	}
	return "--enable-ssl is refused: " + noTLS
}
