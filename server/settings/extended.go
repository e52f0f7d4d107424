package settings

import (
	"math"
	"strconv"
	"strings"

	"gocached/compat"
	"gocached/engine"
	"gocached/protocol"
)

// Extended is one of the server's own keys of -o. Those of an engine stand in its Info.
type Extended struct {
	engine.Option
	set func(s *Settings, value string) // takes a value that has passed the check of its kind
}

// extended is every key of the server's own. A row is all that a new one needs.
var extended = [...]Extended{
	{
		engine.Option{
			Key:  "udp_follows_tcp",
			Help: "without -U, serve UDP on the TCP port, as memcached 1.4.5 did",
		},
		func(s *Settings, _ string) { s.UDPFollowsTCP = true },
	},
	{
		engine.Option{
			Key: "udp_max_datagrams", Kind: engine.Whole("num", 0, protocol.MaxDatagrams),
			Help: "cut an answer by UDP off after so many datagrams of at most 1400 bytes, so that a small request with a " +
				"forged address costs its victim little (default: 0, which is never)",
		},
		func(s *Settings, v string) { s.UDPMaxDatagrams, _ = strconv.Atoi(v) },
	},
	{
		engine.Option{
			Key:  "maxconns_fast",
			Help: "tell clients beyond -c that there are too many and close them, instead of letting them wait",
		},
		func(s *Settings, _ string) { s.MaxConnsFast = true },
	},
	{
		engine.Option{
			Key:  "no_io_uring",
			Help: "make every system call by itself, instead of many at once through Linux's io_uring where it is allowed",
		},
		func(s *Settings, _ string) { s.NoIOUring = true },
	},
	{
		engine.Option{
			Key: "modern_stats",
			Help: "add to the general statistics what memcached 1.6 has there and can be said truly: touch_hits, " +
				"rejected_connections and others that monitoring reads",
		},
		func(s *Settings, _ string) { s.ModernStats = true },
	},
	{
		engine.Option{
			Key: "idle_timeout", Kind: engine.Whole("seconds", 0, math.MaxInt32),
			Help: "close a connection that has neither sent anything nor taken any of its replies for so long (default: 0, " +
				"which is never)",
		},
		func(s *Settings, v string) { s.IdleTimeout, _ = strconv.Atoi(v) },
	},
	{
		engine.Option{
			Key: "compat", Kind: engine.OneOf("version", compat.Names()...), Default: compat.Names()[0],
			Help: "which memcached is followed where its versions contradict each other: 1.4.5, or with 1.6 version 1.6.45 " +
				"(default: 1.4.5)",
		},
		func(s *Settings, v string) { s.Compat = compat.Named(v) },
	},
}

// ExtendedTable returns the server's own keys of -o in the order of the help text.
func ExtendedTable() []engine.Option {
	options := make([]engine.Option, len(extended))
	for i := range extended {
		options[i] = extended[i].Option
	}
	return options
}

// parseExtended takes -o's argument: keys with or without a value, with commas between them. A key that is not the
// server's is kept for the engine, which -E may name later.
func parseExtended(s *Settings, list string) string {
	for _, part := range strings.Split(list, ",") {
		if part == "" {
			continue
		}
		if fault := s.setExtended(part); fault != "" {
			return fault
		}
	}
	return ""
}

// setExtended takes one part of -o's argument.
func (s *Settings) setExtended(part string) string {
	key, value, given := strings.Cut(part, "=")
	for i := range extended {
		row := &extended[i]
		if row.Key != key {
			continue
		}
		fault := fault1645(key, value)
		if fault == "" {
			fault = row.Fault(value, given)
		}
		if fault == "" {
			row.set(s, value)
		}
		return fault
	}
	s.foreign = append(s.foreign, part)
	return ""
}
