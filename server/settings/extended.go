package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gocached/protocol"
)

// Extended is one key of -o.
type Extended struct {
	Key  string
	Arg  string // what the help calls its value, "" if it takes none
	Help string

	// set takes the value and returns a fault or "". Without it the value goes to the engine under the key.
	set func(s *Settings, value string) string
}

// extended is every key that -o knows. A row is all that a new one needs.
var extended = [...]Extended{
	{
		Key:  "udp_follows_tcp",
		Help: "without -U, serve UDP on the TCP port, as memcached 1.4.5 did",
		set:  func(s *Settings, _ string) string { s.UDPFollowsTCP = true; return "" },
	},
	{
		Key: "udp_max_datagrams", Arg: "num",
		Help: "cut an answer by UDP off after so many datagrams of at most 1400 bytes, so that a small request with a " +
			"forged address costs its victim little (default: 0, which is never)",
		set: func(s *Settings, v string) string {
			return setWhole("udp_max_datagrams", &s.UDPMaxDatagrams, v, 0, protocol.MaxDatagrams)
		},
	},
	{
		Key:  "maxconns_fast",
		Help: "tell clients beyond -c that there are too many and close them, instead of letting them wait",
		set:  func(s *Settings, _ string) string { s.TurnAway = true; return "" },
	},
	{
		Key:  "no_io_uring",
		Help: "make every system call by itself, instead of many at once through Linux's io_uring where it is allowed",
		set:  func(s *Settings, _ string) string { s.NoIOUring = true; return "" },
	},
	{
		Key: "modern_stats",
		Help: "add to the general statistics what memcached 1.6 has there and can be said truly: touch_hits, " +
			"rejected_connections and others that monitoring reads",
		set: func(s *Settings, _ string) string { s.ModernStats = true; return "" },
	},
	{
		Key: "idle_timeout", Arg: "seconds",
		Help: "close a connection that has neither sent anything nor taken any of its replies for so long (default: 0, " +
			"which is never)",
		set: func(s *Settings, v string) string {
			return setWhole("idle_timeout", &s.IdleTimeout, v, 0, math.MaxInt32)
		},
	},
}

// ExtendedTable returns the keys of -o in the order of the help text. The caller must not change it.
func ExtendedTable() []Extended { return extended[:] }

// parseExtended takes -o's argument: keys with or without a value, with commas between them. A key without a row is a
// fault.
func parseExtended(s *Settings, list string) string {
	for _, part := range strings.Split(list, ",") {
		if part == "" {
			continue
		}
		if fault := s.setExtended(part, extended[:]); fault != "" {
			return fault
		}
	}
	return ""
}

// setExtended takes one part of -o's argument.
func (s *Settings) setExtended(part string, rows []Extended) string {
	key, value, hasValue := strings.Cut(part, "=")
	for i := range rows {
		if rows[i].Key != key {
			continue
		}
		if hasValue != (rows[i].Arg != "") {
			return valueFault(key, rows[i].Arg)
		}
		if rows[i].set != nil {
			return rows[i].set(s, value)
		}
		if s.EngineOptions == nil {
			s.EngineOptions = map[string]string{}
		}
		s.EngineOptions[key] = value
		return ""
	}
	advice := ""
	if like := Nearest(key, keyNames(rows)); like != "" {
		advice = "\n -- did you mean " + like + "?"
	}
	return "Illegal suboption \"" + part + "\"" + advice + "\n -- should be one of " + strings.Join(extendedKeys(rows), ", ")
}

// keyNames returns the keys alone.
func keyNames(rows []Extended) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Key
	}
	return names
}

// extendedKeys returns the keys as they are written, with what stands for their values.
func extendedKeys(rows []Extended) []string {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.Key
		if r.Arg != "" {
			keys[i] += "=" + r.Arg
		}
	}
	return keys
}

// setWhole sets a whole number within bounds, and returns a fault or "".
func setWhole(key string, field *int, value string, least, most int) string {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return fmt.Sprintf("-o %s must be a number from %d to %d", key, least, most)
	}
	*field = n
	return ""
}

// valueFault says that a key of -o lacks its value, or takes none.
func valueFault(key, arg string) string {
	if arg == "" {
		return "-o " + key + " takes no value"
	}
	return "-o " + key + " needs a value: " + key + "=" + arg
}
