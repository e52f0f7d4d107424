package server

import (
	"strconv"
	"strings"

	"gocached/compat"
	"gocached/engine"
	"gocached/protocol"
)

// extstoreSettings are what memcached 1.6 lets operators change of its storage beside memory. There is none here, and so, as in a
// memcached that was started without it, all of them are taken and none means anything.
var extstoreSettings = []struct {
	name  string
	takes func(words [][]byte) bool
}{
	{"free_memchunks", func(words [][]byte) bool {
		class, ok := protocol.Uint32(words[0])
		return len(words) > 1 && isNumber(words[0]) && isNumber(words[1]) && ok && class < maxSlabClass(compat.V1645)
	}},
	{"item_size", oneNumber},
	{"item_age", oneNumber},
	{"low_ttl", oneNumber},
	{"recache_rate", oneNumber},
	{"compact_under", oneNumber},
	{"drop_under", oneNumber},
	{"max_sleep", oneNumber},
	{"max_frag", func(words [][]byte) bool {
		_, err := strconv.ParseFloat(string(words[0]), 64)
		return err == nil
	}},
	{"drop_unread", oneNumber},
}

func oneNumber(words [][]byte) bool { return isNumber(words[0]) }

// isNumber says whether a word is a number of 32 bits.
func isNumber(word []byte) bool {
	_, err := strconv.ParseUint(string(word), 10, 32)
	return err == nil
}

// extstore answers extstore. A beginning of a setting's name will do (as in memcached 1.6).
func (ad *admin) extstore(i int) {
	var space [4][]byte
	words := space[:protocol.Words(ad.round.run.Requests[i].Tokens, space[:])]
	status := protocol.UnknownCommand
	for _, s := range extstoreSettings {
		if len(words) > 1 && strings.HasPrefix(s.name, string(words[0])) {
			if s.takes(words[1:]) {
				status = engine.OK
			}
			break
		}
	}
	ad.reply(i, protocol.Reply{Status: status})
}
