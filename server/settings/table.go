package settings

import (
	"cmp"
	"fmt"
	"strconv"

	"gocached/compat"
)

// Bounds of settings whose excess would only do harm.
const (
	maxPort    = 65535
	maxThreads = 1024    // event loops
	minItemMax = 1 << 10 // bytes, as in memcached 1.4.5
	maxItemMax = 128 << 20
)

// octal is the fault of permissions that are none. Bits above them would be lost on the way to the kernel, and what is
// left might open the socket to everybody.
const octal = "-a needs permissions from 0 to 0777, in octal"

// table is every setting, in the order of the help text: first memcached 1.4.5's, in its order, then the newer ones.
var table = [...]Setting{
	{
		Letter: 'p', Long: "port", Arg: "num", Default: "11211",
		Help: "TCP port (default: 11211, 0 is off, -1 any free one)",
		what: "TCP port", min: -1, max: maxPort,
		field: func(s *Settings) any { return &s.Port },
		stat:  "tcpport", statOrder: 3,
		show: func(_ *Settings, live Live) string { return strconv.Itoa(live.TCPPort) },
	},
	{
		Letter: 'U', Long: "udp-port", Arg: "num", Default: "0",
		Help: "UDP port (default: 0, which is off, -1 any free one). If -p is not given TCP moves to the same port, or goes " +
			"off with it",
		what: "UDP port", min: -1, max: maxPort,
		field: func(s *Settings) any { return &s.UDPPort },
		warn:  warnUDP,
		stat:  "udpport", statOrder: 4,
		show: func(_ *Settings, live Live) string { return strconv.Itoa(live.UDPPort) },
	},
	{
		Letter: 's', Long: "unix-socket", Arg: "file",
		Help:  "path of a unix socket to serve; there is no TCP and no UDP then",
		field: func(s *Settings) any { return &s.Socket },
		warn:  warnSocket,
		stat:  "domain_socket", statOrder: 9,
	},
	{
		Letter: 'a', Long: "unix-mask", Arg: "mask", Default: "0700",
		Help: "permissions of the unix socket, in octal (default: 0700)",
		what: "Permissions", max: 0o777,
		tooSmall: octal, tooLarge: octal,
		field: func(s *Settings) any { return &s.SocketMask },
		parse: func(s *Settings, v string) string { s.SocketMask = int(strtol(v, 8)); return "" },
		base:  8,
		stat:  "umask", statOrder: 10,
		show: func(s *Settings, _ Live) string { return strconv.FormatInt(int64(s.SocketMask), 8) },
	},
	{
		Letter: 'l', Long: "listen", Arg: "addr",
		Help: "address to listen on: host, host:port, [IPv6]:port or *; may be a list with commas and may be repeated " +
			"(default: every address). A port named here goes before -p and -U",
		field: func(s *Settings) any { return &s.Listen },
		check: checkListen,
		warn:  warnListen,
		stat:  "inter", statOrder: 5,
	},
	{
		Letter: 'd', Long: "daemon",
		Help:  "go into the background; the command returns once the server listens",
		field: func(s *Settings) any { return &s.Daemon },
	},
	{
		Letter: 'r', Long: "enable-coredumps",
		Help:  "raise the limit on core files, so that a crash leaves one",
		field: func(s *Settings) any { return &s.Core },
	},
	{
		Letter: 'u', Long: "user", Arg: "username",
		Help:  "become this user, a name or a number, after listening, or with -s before (root must name one)",
		field: func(s *Settings) any { return &s.User },
		parse: func(s *Settings, v string) string { s.User = v; return "" }, // empty is none, as in memcached
	},
	{
		Letter: 'm', Long: "memory-limit", Arg: "num", Default: "64",
		Help: "memory for items, in megabytes (default: 64, 0 is as much as the machine or its control group has, but " +
			"for what the process itself needs)",
		what:  "Memory limit",
		field: func(s *Settings) any { return &s.MemoryLimit },
		parse: func(s *Settings, v string) string { s.MemoryLimit = int64(atoi(v)) << 20; return "" },
		base:  10, unit: 1 << 20,
		warn: func(s *Settings) string { return thisMachine().warning(s.MemoryLimit) },
		stat: "maxbytes", statOrder: 1,
		show: func(s *Settings, live Live) string {
			return strconv.FormatInt(cmp.Or(live.MemoryLimit, s.MemoryLimit), 10)
		},
	},
	{
		Letter: 'M', Long: "disable-evictions",
		Help:  "when memory is full refuse to store, instead of throwing old items out",
		field: func(s *Settings) any { return &s.NoEvict },
		stat:  "evictions", statOrder: 8,
		show: func(s *Settings, _ Live) string {
			if s.NoEvict {
				return "off"
			}
			return "on"
		},
	},
	{
		Letter: 'c', Long: "conn-limit", Arg: "num", Default: "1024",
		Help:  "connections served at the same time (default: 1024)",
		what:  "Maximum connections",
		field: func(s *Settings) any { return &s.MaxConns },
		check: func(s *Settings) string {
			if s.MaxConns <= 0 && s.Compat.Has(compat.ConnLimit) {
				return "Maximum connections must be greater than 0"
			}
			return ""
		},
		stat: "maxconns", statOrder: 2,
	},
	{
		Letter: 'k', Long: "lock-memory",
		Help: "keep all memory from being swapped out; needs the right to lock memory without limit " +
			"(ulimit -l unlimited), else there is a warning and nothing is locked",
		field: func(s *Settings) any { return &s.LockMemory },
	},
	{
		Letter: 'v', Long: "verbose",
		Help: "print warnings and errors while serving",
		Levels: []Level{
			{"-vv", "also print what clients ask and what they are told"},
			{"-vvv", "also print what happens inside"},
		},
		field: func(s *Settings) any { return &s.Verbosity },
		parse: func(s *Settings, _ string) string { s.Verbosity++; return "" },
		stat:  "verbosity", statOrder: 6,
		show: func(_ *Settings, live Live) string { return strconv.Itoa(live.Verbosity) },
	},
	{Letter: 'h', Long: "help", Help: "print this help"},
	{Letter: 'i', Long: "license", Help: "print the licence"},
	{
		Letter: 'P', Long: "pidfile", Arg: "file",
		Help:  "write the process id to this file, and remove it at the end",
		field: func(s *Settings) any { return &s.PIDFile },
	},
	{
		Letter: 'f', Long: "slab-growth-factor", Arg: "factor", Default: "1.25",
		Help: "how much larger the chunks of each slab class are than those before (default: 1.25)",
		what: "Factor", min: 1, above: true, max: 1 << 30,
		field: func(s *Settings) any { return &s.Factor },
		stat:  "growth_factor", statOrder: 11,
	},
	{
		Letter: 'n', Long: "slab-min-size", Arg: "bytes", Default: "48",
		Help: "room for key, value and flags in the smallest chunk (default: 48)",
		what: "Chunk size", min: 1, max: maxItemMax, unit: 1,
		field: func(s *Settings) any { return &s.ChunkMin },
		warn: func(s *Settings) string {
			if s.ChunkMin >= 64<<10 || s.ChunkMin > s.ItemMax/2 {
				return fmt.Sprintf("-n %d: every item takes that much memory at least, however small it is", s.ChunkMin)
			}
			return ""
		},
		stat: "chunk_size", statOrder: 12,
	},
	{
		Letter: 'L', Long: "enable-largepages",
		Help:  "insist on huge memory pages, which need fewer lookups by the processor, and warn if there are none",
		field: func(s *Settings) any { return &s.LargePages },
	},
	{
		Letter: 'D', Long: "prefix-delimiter", Arg: "char", Default: ":",
		Help: "character that ends the prefix of a key, for statistics by prefix (default: a colon). They are on from " +
			"the start if this is given; else \"stats detail on\" turns them on",
		field: func(s *Settings) any { return &s.Delimiter },
		parse: parseDelimiter,
		warn:  warnDelimiter,
		stat:  "stat_key_prefix", statOrder: 14,
		show: func(s *Settings, _ Live) string { return string([]byte{s.Delimiter}) },
	},
	{
		Letter: 't', Long: "threads", Arg: "num", Default: "4",
		Help: "event loops that serve connections (default: 4)",
		what: "Number of threads", min: 1, max: maxThreads,
		field: func(s *Settings) any { return &s.Threads },
		warn: func(s *Settings) string {
			if s.Threads > 64 {
				return fmt.Sprintf("-t %d: more threads than the machine has cores make nothing faster", s.Threads)
			}
			return ""
		},
		stat: "num_threads", statOrder: 13,
	},
	{
		Letter: 'R', Long: "max-reqs-per-event", Arg: "num", Default: "20",
		Help: "requests of one connection that are served before others have their turn (default: 20)",
		what: "Number of requests per event", min: 1,
		field: func(s *Settings) any { return &s.ReqsPerEvent },
		stat:  "reqs_per_event", statOrder: 16,
	},
	{
		Letter: 'C', Long: "disable-cas",
		Help:  "do without CAS, which saves 4 bytes an item",
		field: func(s *Settings) any { return &s.NoCAS },
		warn:  warnNoCAS,
		stat:  "cas_enabled", statOrder: 17,
		show: func(s *Settings, _ Live) string { return yesNo(!s.NoCAS) },
	},
	{
		Letter: 'b', Long: "listen-backlog", Arg: "num", Default: "1024",
		Help:  "connections that may wait to be accepted (default: 1024)",
		field: func(s *Settings) any { return &s.Backlog },
		warn:  warnBacklog,
		stat:  "tcp_backlog", statOrder: 18,
	},
	{
		Letter: 'B', Long: "protocol", Arg: "name", Default: "auto", Names: []string{"auto", "ascii", "binary"},
		Help:   "protocol: ascii, binary, or auto, which goes by the first byte of a connection (default: auto)",
		status: ExitUsage,
		field:  func(s *Settings) any { return &s.Binding },
		parse:  parseBinding,
		stat:   "binding_protocol", statOrder: 19,
		show: func(s *Settings, _ Live) string { return s.Binding.String() },
	},
	{
		Letter: 'I', Long: "max-item-size", Arg: "size", Default: "1m",
		Help: "size of a slab page, and so of the largest item: a number of bytes, or one with k or m " +
			"(default: 1m, at least 1k, at most 128m)",
		what: "Item size", min: minItemMax, max: maxItemMax,
		tooSmall: "Item max size cannot be less than 1024 bytes.",
		tooLarge: "Cannot set item size limit higher than 128 mb.\n -- give -I 128m or less",
		field:    func(s *Settings) any { return &s.ItemMax },
		parse:    func(s *Settings, v string) string { s.ItemMax = int(size(v)); return "" },
		base:     10, units: "kKmM", unit: 1,
		warn: func(s *Settings) string {
			if s.ItemMax > 1<<20 {
				return fmt.Sprintf("-I %d: items above 1 MiB need as much memory together, and keep others from it", s.ItemMax)
			}
			return ""
		},
		stat: "item_size_max", statOrder: 21,
	},
	{
		Letter: 'S', Long: "enable-sasl",
		Help:   "let only clients in that authenticate by SASL",
		status: ExitUsage,
		field:  func(s *Settings) any { return &s.SASL },
		check: func(s *Settings) string {
			if s.SASL && s.Binding != BindingBinary {
				return "ERROR: You cannot allow the ASCII protocol while using SASL."
			}
			return ""
		},
		stat: "auth_enabled_sasl", statOrder: 20,
	},
	{
		Letter: 'Y', Long: "auth-file", Arg: "file",
		Help: "let only clients in that name a user and password of a file, with lines of user:password, by a text set before " +
			"all else; SIGHUP reads it again",
		status: ExitUsage,
		parse:  parseAuthFile,
		check:  checkAuthFile,
	},
	{
		Letter: 'E', Long: "engine", Arg: "name", Default: "memory",
		Help: "what stores the items: memory, delay, which is memory that makes its callers wait, or null, which stores nothing " +
			"(default: memory)",
		field: func(s *Settings) any { return &s.Engine },
		check: checkEngine,
	},
	{
		Letter: 'A', Long: "enable-shutdown",
		Help:  "let clients stop the server with the command shutdown",
		field: func(s *Settings) any { return &s.AllowShutdown },
	},
	{
		Long: "port-file", Arg: "file",
		Help:  "write the bound ports to this file once the server listens, one a line, as in \"TCP INET: 11211\"",
		field: func(s *Settings) any { return &s.PortFile },
	},
	{
		Letter: 'o', Long: "extended", Arg: "key=value",
		Help:  "further settings, several with commas",
		parse: parseExtended,
	},
	{
		Letter: 'F', Long: "disable-flush-all",
		Help:  "refuse flush_all",
		field: func(s *Settings) any { return &s.NoFlush },
	},
	{
		Letter: 'X', Long: "disable-dumping",
		Help:  "refuse stats cachedump and stats detail, which show keys",
		field: func(s *Settings) any { return &s.NoDump },
	},
	{Letter: 'V', Long: "version", Help: "print the version"},

	// Flags of memcached 1.6 that do nothing here.
	absentFlag('e', "memory-file", "file", "items are not kept over a restart: it begins empty, as without the flag"),
	absentFlag('N', "napi-ids", "num", "connections are spread over the threads as they come"),
	absentFlag('W', "disable-watch", "", noWatchers),
	refusedFlag('Z', "enable-ssl", "", refuseTLS),

	// Lines of `stats settings` that belong to no flag of their own.
	{
		Help: "What was stored up to this second since the start was ended by flush_all; 0 if nothing was",
		stat: "oldest", statOrder: 7,
		show: func(_ *Settings, live Live) string { return strconv.FormatInt(live.Oldest, 10) },
	},
	{
		Help: "Whether requests are counted by the prefixes of their keys, see stats detail and -D",
		stat: "detail_enabled", statOrder: 15,
		show: func(_ *Settings, live Live) string { return yesNo(live.Detail) },
	},
}

// parseDelimiter takes the first byte of -D's argument.
func parseDelimiter(s *Settings, v string) string {
	if v == "" {
		return "No delimiter specified"
	}
	s.Delimiter, s.beyond = v[0], v[1:]
	return ""
}

// warnDelimiter says that of a longer text memcached takes the first byte, and so it is here.
func warnDelimiter(s *Settings) string {
	if s.beyond == "" {
		return ""
	}
	first := string([]byte{s.Delimiter})
	return fmt.Sprintf("-D %q: a prefix ends with one byte, so this is -D %q", first+s.beyond, first)
}

// warnBacklog says what the system makes of a backlog without room.
func warnBacklog(s *Settings) string {
	switch {
	case s.Backlog == 0:
		return "-b 0: one connection may wait to be accepted; others that come meanwhile have to try again after a second"
	case s.Backlog < 0:
		return fmt.Sprintf("-b %d: as many connections may wait to be accepted as the system allows (net.core.somaxconn)", s.Backlog)
	}
	return ""
}

// parseBinding takes -B's argument.
func parseBinding(s *Settings, v string) string {
	switch v {
	case "auto":
		s.Binding = BindingAuto
	case "ascii":
		s.Binding = BindingASCII
	case "binary":
		s.Binding = BindingBinary
	default:
		return "Invalid value for binding protocol: " + v + "\n -- should be one of auto, binary, or ascii"
	}
	return ""
}
