package server

import (
	"strconv"

	"gocached/engine"
	"gocached/protocol"
)

// lru answers lru tune, mode and temp_ttl. They steer memcached's segments, which there are not here: what is thrown out is chosen by
// -o lru. So they change only what stats settings shows in the 1.6 mode.
func (ad *admin) lru(i int) {
	var space [5][]byte
	words := space[:protocol.Words(ad.round.run.Requests[i].Tokens, space[:])]
	ad.reply(i, protocol.Reply{Status: ad.tuneLRU(words)})
}

func (ad *admin) tuneLRU(words [][]byte) engine.Status {
	switch {
	case len(words) < 2:
		return protocol.UnknownCommand
	case len(words) > 4 && protocol.Abbreviates(words[0], "tune"):
		return ad.shared.tuned.tuneSegments(words[1:])
	case !ad.shared.settings.LRUMaintainer():
		return protocol.UnknownCommand
	case protocol.Abbreviates(words[0], "mode"):
		return ad.shared.tuned.setLRUMode(words[1])
	case protocol.Abbreviates(words[0], "temp_ttl"):
		return ad.shared.tuned.setTempTTL(words[1])
	}
	return protocol.UnknownCommand
}

// tuneSegments answers lru tune: how much the hot and the warm segment may have, and how old what is in them may be.
func (t *tuned) tuneSegments(words [][]byte) engine.Status {
	const most = 80 // per cent
	hot, ok := protocol.Uint32(words[0])
	warm, ok2 := protocol.Uint32(words[1])
	hotFactor, err := strconv.ParseFloat(string(words[2]), 64)
	warmFactor, err2 := strconv.ParseFloat(string(words[3]), 64)
	switch {
	case !ok || !ok2 || err != nil || err2 != nil:
		return protocol.UnknownCommand
	case uint64(hot)+uint64(warm) > most:
		return protocol.LargeSegments
	case !(hotFactor > 0) || !(warmFactor > 0):
		return protocol.BadSegmentAge
	}
	t.set("hot_lru_pct", strconv.FormatUint(uint64(hot), 10))
	t.set("warm_lru_pct", strconv.FormatUint(uint64(warm), 10))
	t.set("hot_max_factor", strconv.FormatFloat(hotFactor, 'f', 2, 64))
	t.set("warm_max_factor", strconv.FormatFloat(warmFactor, 'f', 2, 64))
	return engine.OK
}

// setLRUMode answers lru mode.
func (t *tuned) setLRUMode(mode []byte) engine.Status {
	switch {
	case protocol.Abbreviates(mode, "flat"):
		t.set("lru_segmented", "no")
	case protocol.Abbreviates(mode, "segmented"):
		t.set("lru_segmented", "yes")
	default:
		return protocol.UnknownCommand
	}
	return engine.OK
}

// setTempTTL answers lru temp_ttl. Below 0 it switches that segment off.
func (t *tuned) setTempTTL(word []byte) engine.Status {
	seconds, err := strconv.ParseInt(string(word), 10, 32)
	switch {
	case err != nil:
		return protocol.UnknownCommand
	case seconds < 0:
		t.set("temp_lru", "no")
	default:
		t.set("temp_lru", "yes")
		t.set("temporary_ttl", strconv.FormatInt(seconds, 10))
	}
	return engine.OK
}
