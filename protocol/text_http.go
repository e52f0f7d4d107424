package protocol

import "bytes"

// isHTTP says whether a line is the first one of an HTTP request, and so what follows is chosen by whoever chose the
// request's headers and body: a page in a browser, say, that knows the address of a cache nobody else can reach. None of
// it is read.
//
// An unknown command whose last word names HTTP is one (as in memcached 1.6). HTTP's methods are capital letters, which
// no command is; but a careless client's may be anything, so the first line of a connection is also looked at if its
// first word is a command: as in "get / HTTP/1.1", it must then ask for a path or an address.
func isHTTP(line []byte, words [][]byte, isCommand, isFirst bool) bool {
	if len(words) < 2 || isCommand && (!isFirst || len(words) != 3) || !bytes.HasPrefix(lastWord(line), []byte("HTTP/")) {
		return false
	}
	return !isCommand || words[1][0] == '/' || bytes.Contains(words[1], []byte("://"))
}
