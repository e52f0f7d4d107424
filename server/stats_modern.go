package server

import (
	"slices"
	"strings"

	"gocached/compat"
	"gocached/figure"
	"gocached/server/settings"
)

// The statistics of the 1.6 mode have memcached 1.6.45's names, in its order. What is counted here under such a name is shown.
// What only 1.6 counts, since this server works otherwise, shows as 0: monitoring finds every name that it looks for.

// modernGroup is a group in the 1.6 mode.
type modernGroup struct {
	point compat.Point
	from  []string // the groups of 1.4.5 that have its figures; where several have one of that name, the first counts
	lines string   // the names, in order; of a class without its number
	last  string   // names behind those of the classes
}

// modernGroups are the groups that 1.6 shows otherwise.
var modernGroups = map[string]modernGroup{
	"": {point: compat.GeneralStats, from: []string{"", "modern", "gocached"}, last: `
		pid uptime time version libevent pointer_size rusage_user rusage_system max_connections curr_connections
		total_connections rejected_connections connection_structures response_obj_oom response_obj_count
		response_obj_bytes read_buf_count read_buf_bytes read_buf_bytes_free read_buf_oom reserved_fds cmd_get cmd_set
		cmd_flush cmd_touch cmd_meta get_hits get_misses get_expired get_flushed delete_misses delete_hits incr_misses
		incr_hits decr_misses decr_hits cas_misses cas_hits cas_badval touch_hits touch_misses store_too_large
		store_no_memory auth_cmds auth_errors idle_kicks bytes_read bytes_written limit_maxbytes accepting_conns
		listen_disabled_num time_in_listen_disabled_us threads conn_yields hash_power_level hash_bytes
		hash_is_expanding slab_reassign_rescues slab_reassign_chunk_rescues slab_reassign_inline_reclaim
		slab_reassign_busy_items slab_reassign_busy_deletes slab_reassign_busy_nomem slab_reassign_last_busy_status
		slab_reassign_running slabs_moved lru_crawler_running lru_crawler_starts lru_maintainer_juggles malloc_fails
		log_worker_dropped log_worker_written log_watcher_skipped log_watcher_sent log_watchers unexpected_napi_ids
		round_robin_fallback bytes curr_items total_items slab_global_page_pool expired_unfetched evicted_unfetched
		evicted_active evictions reclaimed crawler_reclaimed crawler_items_checked lrutail_reflocked moves_to_cold
		moves_to_warm moves_within_lru direct_reclaims lru_bumps_dropped`},
	"items": {point: compat.ItemsStats, from: []string{"items", "slabs"}, lines: `
		number number_hot number_warm number_cold number_temp age_hot age_warm age mem_requested evicted evicted_nonzero
		evicted_time outofmemory tailrepairs reclaimed expired_unfetched evicted_unfetched evicted_active
		crawler_reclaimed crawler_items_checked lrutail_reflocked moves_to_cold moves_to_warm moves_within_lru
		direct_reclaims hits_to_hot hits_to_warm hits_to_cold hits_to_temp`},
	"slabs": {point: compat.SlabsStats, from: []string{"slabs", "items"}, last: "active_slabs total_malloced", lines: `
		chunk_size chunks_per_page total_pages total_chunks used_chunks free_chunks free_chunks_end get_hits cmd_set
		delete_hits incr_hits decr_hits cas_hits cas_badval touch_hits`},
}

// modernFallbacks are lines of the 1.6 mode that show another figure, or a word, where there is none of their name.
var modernFallbacks = map[string]string{
	"number_cold":                    "number", // all items are in one list
	"hits_to_cold":                   "get_hits",
	"libevent":                       "none",
	"slab_reassign_last_busy_status": "none",
}

// modernOptional are lines that 1.6 has only with an option, or without one.
var modernOptional = map[string]func(*settings.Settings) bool{
	"idle_kicks":           func(s *settings.Settings) bool { return s.IdleTimeout > 0 },
	"rejected_connections": func(s *settings.Settings) bool { return s.MaxConnsFast },
	"number_temp":          (*settings.Settings).TempLRU,
}

// lruLines are those of the parts of memcached 1.6 that can be switched off.
var lruLines = []struct {
	on    func(*settings.Settings) bool
	names string
}{
	{(*settings.Settings).LRUCrawler, "lru_crawler_running lru_crawler_starts"},
	{(*settings.Settings).LRUMaintainer, "lru_maintainer_juggles evicted_active moves_to_cold moves_to_warm moves_within_lru " +
		"direct_reclaims lru_bumps_dropped number_hot number_warm number_cold number_temp age_hot age_warm hits_to_hot hits_to_warm " +
		"hits_to_cold hits_to_temp"},
	{func(s *settings.Settings) bool { return !s.NoReassign }, "slab_reassign_rescues slab_reassign_chunk_rescues slab_reassign_inline_reclaim " +
		"slab_reassign_busy_items slab_reassign_busy_deletes slab_reassign_busy_nomem slab_reassign_last_busy_status " +
		"slab_reassign_running slabs_moved"},
}

// hasLine says whether 1.6 with these settings has a line of that name.
func hasLine(name string, s *settings.Settings) bool {
	if when := modernOptional[name]; when != nil && !when(s) {
		return false
	}
	for _, l := range lruLines {
		if !l.on(s) && slices.Contains(strings.Fields(l.names), name) {
			return false
		}
	}
	return true
}

// modernFigures are figures by name, those of classes without their number, and the classes that have any, in order.
type modernFigures struct {
	values  map[string]string // of a class with its number and a colon in front
	classes []string
}

// showModern appends the lines of a group in the 1.6 mode and reports whether 1.6 shows it otherwise than 1.4.5.
func (f *figures) showModern(i int, group string) bool {
	g, ok := modernGroups[group]
	if !ok || !f.shared.settings.Compat.Has(g.point) {
		return false
	}
	all := f.collect(g.from)
	for _, class := range all.classes {
		for name := range strings.FieldsSeq(g.lines) {
			prefix := class
			if group == "items" {
				prefix = "items:" + class
			}
			if hasLine(name, f.shared.settings) {
				f.stat(i, prefix+name, all.value(class, name))
			}
		}
	}
	for name := range strings.FieldsSeq(g.last) {
		if hasLine(name, f.shared.settings) {
			f.stat(i, name, all.value("", name))
		}
	}
	return true
}

// value returns the value of a figure of a class, or of no class if that is empty.
func (m *modernFigures) value(class, name string) string {
	if value, ok := m.values[class+name]; ok {
		return value
	}
	other, ok := modernFallbacks[name]
	if !ok {
		return "0"
	}
	if value, ok := m.values[class+other]; ok {
		return value
	}
	return other
}

// collect returns the figures of some groups of 1.4.5, with the classes that the first of them has.
func (f *figures) collect(groups []string) *modernFigures {
	f.totals.add(&f.counts) // this very round's counts are part of the answer
	m := &modernFigures{values: map[string]string{}}
	for n, group := range groups {
		w := walk{f.shared, f.askEngine, func(one figure.Figure) { m.add(one.Name, one.Value.String(), n == 0) }}
		w.group(group)
	}
	return m
}

// add adds a figure, unless there is one of its name. known says whether its class, if it has one, is shown.
func (m *modernFigures) add(name, value string, known bool) {
	name = strings.TrimPrefix(name, "items:")
	if _, there := m.values[name]; there {
		return
	}
	m.values[name] = value
	if number, _, ok := strings.Cut(name, ":"); ok && known && !slices.Contains(m.classes, number+":") {
		m.classes = append(m.classes, number+":")
	}
}
