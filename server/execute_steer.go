package server

import (
	"math"
	"strconv"

	"gocached/engine"
	"gocached/protocol"
	"gocached/server/settings"
)

// cacheMemlimit answers cache_memlimit. Its bounds are memcached's.
func (ad *admin) cacheMemlimit(i int) {
	const least, most = 8, 1_000_000_000
	switch megabytes := ad.round.run.Requests[i].Delta; {
	case megabytes < least:
		ad.reply(i, protocol.Reply{Status: protocol.LimitTooSmall})
	case megabytes > most:
		ad.reply(i, protocol.Reply{Status: protocol.LimitInBytes})
	default:
		ad.reply(i, protocol.Reply{Status: ad.shared.setMemoryLimit(int64(megabytes) << 20)})
	}
}

// setMemoryLimit changes the limit. More than the machine has is refused, unless the limit is higher now.
func (s *shared) setMemoryLimit(bytes int64) engine.Status {
	s.limits.Lock()
	defer s.limits.Unlock()
	if s.steering.SetMemoryLimit == nil {
		return engine.NoRoom
	}
	higher := bytes > settings.MemoryLimit(s.limit.Load())
	if higher && !settings.Bearable(bytes) {
		return s.keepLimit(bytes, "the machine has less")
	}
	switch status := s.steering.SetMemoryLimit(bytes); {
	case status == engine.NoRoom && higher:
		return s.keepLimit(bytes, "-o memory_limit_max allows less")
	case status == engine.NoRoom:
		return s.keepLimit(bytes, "the largest item, or values that are on their way, need more")
	case status != engine.OK:
		return status
	}
	s.limit.Store(bytes)
	if s.log.Level() > 0 {
		s.log.Printf("maxbytes adjusted to %dm", bytes>>20)
	}
	return engine.OK
}

// keepLimit tells the operator why the limit stays; the client is told only that.
func (s *shared) keepLimit(bytes int64, why string) engine.Status {
	if s.log.Level() > 0 {
		s.log.Printf("maxbytes is not adjusted to %dm: %s", bytes>>20, why)
	}
	return engine.NoRoom
}

// slabs answers slabs reassign and slabs automove.
func (ad *admin) slabs(i int) {
	var space [4][]byte
	words := space[:protocol.Words(ad.round.run.Requests[i].Tokens, space[:])]
	status := protocol.UnknownCommand
	switch {
	case protocol.IsReassign(words[0]) && len(words) == 3:
		status = ad.shared.reassign(words[1], words[2])
	case protocol.IsAutomove(words[0]) && len(words) > 1:
		status = ad.shared.automove(words[1:])
	}
	ad.reply(i, protocol.Reply{Status: status})
}

// reassign begins to move a page from one slab class to another.
func (s *shared) reassign(from, to []byte) engine.Status {
	a, ok := protocol.Int64(from)
	b, ok2 := protocol.Int64(to)
	switch {
	case s.steering.MovePage == nil || s.settings.NoReassign:
		return protocol.ReassignOff
	case !ok || !ok2:
		return protocol.BadFormat
	}
	return s.steering.MovePage(int(int32(a)), int(int32(b))) // cut, as in memcached
}

// automove changes how pages move by themselves: the level, or another number behind its name.
func (s *shared) automove(words [][]byte) engine.Status {
	switch is := func(meant string) bool { return isWord(s.settings.Compat, string(words[0]), meant) }; {
	case is("ratio"):
		return s.automoveRatio(words[1:])
	case is("freeratio"):
		_, status := readRatio(words[1:])
		return status
	case is("window"):
		return checkWindow(words[1:])
	}
	level, ok := protocol.Uint32(words[0])
	switch {
	case !ok:
		return protocol.BadFormat
	case level > 2:
		return protocol.UnknownCommand
	case s.steering.SetAutomove == nil:
		return engine.Unsupported
	}
	s.steering.SetAutomove(int(level))
	return engine.OK
}

func (s *shared) automoveRatio(words [][]byte) engine.Status {
	ratio, status := readRatio(words)
	switch {
	case status != engine.OK:
		return status
	case s.steering.SetAutomoveRatio == nil:
		return engine.Unsupported
	}
	s.steering.SetAutomoveRatio(ratio)
	return engine.OK
}

// readRatio reads the word behind ratio or freeratio. The latter changes nothing here: how much is kept free is not for anybody to say.
func readRatio(words [][]byte) (ratio float64, status engine.Status) {
	if len(words) == 0 {
		return 0, protocol.UnknownCommand
	}
	ratio, err := strconv.ParseFloat(string(words[0]), 64)
	if err != nil || math.IsNaN(ratio) {
		return 0, protocol.UnknownCommand
	}
	return ratio, engine.OK
}

// checkWindow looks at the seconds behind window. They change nothing here: pages move by what was stored, not by the clock.
func checkWindow(words [][]byte) engine.Status {
	const least, most = 3, 1800
	if len(words) == 0 {
		return protocol.UnknownCommand
	}
	switch seconds, ok := protocol.Uint32(words[0]); {
	case !ok:
		return protocol.UnknownCommand
	case seconds < least || seconds > most:
		return protocol.BadWindow
	}
	return engine.OK
}
