package server

// Settings is everything the command line can choose. It is filled from the settings table, checked once by Validate,
// and read-only from then on; two servers with different settings can live in one process.
type Settings struct {
	Port          int      // -p, 0 is off, -1 any free port
	UDPPort       int      // -U, 0 is off, -1 any free port
	Socket        string   // -s, path of a unix socket: then there is neither TCP nor UDP
	SocketMask    int      // -a, permission bits
	Listen        []string // -l, addresses; empty is every address
	Daemon        bool     // -d
	Core          bool     // -r
	User          string   // -u
	MemoryLimit   int64    // -m, in bytes
	NoEvict       bool     // -M
	MaxConns      int      // -c
	LockMemory    bool     // -k
	Verbosity     int      // -v, at start
	PIDFile       string   // -P
	Factor        float64  // -f
	ChunkMin      int      // -n, in bytes
	LargePages    bool     // -L
	Delimiter     byte     // -D, ends the prefix of a key
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
	EngineOptions map[string]string
}

// Binding is the protocol that -B allows.
type Binding int

// The values of -B.
const (
	BindingAuto Binding = iota
	BindingASCII
	BindingBinary
)
