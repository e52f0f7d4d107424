package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The words that memcached 1.6.45 takes behind -o are taken here too, in either mode, so that its command lines go on working.
// Each does what it does there, or is answered once at the start with what it means here, or is refused with the reason.

// argument is what stands behind the = of a word.
type argument uint8

const (
	none    argument = iota
	whole            // a whole number from 0 on
	signed           // one that may be below 0
	decimal          // a number from 0 on
	text             // anything but nothing
	perhaps          // a whole number from 0 on, or none
)

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
	{key: "hashpower", arg: whole, fate: idle, says: "the hash table begins small and grows by itself, and nobody waits for that"},
	{key: "no_hashexpand", fate: idle, says: "the hash table grows as ever"},
	{key: "slab_reassign", fate: idle, says: byItself},
	{key: "slab_automove", arg: perhaps, fate: idle, says: byItself},
	{key: "slab_automove_ratio", arg: decimal, fate: idle, says: byItself},
	{key: "slab_automove_window", arg: whole, fate: idle, says: byItself},
	{key: "tail_repair_time", arg: whole, fate: idle, says: "no item is ever left behind"},
	{key: "hash_algorithm", arg: text, fate: idle, says: "keys are hashed with a secret of the process"},
	{key: "lru_crawler", fate: idle, says: noCrawler},
	{key: "lru_crawler_sleep", arg: whole, fate: idle, says: noCrawler},
	{key: "lru_crawler_tocrawl", arg: whole, fate: idle, says: noCrawler},
	{key: "lru_maintainer", fate: idle, says: noSegments},
	{key: "hot_lru_pct", arg: whole, fate: idle, says: noSegments},
	{key: "warm_lru_pct", arg: whole, fate: idle, says: noSegments},
	{key: "hot_max_factor", arg: decimal, fate: idle, says: noSegments},
	{key: "warm_max_factor", arg: decimal, fate: idle, says: noSegments},
	{key: "temporary_ttl", arg: signed, fate: idle, says: "items that expire soon are kept among the others"},
	{key: "idle_timeout", arg: whole},
	{key: "watcher_logbuf_size", arg: whole, fate: idle, says: noWatchers},
	{key: "worker_logbuf_size", arg: whole, fate: idle, says: noWatchers},
	{key: "slab_sizes", arg: text, fate: idle, says: "items lie in chunks of many sizes already"},
	{key: "slab_chunk_max", arg: whole, fate: idle, says: "an item is always in one piece, of up to -I"},
	{key: "track_sizes", set: func(s *Settings) { s.TrackSizes = true }},
	{key: "no_inline_ascii_resp", fate: idle, says: "it does nothing in memcached either"},
	{key: "inline_ascii_resp", fate: idle, says: "it does nothing in memcached either"},
	{key: "modern", fate: idle, says: "it does nothing in memcached either; -o compat=1.6 is the mode of 1.6"},
	{key: "no_modern", fate: idle, says: "clients beyond -c wait, as with -o no_maxconns_fast, and nothing else changes",
		set: func(s *Settings) { s.MaxConnsFast = false }},
	{key: "no_chunked_items", fate: idle, says: "items are always in one piece"},
	{key: "no_slab_reassign", fate: idle, says: byItself},
	{key: "no_slab_automove", fate: idle, says: byItself + ", as ever"},
	{key: "no_maxconns_fast", set: func(s *Settings) { s.MaxConnsFast = false }},
	{key: "no_lru_crawler", fate: idle, says: noCrawler + ", as ever"},
	{key: "no_lru_maintainer", fate: idle, says: noSegments},
	{key: "no_drop_privileges"},
	{key: "drop_privileges", fate: idle, says: "no system call is barred; -u is what takes rights away"},
	{key: "relaxed_privileges", fate: idle, says: "no system call is barred anyway"},
	{key: "resp_obj_mem_limit", arg: perhaps, fate: idle, says: "it does nothing in memcached either"},
	{key: "read_buf_mem_limit", arg: whole, fate: idle, says: "what connections keep in memory has bounds of its own: docs/limits.md"},
	{key: "sock_cookie_id", arg: text, fate: idle, says: "sockets are not marked"},

	{key: "ext_path", arg: text, fate: refused, says: noExtstore},
	{key: "ext_page_size", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_wbuf_size", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_threads", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_io_depth", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_item_size", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_item_age", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_low_ttl", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_recache_rate", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_compact_under", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_drop_under", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_max_sleep", arg: whole, fate: idle, says: noExtstore},
	{key: "ext_max_frag", arg: decimal, fate: idle, says: noExtstore},
	{key: "ext_drop_unread", fate: idle, says: noExtstore},
	{key: "slab_automove_freeratio", arg: decimal, fate: idle, says: noExtstore},

	{key: "ssl_chain_cert", arg: text, fate: refused, says: noTLS},
	{key: "ssl_key", arg: text, fate: refused, says: noTLS},
	{key: "ssl_verify_mode", arg: whole, fate: refused, says: noTLS},
	{key: "ssl_keyformat", arg: whole, fate: refused, says: noTLS},
	{key: "ssl_ciphers", arg: text, fate: refused, says: noTLS},
	{key: "ssl_ca_cert", arg: text, fate: refused, says: noTLS},
	{key: "ssl_wbuf_size", arg: whole, fate: refused, says: noTLS},
	{key: "ssl_session_cache", fate: refused, says: noTLS},
	{key: "ssl_kernel_tls", fate: refused, says: noTLS},
	{key: "ssl_min_version", arg: text, fate: refused, says: noTLS},

	{key: "proxy_config", arg: text, fate: refused, says: noProxy},
	{key: "proxy_arg", arg: text, fate: refused, says: noProxy},
	{key: "proxy_uring", fate: refused, says: noProxy},
	{key: "proxy_memprofile", fate: refused, says: noProxy},
}

// Newer returns what becomes of each flag and word of memcached 1.6.45 that the table of flags and those of -o do not explain, one
// sentence each, for a page.
func Newer() (sentences []string) {
	for _, row := range Table() {
		if row.Absent {
			sentences = append(sentences, sentence(row.Name(), row.refuses(), row.Help))
		}
	}
	for i := range newerWords {
		w := &newerWords[i]
		switch {
		case w.fate == works && w.set != nil:
			sentences = append(sentences, "`-o "+w.key+"` works.")
		case w.fate != works:
			sentences = append(sentences, sentence("-o "+w.key+w.arg.form(), w.fate == refused, w.says))
		}
	}
	return sentences
}

// sentence says what becomes of a word.
func sentence(word string, refuses bool, says string) string {
	what := "changes nothing"
	if refuses {
		what = "is refused"
	}
	return fmt.Sprintf("`%s` %s: %s.", word, what, says)
}

// form is what is written behind a word.
func (a argument) form() string {
	switch a {
	case none:
		return ""
	case perhaps:
		return "[=...]"
	}
	return "="
}

// setNewer takes a part of -o's argument if it is a word of memcached 1.6, and returns a fault or "".
func (s *Settings) setNewer(part string) (fault string, known bool) {
	key, value, _ := strings.Cut(part, "=")
	at := slices.IndexFunc(newerWords[:], func(w newerWord) bool { return w.key == key })
	if at < 0 {
		return "", false
	}
	word := &newerWords[at]
	switch {
	case word.fate == refused:
		return fmt.Sprintf("-o %s is refused: %s", part, word.says), true
	case !word.arg.takes(value):
		return fmt.Sprintf("-o %s needs %s, not %q", key, word.arg.wants(), value), true
	}
	if word.set != nil {
		word.set(s)
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

// takes says whether a value is what is to stand behind the =; without any it is "". memcached looks at no value where it wants
// none.
func (a argument) takes(value string) bool {
	number, err := strconv.ParseFloat(value, 64)
	_, notWhole := strconv.ParseInt(value, 10, 64)
	switch a {
	case none:
		return true
	case perhaps:
		return value == "" || notWhole == nil && number >= 0
	case whole:
		return notWhole == nil && number >= 0
	case signed:
		return notWhole == nil
	case decimal:
		return err == nil && number >= 0
	}
	return value != ""
}

// wants says what is to stand there.
func (a argument) wants() string {
	switch a {
	case whole, perhaps:
		return "a number from 0 on"
	case signed, decimal:
		return "a number"
	}
	return "a value"
}

// absentFlag returns the row of a flag of memcached 1.6 that does nothing here: it is taken with a warning, or refused.
func absentFlag(letter byte, long, arg string, f fate, says string) Setting {
	row := Setting{
		Letter: letter, Long: long, Arg: arg, Help: says, Absent: true,
		parse: func(*Settings, string) string { return "" },
	}
	name := row.Name()
	tell := func(what string) func(*Settings) string {
		return func(s *Settings) string {
			if !s.Given(long) {
				return ""
			}
			return fmt.Sprintf("%s %s: %s", name, what, says)
		}
	}
	if f == refused {
		row.check, row.status = tell("is refused"), ExitUsage
	} else {
		row.warn = tell("is memcached 1.6's and changes nothing")
	}
	return row
}
