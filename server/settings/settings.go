// Package settings is everything that can be chosen when a server starts: one table with a row for each flag and each word of
// -o, how a value is read and checked, and what the choices come to: which sockets, how much memory.
//
// Read next: Settings below, then row.go and table.go. A new flag is a row there, and a field here.
package settings

import (
	"gocached/compat"
	"gocached/engine"
)

// Settings is everything the command line can choose. It is filled from the settings table (table.go), checked
// once by Validate, and read-only from then on; two servers with different settings can live in one process.
//
// Start from Default: the zero value is not valid.
type Settings struct {
	Port          int      // -p, 0 is off, -1 any free port
	UDPPort       int      // -U, 0 is off, -1 any free port; with SASL it is never opened
	Socket        string   // -s, path of a unix socket: then there is neither TCP nor UDP
	SocketMask    int      // -a, permission bits
	Listen        []string // -l, addresses; empty is every address
	Daemon        bool     // -d
	Core          bool     // -r
	User          string   // -u
	MemoryLimit   int64    // -m, in bytes, 0 is no limit
	NoEvict       bool     // -M
	MaxConns      int      // -c
	LockMemory    bool     // -k
	Verbosity     int      // -v, at start
	PIDFile       string   // -P
	AuthFile      string   // -Y
	Factor        float64  // -f
	ChunkMin      int      // -n, in bytes
	LargePages    bool     // -L
	Delimiter     byte     // -D, ends the prefix of a key
	beyond        string   // what followed it in -D's argument, which means nothing
	Detail        bool     // -D was given: stats detail is on from the start
	Threads       int      // -t, event loops
	ReqsPerEvent  int      // -R
	NoCAS         bool     // -C
	Backlog       int      // -b
	Binding       Binding  // -B
	ItemMax       int      // -I, in bytes
	SASL          bool     // -S
	Engine        string   // -E
	AllowShutdown bool     // -A, the shutdown command works

	UDPFollowsTCP   bool // -o udp_follows_tcp: without -U, UDP opens on the TCP port
	UDPMaxDatagrams int  // -o udp_max_datagrams, of one answer; 0 is as many as it takes
	MaxConnsFast    bool // -o maxconns_fast: beyond -c connections are closed instead of waiting
	NoIOUring       bool // -o no_io_uring: no calls are made through io_uring
	ModernStats     bool // -o modern_stats: figures of memcached 1.6 follow those of 1.4.5 in stats
	IdleTimeout     int  // -o idle_timeout, in seconds, 0 is never

	Compat compat.Mode // -o compat: which memcached is followed where two versions contradict each other

	// From memcached 1.6.
	NoFlush    bool              // -F, flush_all is not allowed
	NoDump     bool              // -X, neither are stats cachedump and stats detail
	TrackSizes bool              // -o track_sizes: stats sizes counts, as it does in the mode of 1.4.5 without
	NoReassign bool              // -o no_slab_reassign, slabs reassign is refused
	newer      map[string]string // words of -o that only 1.6 has, with their values
	idle       []string          // what the start says of those that mean nothing here

	// EngineOptions is what -o says to the engine, by the keys that it declares: the values have passed their checks. Complete
	// fills it in.
	EngineOptions map[string]string

	// PortFile is where listen.Open writes the bound ports, "" is nowhere: --port-file, else MEMCACHED_PORT_FILENAME.
	PortFile string

	// InitialMalloc is counted as already allocated, in bytes. From T_MEMD_INITIAL_MALLOC, for memcached's own tests.
	InitialMalloc uint64

	given  map[string]bool // flags that were set by Set, by their long names
	faults Faults          // values that Set could not take

	engines []engine.Info // what -E can name, nil if that is not known
	foreign []string      // keys of -o that are not the server's own, with their values: perhaps the engine's
}

// Binding is the protocol that -B allows.
type Binding int

// The values of -B.
const (
	BindingAuto Binding = iota
	BindingASCII
	BindingBinary
)

// String returns the binding as `stats settings` prints it.
func (b Binding) String() string {
	switch b {
	case BindingASCII:
		return "ascii"
	case BindingBinary:
		return "binary"
	}
	return "auto-negotiate"
}

// Default returns what the server does without any flag: as memcached 1.4.5, except that UDP is off. The engines are those
// that -E can name, with the keys of -o that each declares; without any every name is taken, and no such key.
func Default(engines ...engine.Info) *Settings {
	s := &Settings{given: map[string]bool{}, engines: engines}
	for i := range table {
		if table[i].Default != "" {
			table[i].apply(s, table[i].Default)
		}
	}
	return s
}

// Set gives one setting a value, as the command line does. A setting without an argument takes "".
//
// A value that cannot be taken is remembered, and Validate reports it.
func (s *Settings) Set(row *Setting, value string) {
	if s.given == nil {
		s.given = map[string]bool{}
	}
	s.given[row.Long] = true
	if fault := row.apply(s, value); fault != "" {
		s.faults = append(s.faults, Fault{Text: fault, Exit: row.exit()})
	}
}

// Given reports whether Set was called for the flag with this long name.
func (s *Settings) Given(long string) bool { return s.given[long] }

// Complete fills in what one flag implies for another, once all have been Set:
//
//   - -U without -p moves TCP to the same port, and switches it off too if it is 0, as in memcached 1.4.5, but not in 1.6.
//   - -p without -U opens no UDP, unlike in 1.4.5, unless -o udp_follows_tcp asks for it.
//   - -S without -B means the binary protocol.
//   - -D turns the statistics by prefix on.
//   - -E says which keys of -o there are beside the server's own.
//   - -o compat=1.6 means -o maxconns_fast, unless it is called off.
func (s *Settings) Complete() {
	switch {
	case s.given["udp-port"] && !s.given["port"] && (s.UDPPort != 0 || !s.Compat.Has(compat.UDPOff)):
		s.Port = s.UDPPort
	case s.UDPFollowsTCP && !s.given["udp-port"]:
		s.UDPPort = s.Port
	}
	if s.SASL && !s.given["protocol"] {
		s.Binding = BindingBinary
	}
	if s.given["prefix-delimiter"] {
		s.Detail = true
	}
	s.takeForeign()
	if s.Compat.Has(compat.FullHouse) && !s.hasNewer("no_maxconns_fast") {
		s.MaxConnsFast = true
	}
}

// hasNewer says whether a word of memcached 1.6's -o was given.
func (s *Settings) hasNewer(word string) bool {
	_, ok := s.newer[word]
	return ok
}
