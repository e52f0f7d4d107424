package protocol

import (
	"bytes"
	"strings"
)

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
	return !isCommand || isPlace(words[1])
}

// isPlace says whether a word is a path or an address.
func isPlace(word []byte) bool { return word[0] == '/' || bytes.Contains(word, []byte("://")) }

// mayBeHTTP says whether the beginning of a connection's first line may become one that isHTTP knows, though its first word
// is a command.
func mayBeHTTP(part []byte) bool {
	var words [4][]byte
	n := Words(part, words[:])
	if n < 2 || n > 3 || !isPlace(words[1]) {
		return false
	}
	const version = "HTTP/"
	last := string(words[2][:min(len(words[2]), len(version))])
	return strings.HasPrefix(version, last)
}
