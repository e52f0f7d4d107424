package golden

// Later names the cases of modern.jsonl and meta.jsonl, recorded from memcached 1.6.45, that gocached does not answer so, each with
// the reason. What 1.6 has in common with 1.4.5, and what was taken from it, is played.
var Later = names(laterReasons)

// Modern names those that wait with -o compat=1.6 too.
var Modern = names(modernReasons)

// modernReasons has the names below each reason.
var modernReasons = map[string][]string{
	"a CAS that is chosen takes a number too":             laterReasons["a CAS that is chosen takes a number too"],
	"it was recorded without users, so nobody was let in": laterReasons["it was recorded without users, so nobody was let in"],
}

// laterReasons has the names below each reason.
var laterReasons = map[string][]string{
	"a CAS that is chosen takes a number too": {"meta/063-ms-E"},
	"it is answered as by 1.4.5": {"n/flags-4294967295", "n/flush-all-negative", "n/delete-time", "meta/073-set-too-much",
		"meta/129-incr-vivified", "meta/130-delete-time", "meta/132-get-long-key", "meta/133-get-no-key", "meta/134-set-flags",
		"meta/147-gat", "meta/153-flush_all", "meta/167-noreply-errors", "meta/169-gets-no-cas", "meta/171-quit",
		"meta/172-bget", "meta/304-short-lines", "meta/333-touch-stats-word", "meta/339-exptime-forms", "meta/341-stats-noreply"},
	"the figures are those of 1.4.5": {"n/stats", "n/stats-items", "n/stats-slabs", "n/stats-sizes", "n/stats-settings",
		"meta/157-stats-sizes"},
	"the command line is that of 1.4.5":                   {"meta/214-o-bogus", "meta/224b-Z"},
	"opcodes from 0x23 on are unknown":                    {"n/bin-gatq-gatk"},
	"it was recorded without users, so nobody was let in": {"n/sasl-plain-ok"},
}

func names(reasons map[string][]string) map[string]string {
	names := map[string]string{}
	for reason, cases := range reasons {
		for _, name := range cases {
			names[name] = reason
		}
	}
	return names
}
