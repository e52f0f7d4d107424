package golden

// Later names the cases of modern.jsonl, recorded from memcached 1.6.45, that gocached does not answer so, each with the
// reason. What 1.6 has in common with 1.4.5, and what was taken from it, is played.
var Later = names(laterReasons)

// Modern names those that wait with -o compat=1.6 too.
var Modern = names(modernReasons)

// modernReasons has the names below each reason.
var modernReasons = map[string][]string{
	"there are no meta commands":                          laterReasons["there are no meta commands"],
	"there is no lru_crawler":                             laterReasons["there is no lru_crawler"],
	"there is no cache_memlimit":                          laterReasons["there is no cache_memlimit"],
	"there is no slabs":                                   laterReasons["there is no slabs"],
	"the figures are those of 1.4.5":                      laterReasons["the figures are those of 1.4.5"],
	"it was recorded without users, so nobody was let in": laterReasons["it was recorded without users, so nobody was let in"],
}

// laterReasons has the names below each reason.
var laterReasons = map[string][]string{
	"there are no meta commands": {
		"n/mg-hit-flags", "n/mg-quiet-opaque-key", "n/mg-base64-key", "n/mg-vivify", "n/mg-recache", "n/mg-touch", "n/mg-errors",
		"n/mg-no-bump", "n/mg-value-size-order", "n/ms-flags-ttl", "n/ms-append-vivify", "n/ms-cas-explicit", "n/ms-quiet",
		"n/ms-bad-flag", "n/ms-too-large", "n/ms-invalidate", "n/md", "n/md-cas", "n/md-value-only", "n/ma-vivify", "n/ma-cas",
		"n/ma-wrap", "n/me",
	},
	"there is no lru_crawler":                             {"n/metadump", "n/metadump-errors"},
	"there is no cache_memlimit":                          {"n/cache-memlimit-fixed"},
	"there is no slabs":                                   {"n/slabs-reassign", "n/slabs-automove"},
	"it is answered as by 1.4.5":                          {"n/flags-4294967295", "n/flush-all-negative", "n/delete-time"},
	"the figures are those of 1.4.5":                      {"n/stats", "n/stats-items", "n/stats-slabs", "n/stats-sizes", "n/stats-settings"},
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
