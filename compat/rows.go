package compat

import "strings"

var (
	key251 = strings.Repeat("k", 251)
	line   = strings.Repeat("x", 1025)
)

// rows has both answers to each point.
var rows = [numPoints]Row{
	Version: {
		Title: "version", Old: "1.4.5, also in `stats` and at the head of `-h`.", New: "1.6.45: clients that want meta commands look for it.",
		Talks: []Talk{{"version\r\n", "VERSION 1.4.5\r\n", "VERSION 1.6.45\r\n"}},
	},
	FewWords: {
		Title: "A command with too few words", Old: "It is unknown.", New: "Its line has a bad format.",
		Talks: []Talk{
			{"get\r\nincr a\r\nset a 0 0\r\n", failed + failed + failed, format + format + format},
			{"cas a 0 0 1\r\n1\r\nget a\r\n", failed + failed + "END\r\n", format + "END\r\n"},
			{"verbosity\r\n", failed, format},
		},
	},
	ManyWords: {
		Title: "Words too many", Old: "The command is unknown, but for `cas`.", New: "They are ignored.",
		Talks: []Talk{
			{"version now\r\nincr a 1 2 3\r\n", failed + failed, "VERSION 1.6.45\r\nNOT_FOUND\r\n"},
			{"set a 0 0 1 x y\r\n1\r\nget a\r\n", failed + "END\r\n", stored + "VALUE a 0 1\r\n1\r\nEND\r\n"},
		},
	},
	ShortLine: {
		Title: "A line of less than 4 bytes, its end included", Old: "It is an unknown command.", New: "It has a bad format.",
		Talks: []Talk{{"\r\nab\nabc\n", failed + failed + failed, format + format + failed}},
	},
	LeadingBlank: {
		Title: "A blank before a command", Old: "It is passed over.",
		New: "The command is unknown, but for `flush_all`, `verbosity`, `shutdown` and others for operators. `bget` is unknown.",
		Talks: []Talk{
			{" get a\r\n flush_all\r\n", "END\r\nOK\r\n", failed + "OK\r\n"},
			{"bget a\r\n", "END\r\n", failed},
		},
	},
	LineLimit: {
		Title: "A line of which no more comes", Old: "From 1025 bytes without an end on the connection ends, but for `get`, `gets`, `gat` and `gats`.",
		New:   "From 2049 bytes on, but for `get` and `gets`.",
		Talks: []Talk{{line, HangUp, ""}, {line + line, HangUp, HangUp}},
		Tests: "n/line-2048",
	},
	NoReply: {
		Title: "noreply", Old: "It has its place, and hides all answers but that to a wrong number of words.",
		New: "It may be any last word, hides all answers, even `ERROR`, and is no key that is missing. Not hidden is a length that " +
			"cannot be read.",
		Talks: []Talk{
			{"frob noreply\r\nversion\r\n", failed + "VERSION 1.4.5\r\n", "VERSION 1.6.45\r\n"},
			{store + "delete a 5 6 noreply\r\nget a\r\n", stored + failed + "VALUE a 0 2\r\n10\r\nEND\r\n", stored + "END\r\n"},
			{"set a 0 0 x noreply\r\n", "", format},
		},
	},
	KeyTooLong: {
		Title: "A get with a key of more than 250 bytes", Old: "One error line.",
		New:   "The error line, and an empty one behind it. (There answers to earlier commands are lost too; here they are not.)",
		Talks: []Talk{{"get a " + key251 + "\r\n", format, format + "\r\n"}},
	},
	DeleteTime: {
		Title: "delete with a time", Old: "Only `0` is allowed.", New: "Words behind the key mean nothing.",
		Talks: []Talk{{store + "delete a 10\r\n", stored + "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n", stored + "DELETED\r\n"}},
	},
	StrictNumbers: {
		Title: "Numbers", Old: "They are read as C reads them: a plus sign is allowed, and `flush_all` and `verbosity` take a word for 0.",
		New: "Lengths, deltas, cas uniques, levels and the expiries of `touch`, `gat` and `flush_all` are digits and nothing else, " +
			"with a minus where that makes sense, of 11 characters (22 for 64 bits) at most. Flags and the expiry of a store are read as before.",
		Talks: []Talk{
			{store + "incr a +1\r\n", stored + "11\r\n", stored + "CLIENT_ERROR invalid numeric delta argument\r\n"},
			{store + "touch a +1\r\n", stored + "TOUCHED\r\n", stored + "CLIENT_ERROR invalid exptime argument\r\n"},
			{"touch a 2147483648\r\n", "NOT_FOUND\r\n", "CLIENT_ERROR invalid exptime argument\r\n"},
			{"flush_all abc\r\nverbosity abc\r\n", "OK\r\nOK\r\n", "CLIENT_ERROR invalid exptime argument\r\n" + format},
			{"set a +1 0 1\r\n1\r\n", stored, stored},
		},
		Tests: "n/flush-all-negative",
	},
	NegativeExptime: {
		Title: "An expiry of a store from 2^31 on", Old: "It is a date, unless it is at most thirty days below 2^32: that is over at once.",
		New:   "It is cut to 32 bits, and over at once if that is negative.",
		Talks: []Talk{{"set a 0 3000000000 1\r\n1\r\nget a\r\n", stored + "VALUE a 0 1\r\n1\r\nEND\r\n", stored + "END\r\n"}},
	},
	UnsignedFlags: {
		Title: "Flags from 2^31 on", Old: "They are shown as negative numbers.", New: "They are shown as they came.",
		Talks: []Talk{{"set a 4294967295 0 1\r\n1\r\nget a\r\n",
			stored + "VALUE a -1 1\r\n1\r\nEND\r\n", stored + "VALUE a 4294967295 1\r\n1\r\nEND\r\n"}},
		Tests: "n/flags-4294967295",
	},
	NeedsDigit: {
		Title: "incr of an empty value, or one of blanks", Old: "It counts as 0.", New: "It is not numeric.",
		Talks: []Talk{{"set a 0 0 0\r\n\r\nincr a 1\r\n", stored + "1\r\n", stored + "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"}},
	},
	SubWords: {
		Title: "Words behind a command that choose what it does", Old: "They are to be whole.", New: "Any beginning will do: `stats r` is `stats reset`.",
		Talks: []Talk{{"stats r\r\nstats detail o\r\n", failed + "CLIENT_ERROR usage: stats detail on|off|dump\r\n", "RESET\r\nOK\r\n"},
			{"slabs automove r 0.5\r\n", format, "OK\r\n"}},
	},
	CachedumpClass: {
		Title: "Numbers of slab classes", Old: "They are below 200.", New: "They are below 64. (There cachedump lists only what is cold; here it lists all.)",
		Talks: []Talk{{"stats cachedump 64 0\r\n", "END\r\n", "CLIENT_ERROR Illegal slab id\r\n"}},
	},
	CachedumpForever: {
		Title: "Items that never expire in cachedump", Old: "The time is that of the server's start.", New: "It is 0.", Tests: "TestCompatCachedump",
	},
	GuardWithoutCAS: {
		Title: "cas with -C", Old: "It stores over whatever is there.", New: "It never stores over an item.", Tests: "meta/169-gets-no-cas",
	},
	Opcodes: {
		Title: "Opcodes of the binary protocol", Old: "From 0x23 on they are unknown.", New: "0x23 and 0x24 are gatk and gatkq. (There " +
			"the body of an unknown packet is passed over twice, and what follows it is lost; here it is not.)",
		Tests: "TestOpcodes, n/bin-gatq-gatk",
	},
	GeneralStats: {
		Title: "stats", Old: "38 lines.", New: "93 lines. What only 1.6 counts, since it works otherwise, shows as 0.", Tests: "n/stats",
	},
	ItemsStats: {
		Title: "stats items", Old: "8 lines a class.", New: "28 lines a class, likewise; all items count as cold.", Tests: "n/stats-items",
	},
	SlabsStats: {
		Title: "stats slabs", Old: "15 lines a class, with mem_requested.", New: "15 lines a class, with touch_hits.", Tests: "n/stats-slabs",
	},
	SizesStats: {
		Title: "stats sizes", Old: "It counts.", New: "It counts with `-o track_sizes`.",
		Talks: []Talk{{store + "stats sizes\r\n", stored + "STAT 96 1\r\nEND\r\n", stored + "STAT sizes_status disabled\r\nEND\r\n"}},
		Tests: "n/stats-sizes",
	},
	SettingsStats: {
		Title: "stats settings", Old: "21 lines.", New: "66 lines. What is chosen by words that mean nothing here shows as it was given.", Tests: "n/stats-settings",
	},
	FullHouse: {
		Title: "Clients beyond -c", Old: "They wait, unless `-o maxconns_fast` is given.",
		New: "They are told so and closed, unless `-o no_maxconns_fast` is given.", Tests: "TestCompatFullHouse",
	},
	ConnLimit: {
		Title: "-c 0", Old: "It is taken.", New: "It is refused.", Tests: "TestCompatStarts",
	},
	UDPOff: {
		Title: "-U 0 without -p", Old: "TCP is off too.", New: "TCP stays on its port.", Tests: "TestCompatStarts",
	},
	Unreachable: {
		Title: "-p 0 without -U", Old: "gocached does not start, since nobody could reach it; memcached 1.4.5 does.",
		New: "It starts, with a warning.", Tests: "TestCompatStarts",
	},
	StartFaults: {
		Title: "Faults of the command line", Old: "A word of `-o` that nobody knows is answered with those that are known; `-Z` is no flag.",
		New: "A word that nobody knows is named, and no more. `-Z` is refused since there is no TLS.", Tests: "TestNewerValues, TestNewerFlagZ",
	},
}
