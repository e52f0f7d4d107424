package protocol

import "gocached/engine"

// readMemlimit reads the megabytes of cache_memlimit. What is no number is an unknown command (as in memcached 1.6).
func readMemlimit(r *Request, words [][]byte) engine.Status {
	megabytes, ok := Uint32(words[1])
	if !ok {
		return UnknownCommand
	}
	r.Delta = uint64(megabytes)
	return engine.OK
}

// readSlabs knows that only slabs automove may end in noreply, and hides then whatever it is answered (as in memcached 1.6).
func readSlabs(r *Request, line []byte, words [][]byte) {
	if IsAutomove(words[1]) && string(lastWord(line)) == "noreply" {
		r.Hide = HideAll
	}
}

// IsReassign says whether a word behind slabs is reassign, or an abbreviation of it (as in memcached 1.6.45).
func IsReassign(word []byte) bool { return Abbreviates(word, "reassign") }

// IsAutomove says the same of automove.
func IsAutomove(word []byte) bool { return Abbreviates(word, "automove") }

// Abbreviates says whether a word is the beginning of another, or the whole of it: such words behind a command's name are taken for it
// (as in memcached 1.6.45).
func Abbreviates(word []byte, whole string) bool {
	return len(word) > 0 && len(word) <= len(whole) && string(word) == whole[:len(word)]
}
