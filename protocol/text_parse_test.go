package protocol

import (
	"strings"
	"testing"
)

const long = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" // 50 bytes

var (
	key250 = strings.Repeat(long, 5)
	key251 = key250 + "k"
)

const (
	unknown   = `fail "ERROR"`
	badFormat = `fail "CLIENT_ERROR bad command line format"`
	badDelta  = `fail "CLIENT_ERROR invalid numeric delta argument"`
	badDelete = `fail "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]"`
)

// textCase says what is sent, what it is read as (a line each), and why Parse stops in the end.
type textCase struct {
	name, in, want string
	need           Need
}

var textCases = []textCase{
	// get
	{"get", "get a\r\n", "get a hide=miss\nend", NeedNothing},
	{"get without CR", "get a\n", "get a hide=miss\nend", NeedNothing},
	{"get many", "get a bb ccc\r\n", "get a hide=miss\nget bb hide=miss\nget ccc hide=miss\nend", NeedNothing},
	{"gets", "gets a b\r\n", "get a +cas hide=miss\nget b +cas hide=miss\nend", NeedNothing},
	{"bget", "bget a\r\n", "get a hide=miss\nend", NeedNothing},
	{"gat", "gat 10 a b\r\n", "get a exptime=10 +touch hide=miss\nget b exptime=10 +touch hide=miss\nend", NeedNothing},
	{"gats", "gats -1 a\r\n", "get a exptime=-1 +cas +touch hide=miss\nend", NeedNothing},
	{"gat bad exptime", "gat x a\r\nversion\r\n", "fail \"CLIENT_ERROR invalid exptime argument\"\nversion", NeedNothing},
	{"gat without key", "gat 10\r\ngats 0  \r\n", badFormat + "\n" + badFormat, NeedNothing},
	{"gat bare", "gat\r\ngats \r\ngat x\r\n", badFormat + "\n" + badFormat + "\n" + badFormat, NeedNothing},
	{"gat noreply is a key", "gat 0 noreply\r\n", "get noreply +touch hide=miss\nend", NeedNothing},
	{"gat exptime of 32 bits", "gat 4294967295 a\r\ngat 4294967296 a\r\n",
		"get a exptime=-1 +touch hide=miss\nend\nget a +touch hide=miss\nend", NeedNothing},
	{"get bare", "get\r\nget \r\ngets\r\nbget   \r\n", unknown + "\n" + unknown + "\n" + unknown + "\n" + unknown, NeedNothing},
	{"get leading blanks", "  get  a\r\n", "get a hide=miss\nend", NeedNothing},
	{"get trailing blanks", "get a \r\nget b  \n", "get a hide=miss\nend\nget b hide=miss\nend", NeedNothing},
	{"get double blanks", "get  a  b\r\n", "get a hide=miss\nget b hide=miss\nend", NeedNothing},
	{"get key 250", "get " + key250 + "\r\n", "get kkkk...250 hide=miss\nend", NeedNothing},
	{"get key 251", "get " + key251 + "\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"get key 251 behind others", "get a b " + key251 + " c\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"get key tab and high bytes", "get a\tb\xff\x80\x01\r\n", "get a\tb\xff\x80\x01 hide=miss\nend", NeedNothing},
	{"get tab is no blank", "get\ta\r\n", unknown, NeedNothing},
	{"get CR CR", "get a\r\r\n", "get a\r hide=miss\nend", NeedNothing},
	{"get NUL", "get a\x00b c\r\nversion\r\n", "get a hide=miss\nend\nversion", NeedNothing},
	{"get NUL at once", "get \x00a\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"get bad key behind NUL", "get a\x00 " + key251 + "\r\nversion\r\n", "get a hide=miss\nend\nversion", NeedNothing},
	{"get noreply is a key", "get noreply\r\n", "get noreply hide=miss\nend", NeedNothing},

	// storage
	{"set", "set a 5 10 3\r\nabc\r\n", `store/set a flags=5 exptime=10 "abc"`, NeedNothing},
	{"set empty", "set a 0 0 0\r\n\r\n", `store/set a ""`, NeedNothing},
	{"set without CR", "set a 0 0 1\nx\r\n", `store/set a "x"`, NeedNothing},
	{"set value with line ends", "set a 0 0 8\r\nab\r\ncd\r\n\r\n", `store/set a "ab\r\ncd\r\n"`, NeedNothing},
	{"set blanks", "  set  a  0  0  1  \r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"other stores", "add a 0 0 1\r\n1\r\nreplace a 0 0 1\r\n1\r\nappend a 0 0 1\r\n1\r\nprepend a 0 0 1\r\n1\r\n",
		"store/add a \"1\"\nstore/replace a \"1\"\nstore/append a \"1\"\nstore/prepend a \"1\"", NeedNothing},
	{"cas", "cas a 1 2 1 99\r\n1\r\n", `store/cas a flags=1 exptime=2 cas=99 "1"`, NeedNothing},
	{"cas zero", "cas a 0 0 1 0\r\n1\r\n", `store/cas a "1"`, NeedNothing},
	{"cas noreply", "cas a 0 0 1 99 noreply\r\n1\r\n", `store/cas a cas=99 "1" hide=all`, NeedNothing},
	{"cas endless", "cas a 0 0 1 99 noreply x y z\r\n1\r\n", `store/cas a cas=99 "1" hide=all`, NeedNothing},
	{"cas huge", "cas a 0 0 1 18446744073709551615\r\n1\r\n", `store/cas a cas=18446744073709551615 "1"`, NeedNothing},
	{"cas very negative", "cas a 0 0 1 -18446744073709551615\r\n1\r\n", `store/cas a cas=1 "1"`, NeedNothing},
	{"set noreply", "set a 0 0 1 noreply\r\n1\r\n", `store/set a "1" hide=all`, NeedNothing},
	{"set NOREPLY", "set a 0 0 1 NOREPLY\r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"set too few words", "set a 0 0\r\nset\r\n", unknown + "\n" + unknown, NeedNothing},
	{"set key 250", "set " + key250 + " 0 0 1\r\n1\r\n", `store/set kkkk...250 "1"`, NeedNothing},
	{"set flags plus", "set a +7 0 1\r\n1\r\n", `store/set a flags=7 "1"`, NeedNothing},
	{"set flags max", "set a 4294967295 0 1\r\n1\r\n", `store/set a flags=4294967295 "1"`, NeedNothing},
	{"set flags cut", "set a 4294967296 0 1\r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"set exptime negative", "set a 0 -1 1\r\n1\r\n", `store/set a exptime=-1 "1"`, NeedNothing},
	{"set exptime of 32 bits", "set a 0 2147483648 1\r\n1\r\n", `store/set a exptime=2147483648 "1"`, NeedNothing},
	{"set exptime cut", "set a 0 4294967295 1\r\n1\r\nadd a 0 4294967296 1\r\n1\r\n",
		"store/set a exptime=-1 \"1\"\nstore/add a \"1\"", NeedNothing},
	{"set length padded", "set a 0 0 01\r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"set length CR CR", "set a 0 0 1\r\r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"set length negative", "set a 0 0 -1\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set length very negative", "set a 0 0 -18446744073709551615\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set length word", "set a 0 0 abc\r\nset a 0 0 1x\r\n", badFormat + "\n" + badFormat, NeedNothing},
	{"set length 2^31-2", "set a 0 0 2147483646\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set length 2^31", "set a 0 0 2147483648\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set length 2^32+1", "set a 0 0 4294967297\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set length 2^64+1", "set a 0 0 18446744073709551617\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"set NUL", "set a 0 0 1\x00 x y z\r\n1\r\n", `store/set a "1"`, NeedNothing},
	{"data too long", "set a 0 0 3\r\nabcdef\r\n", "store/set a \"abc\" +bad\n" + unknown, NeedNothing},
	{"data too short", "set a 0 0 5\r\nabc\r\n\r\n", `store/set a "abc\r\n"`, NeedNothing},
	{"data LF only", "set a 0 0 1\r\n1\nxversion\r\n", "store/set a \"1\" +bad\nversion", NeedNothing},
	{"data bad and noreply", "set a 0 0 1 noreply\r\n12345\r\nversion\r\n", "store/set a \"1\" +bad hide=all\n" + unknown + "\nversion", NeedNothing},
	{"data not there", "set a 0 0 3\r\nab", "", NeedMore},
	{"data without its end", "set a 0 0 3\r\nabc\r", "", NeedMore},
	{"streamed", "set a 0 0 20\r\n01234567890123456789\r\nversion\r\n", "store/set a \"01234567890123456789\"\nversion", NeedNothing},
	{"streamed bad end", "set a 0 0 20\r\n01234567890123456789xxversion\r\n", "store/set a \"01234567890123456789\" +bad\nversion", NeedNothing},
	{"streamed noreply", "append a 0 0 20 noreply\r\n01234567890123456789\r\n", "store/append a \"01234567890123456789\" hide=all", NeedNothing},

	// numbers
	{"incr", "incr n 1\r\ndecr n 2\r\n", "arithmetic n delta=1\narithmetic n delta=2 +decrease", NeedNothing},
	{"incr noreply", "incr n 1 noreply\r\nincr n 1 foo\r\n", "arithmetic n delta=1 hide=all\narithmetic n delta=1", NeedNothing},
	{"incr delta", "incr n +1\r\nincr n 18446744073709551615\r\nincr n -18446744073709551615\r\n",
		"arithmetic n delta=1\narithmetic n delta=18446744073709551615\narithmetic n delta=1", NeedNothing},
	{"incr bad delta", "incr n abc\r\nincr n 1a\r\nincr n -1\r\nincr n 18446744073709551616\r\nincr n 0x5\r\n",
		strings.Repeat("\n"+badDelta, 5)[1:], NeedNothing},
	{"incr noreply as delta", "incr n noreply\r\n", badDelta + " hide=all", NeedNothing},
	{"incr words", "incr\r\nincr n\r\nincr n 1 2 3\r\ndecr\r\n", strings.Repeat("\n"+unknown, 4)[1:], NeedNothing},
	{"incr key 251", "incr " + key251 + " x\r\n", badFormat, NeedNothing},

	// delete and touch
	{"delete", "delete a\r\ndelete a 0\r\n", "delete a\ndelete a", NeedNothing},
	{"delete time", "delete a 5\r\ndelete a 00\r\ndelete a x\r\n", strings.Repeat("\n"+badDelete, 3)[1:], NeedNothing},
	{"delete noreply", "delete a noreply\r\ndelete a 0 noreply\r\ndelete noreply\r\n", "delete a hide=all\ndelete a hide=all\ndelete noreply", NeedNothing},
	{"delete noreply 0", "delete a noreply 0\r\ndelete a 0 0\r\n", badDelete + "\n" + badDelete, NeedNothing},
	{"delete 5 noreply", "delete a 5 noreply\r\n", badDelete + " hide=all", NeedNothing},
	{"delete words", "delete\r\ndelete a b c d\r\n", unknown + "\n" + unknown, NeedNothing},
	{"delete key", "delete " + key250 + "\r\ndelete " + key251 + "\r\n", "delete kkkk...250\n" + badFormat, NeedNothing},
	{"touch", "touch a 100\r\ntouch a -1 noreply\r\n", "touch a exptime=100\ntouch a exptime=-1 hide=all", NeedNothing},
	{"touch words", "touch\r\ntouch a\r\ntouch noreply\r\n", badFormat + "\n" + badFormat + "\n" + badFormat, NeedNothing},
	{"touch more words", "touch a 0 1 2\r\ntouch a 5 1 2 3 4 5 6 7 8\r\n", "touch a\ntouch a exptime=5", NeedNothing},
	{"touch noreply last", "touch a 0 1 noreply\r\ntouch a 0 1 2 3 4 5 6 7 noreply\r\ntouch a 0 noreply 1\r\ntouch a noreply\r\n",
		"touch a hide=all\ntouch a hide=all\ntouch a\nfail \"CLIENT_ERROR invalid exptime argument\" hide=all", NeedNothing},
	{"touch exptime cut", "touch a 4294967295\r\ntouch a -4294967295\r\n", "touch a exptime=-1\ntouch a exptime=1", NeedNothing},
	{"touch bad", "touch a\r\ntouch a abc\r\ntouch " + key251 + " 1\r\n", badFormat + "\nfail \"CLIENT_ERROR invalid exptime argument\"\n" + badFormat, NeedNothing},

	// the rest
	{"flush_all", "flush_all\r\nflush_all 0\r\nflush_all 2\r\nflush_all -2\r\n", "flush_all\nflush_all\nflush_all exptime=2\nflush_all", NeedNothing},
	{"flush_all noreply", "flush_all noreply\r\nflush_all 3 noreply\r\n", "flush_all hide=all\nflush_all exptime=3 hide=all", NeedNothing},
	{"flush_all word", "flush_all abc\r\nflush_all 5x y\r\nflush_all 1 2 3\r\n", "flush_all\nflush_all exptime=5\n" + unknown, NeedNothing},
	{"flush_all range", "flush_all 9223372036854775808\r\nflush_all -9223372036854775809\r\n", badFormat + "\n" + badFormat, NeedNothing},
	{"flush_all is not cut", "flush_all 4294967295\r\nflush_all 4294967296\r\n", "flush_all exptime=4294967295\nflush_all exptime=4294967296", NeedNothing},
	{"no errno", "incr a 99999999999999999999\r\nflush_all 0\r\n", badDelta + "\nflush_all", NeedNothing},
	{"stats", "stats\r\nstats items\r\n  stats   cachedump 1 0 \r\n", "stats\nstats \"items\"\nstats \"cachedump 1 0 \"", NeedNothing},
	{"version", "version\r\nversion x\r\nversion  \r\nversion\x00x\r\n", "version\n" + unknown + "\nversion\nversion", NeedNothing},
	{"verbosity", "verbosity 1\r\nverbosity 99 x\r\nverbosity\r\nverbosity 1 2 3\r\n", "verbosity delta=1 \"1\"\nverbosity delta=99 \"99 x\"\n" + unknown + "\n" + unknown, NeedNothing},
	{"verbosity noreply", "verbosity noreply\r\nverbosity 1 noreply\r\nverbosity -1\r\n",
		"verbosity \"noreply\" hide=all\nverbosity delta=1 \"1 noreply\" hide=all\nverbosity delta=4294967295 \"-1\"", NeedNothing},
	{"quit", "version\r\nquit\r\nversion\r\n", "version\nquit +close", NeedClose},
	{"quit argument", "quit x\r\n", unknown, NeedNothing},
	{"shutdown", "shutdown\r\nshutdown graceful\r\n", "shutdown\nshutdown \"graceful\"", NeedNothing},
	{"cache_memlimit", "cache_memlimit 64\r\ncache_memlimit +8 x\r\ncache_memlimit 4294967297\r\n",
		"cache_memlimit delta=64 \"64\"\ncache_memlimit delta=8 \"+8 x\"\ncache_memlimit delta=1 \"4294967297\"", NeedNothing},
	{"cache_memlimit wrong", "cache_memlimit\r\ncache_memlimit 1 2 3\r\ncache_memlimit 12abc\r\ncache_memlimit -1\r\n",
		unknown + "\n" + unknown + "\n" + unknown + " \"12abc\"\n" + unknown + " \"-1\"", NeedNothing},
	{"cache_memlimit noreply", "cache_memlimit 64 noreply\r\n", "cache_memlimit delta=64 \"64 noreply\" hide=all", NeedNothing},
	{"slabs", "slabs reassign 1 2\r\nslabs\r\nslabs x y z noreply\r\n", "slabs \"reassign 1 2\"\n" + unknown + "\nslabs \"x y z noreply\"", NeedNothing},
	{"slabs automove noreply", "slabs automove 1 noreply\r\nslabs auto noreply\r\nslabs reassign 1 2 noreply\r\n",
		"slabs \"automove 1 noreply\" hide=all\nslabs \"auto noreply\" hide=all\nslabs \"reassign 1 2 noreply\"", NeedNothing},
	{"shutdown noreply", "shutdown noreply\r\nshutdown x noreply\r\n", "shutdown \"noreply\" hide=all\nshutdown \"x noreply\" hide=all", NeedNothing},

	// lines
	{"unknown", "foo\r\nGET a\r\nmna\r\n", strings.Repeat("\n"+unknown, 3)[1:], NeedNothing},
	{"empty", "\r\n\n \r\n\x00\r\n", strings.Repeat("\n"+unknown, 4)[1:], NeedNothing},
	{"CR CR LF", "version\r\r\n", unknown, NeedNothing},
	{"incomplete", "version", "", NeedMore},
	{"incomplete behind one", "version\r\nget a", "version", NeedMore},
	{"1024 bytes wait", strings.Repeat("x", 1024), "", NeedMore},
	{"1025 bytes wait specially", strings.Repeat("x", 1025), "", NeedLineEnd},
	{"binary as text", "\x80\x0a\x00\r\n", unknown + "\n" + unknown, NeedNothing},
}

func TestParseText(t *testing.T) { playCases(t, textCases) }

// playCases reads what each case sends, whole and in pieces.
func playCases(t *testing.T, cases []textCase) {
	t.Helper()
	for _, c := range cases {
		for _, way := range everyCut {
			p := &Parser{Limits: Limits{StreamFrom: 16}}
			all, need := drive(t, p, []byte(c.in), way.cut, way.room)
			if got := show(all); got != c.want || need != c.need {
				t.Errorf("%s, cut %v, room %v: %.200q\ngot %d:\n%s\nwant %d:\n%s", c.name, way.cut, way.room, c.in, need, got, c.need, c.want)
			}
			if c.need == NeedNothing && (p.State != State{} || p.Skip != 0) {
				t.Errorf("%s: left with %+v, skip %d", c.name, p.State, p.Skip)
			}
		}
	}
}
