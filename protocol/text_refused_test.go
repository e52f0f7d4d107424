package protocol

import (
	"strings"
	"testing"
)

// refusedStores: a storage line that is refused takes its data block with it if its length is known, so that no value is
// read as commands. Each block here is a command.
var refusedStores = []textCase{
	{"key", "set " + key251 + " 0 0 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"flags", "set a x 0 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"flags signed", "set a -1 0 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"flags with a tail", "set a 1a 0 7\r\nversion\r\nadd a 0x1 0 7\r\nversion\r\n", badFormat + " skip=9\n" + badFormat + " skip=9", NeedNothing},
	{"flags too large", "set a 18446744073709551616 0 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"exptime", "append a 0 x 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"exptime too large", "set a 0 9223372036854775808 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"exptime too negative", "set a 0 -9223372036854775809 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"cas unique", "cas a 0 0 7 x\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"cas unique too large", "cas a 0 0 1 18446744073709551616\r\n2\r\nversion\r\n", badFormat + " skip=3\nversion", NeedNothing},
	{"cas unique negative", "cas a 0 0 1 -1\r\n2\r\nversion\r\n", badFormat + " skip=3\nversion", NeedNothing},
	{"cas unique noreply", "cas a 0 0 7 noreply\r\nversion\r\nversion\r\n", badFormat + " skip=9 hide=all\nversion", NeedNothing},
	{"several", "set " + key251 + " x x 7\r\nversion\r\nversion\r\n", badFormat + " skip=9\nversion", NeedNothing},
	{"noreply", "set a x 0 7 noreply\r\nversion\r\nversion\r\n", badFormat + " skip=9 hide=all\nversion", NeedNothing},
	{"noreply key", "prepend " + key251 + " 0 0 7 noreply\r\nversion\r\nversion\r\n", badFormat + " skip=9 hide=all\nversion", NeedNothing},
	{"length 0", "set a x 0 0\r\n\r\nversion\r\n", badFormat + " skip=2\nversion", NeedNothing},
	{"block of commands", "set a x 0 18\r\nversion\r\nversion\r\n\r\nquit\r\n", badFormat + " skip=20\nquit +close", NeedClose},
	{"block not ended", "set a x 0 7\r\nversion..version\r\n", badFormat + " skip=9\nversion", NeedNothing},

	// a length that is none, or that no value can have, says nothing of what follows (as in 1.6)
	{"length word", "set a x 0 abc\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"length negative", "set a x 0 -7\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"length too large", "set a x 0 2147483646\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"length of 33 bits", "set a x 0 4294967303\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"count of words", "set a 0 0 noreply\r\nversion\r\n", badFormat + " hide=all\nversion", NeedNothing},

	// with too many words a block is passed over where one follows
	{"words", "set a 0 0 7 x y\r\nversion\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words noreply", "add a 0 0 7 noreply y\r\nversion\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words many", "set a 0 0 7 1 2 3 4 5 6 7 8\r\nversion\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words and no block", "set a 0 0 1 noreply foo\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words and empty block", "set a 0 0 0 x y\r\n\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words and length 0", "set a 0 0 0 x y\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"words and long block", "set a 0 0 16 x y\r\nversion\r\nversion\r\nversion\r\n", unknown + " skip=18\nversion", NeedNothing},
	{"words and bad length", "set a 0 0 x x y\r\nversion\r\n", unknown + "\nversion", NeedNothing},
	{"too few words", "set a 0 7\r\nversion\r\ncas a 0 0 7\r\nversion\r\n", unknown + "\nversion\n" + unknown + "\nversion", NeedNothing},
	{"other commands", "incr a 1 2 7 9\r\nversion\r\ndelete a b c 0\r\nversion\r\n", unknown + "\nversion\n" + unknown + "\nversion", NeedNothing},
}

func TestRefusedStores(t *testing.T) { playCases(t, refusedStores) }

// The longest length that is one is passed over to its last byte, though nobody sends so much.
func TestRefusedLongest(t *testing.T) {
	p := &Parser{}
	in := "set a x 0 2147483645\r\nversion\r\n"
	got, _, need := feed(t, p, in, 7)
	if want := uint64(1<<31 - 1 - len("version\r\n")); len(got) != 1 || need != NeedNothing || p.Skip != want {
		t.Errorf("%q, need %d, skip %d, want %d", got, need, p.Skip, want)
	}
}

// A wrong number of words leaves no more waiting than a value may.
func TestRefusedWordsWait(t *testing.T) {
	limits := Limits{StreamFrom: 2048}
	_, waiting, need := feed(t, &Parser{Limits: limits}, "set a 0 0 2046 x y\r\n"+strings.Repeat("x", 2047), 100)
	if need != NeedMore || waiting > 2048 {
		t.Errorf("%d bytes wait, need %d", waiting, need)
	}
	if got, waiting, _ := feed(t, &Parser{Limits: limits}, "set a 0 0 2047 x y\r\n"+strings.Repeat("x", 2040), 100); waiting > 100 || len(got) == 0 {
		t.Errorf("%d bytes wait of a long block, %q", waiting, got)
	}
}

// httpRequests end the connection at their first line, and whatever stands before it is answered.
var httpRequests = []textCase{
	{"GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\nversion\r\n", "", NeedClose},
	{"POST", "POST /a?b=c HTTP/1.1\r\nContent-Length: 9\r\n\r\nversion\r\n", "", NeedClose},
	{"OPTIONS", "OPTIONS * HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"CONNECT", "CONNECT a:80 HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"any method", "made-up / HTTP/1.0\r\nversion\r\n", "", NeedClose},
	{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nversion\r\n", "", NeedClose},
	{"bare LF and blanks", " GET  /  HTTP/1.1 \nversion\r\n", "", NeedClose},
	{"blanks in the path", "GET /a b c d e f g h i HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"long path", "GET /" + strings.Repeat("x", 5000) + " HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"later", "version\r\nGET / HTTP/1.1\r\nversion\r\n", "version", NeedClose},
	{"small letters", "get / HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"an address", "get http://a/b HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"small letters and a long path", "get /" + strings.Repeat("x", 1200) + " HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"small letters and many blanks", "get  /" + strings.Repeat(" ", 1200) + "HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"small letters and a long version", "get / HTTP/1.1" + strings.Repeat("x", 1200) + "\r\nversion\r\n", "", NeedClose},
	{"gat and a long path", "gat /" + strings.Repeat("x", 1200) + " HTTP/1.1\r\nversion\r\n", "", NeedClose},
	{"another command", "delete /a HTTP/1.1\r\nversion\r\n", "", NeedClose},

	// and these are none
	{"keys", "get a HTTP/1.1\r\nget HTTP/1.1 /\r\n", "get a hide=miss\nget HTTP/1.1 hide=miss\nend\nget HTTP/1.1 hide=miss\nget / hide=miss\nend", NeedNothing},
	{"one key", "get HTTP/1.1\r\n", "get HTTP/1.1 hide=miss\nend", NeedNothing},
	{"many keys", "get / b HTTP/1.1\r\n", "get / hide=miss\nget b hide=miss\nget HTTP/1.1 hide=miss\nend", NeedNothing},
	{"keys on a later line", "version\r\nget / HTTP/1.1\r\n", "version\nget / hide=miss\nget HTTP/1.1 hide=miss\nend", NeedNothing},
	{"a key to store", "set HTTP/1.1 0 0 1\r\n1\r\n", `store/set HTTP/1.1 "1"`, NeedNothing},
	{"a value", "set a 0 0 14\r\nGET / HTTP/1.1\r\n", `store/set a "GET / HTTP/1.1"`, NeedNothing},
	{"a long key", "get /" + strings.Repeat("x", 1200) + "\r\nversion\r\n", badFormat + "\nversion", NeedNothing},
	{"a long line of keys", "get /" + strings.Repeat(" k", 600) + " HTTP/1.1\r\n",
		"get / hide=miss\n" + strings.Repeat("get k hide=miss\n", 600) + "get HTTP/1.1 hide=miss\nend", NeedNothing},
	{"one word", "HTTP/1.1\r\n", unknown, NeedNothing},
	{"an answer", "HTTP/1.1 200 OK\r\n", unknown, NeedNothing},
	{"no version", "GET /\r\n", unknown, NeedNothing},
	{"NUL", "GET / \x00HTTP/1.1\r\n", unknown, NeedNothing},
}

func TestHTTP(t *testing.T) { playCases(t, httpRequests) }
