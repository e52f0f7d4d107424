// Package protocol knows how requests and replies look on the wire, in text and in binary, and nothing of sockets or of
// storing. Bytes go in, requests come out; outcomes go in, bytes come out.
//
// Read next: command.go, the table of commands; then a handler in server/execute_get.go.
package protocol

import (
	"gocached/clock"
	"gocached/engine"
)

// Command says what is wanted, whichever protocol asked for it.
type Command uint8

// The commands. A storage command carries its engine.Op in the request.
const (
	// Fail answers with Request.Status and does nothing: the parser refused the line or packet.
	Fail Command = iota
	// Get is one key of a get, gets, gat, getk...: a hit is shown, a miss is hidden or shown as Hide says.
	Get
	// End closes a text get whose last key was taken before the end of its line was seen. Every other text get is
	// closed by its last key, which has FlagEnd.
	End
	// Store is set, add, replace, append, prepend and cas.
	Store
	Delete
	Arithmetic
	Touch
	Describe // me: all that is known of an item, but its value
	FlushAll
	Stats
	Verbosity
	Version
	Noop
	Quit
	Shutdown
	Memlimit
	Slabs
	Extstore // settings of a storage that is not there
	Crawler
	LRU
	Token // a set by which a client says who it is, see Parser.Token; Status is not OK if it cannot be one
	SASLList
	SASLAuth
	SASLStep
	numCommands
)

// NumCommands is how many commands there are: the length of a table indexed by Command.
const NumCommands = int(numCommands)

// Hide says which answers are left out: noreply and the quiet opcodes.
type Hide uint8

// The four ways to be quiet.
const (
	HideNothing Hide = iota
	HideOK           // quiet stores: errors still show
	HideMiss         // getq: a miss shows nothing
	HideAll          // noreply: nothing ever shows
)

// String returns the command's name, for logs and tests.
func (c Command) String() string { return commands[c].name }

// Dialect is how a request was written, and so how its answer is.
type Dialect uint8

// The dialects. Classic and Meta are lines of text, freely mixed on a connection.
const (
	Classic Dialect = iota // the text protocol of memcached 1.4.5, and what later versions say in the same form
	Meta                   // the meta commands of 1.6, whose answers begin with two letters
	Binary
)

// Request is one command as parsed. Its key stands in the Key of the same index (see Run), because neighbouring gets
// are handed to the engine as one slice of keys.
//
// Slices point into the connection's input and are valid until the round that parsed them has been executed.
type Request struct {
	Command Command
	Hide    Hide
	Op      engine.Op
	Opcode  uint8         // binary only, echoed
	Status  engine.Status // for Fail
	Dialect Dialect
	Flag    Flag
	After   State // the parser's state once this request has been taken

	Flags   uint32 // of the item
	Opaque  uint32 // binary only, echoed
	Exptime int64  // as the client gave it; clock.Exptime gives it a meaning
	CAS     uint64
	Delta   uint64 // of Arithmetic; the level of Verbosity, as given (memcached takes more than 2 as 2); Memlimit's megabytes
	Initial uint64

	// Value is the data block of a Store, without its CRLF, if all of it was there. With FlagStreaming it is what has
	// come so far, and ValueLen says how long it will be; it is then the connection's last request in the run.
	// It never holds a byte of the CRLF, and Next points behind its last byte then. For SASL it is the data, whose mechanism
	// is the key.
	Value    []byte
	ValueLen int

	// Tokens are the words of the line that mean something only to whoever answers, without the blanks in front; see Words.
	// For Stats, Verbosity, Version, Quit, Shutdown, Memlimit, Slabs, Extstore, Crawler and LRU they are all behind the command's name; of a binary Stats, its key.
	// For a meta command they are its opaque, with the letter O in front: it is given back.
	Tokens []byte

	// Letters are the flags of a meta command whose order counts, as they came, and zeros behind them: those that are answered,
	// and those that change what others are answered. No flag comes twice, so there is room for all.
	Letters [maxLetters]byte

	NewCAS  uint64 // with FlagNewCAS
	Vivify  int64  // with FlagVivify, as Exptime
	Recache int64  // with FlagRecache, as Exptime

	// Now is when a meta command is carried out: whoever has a clock fills it in, for the times that are answered.
	Now clock.Time

	// Skip is how many bytes from Next on belong to an unknown packet and are passed over. The parser does that.
	Skip uint64

	// Start and Next bound the request in the parsed input: Next is where the following one begins. The Get requests of
	// one line share it out: the first starts with the line, each ends with its key, and the last ends with the line.
	Start, Next int
}

// MaxTokens is how many bytes of tokens a request has at most that outlives its input: the longest opaque.
const MaxTokens = maxOpaque

// Flag is a set of small facts about a request.
type Flag uint32

// The facts.
const (
	FlagCAS       Flag = 1 << iota // show the CAS of hits (gets, gats)
	FlagKey                        // show the key of hits and misses (getk)
	FlagDecrease                   // Arithmetic takes away
	FlagCreate                     // Arithmetic may create the item
	FlagTouch                      // Get gives the item a new expiry
	FlagStreaming                  // Store: Value is only the beginning
	FlagBadData                    // Store: the block does not end in CRLF; it has been swallowed, and counts as a store
	FlagClose                      // close once the reply is out
	FlagNewLine                    // the first request of its line or packet (for -v)
	FlagEnd                        // Get: the last key of a text line; END follows, hit or miss
	FlagFilled                     // Store: set by the server once it has filled a streamed item
	FlagUnsigned                   // Get: in text the item's flags are a number without sign (memcached 1.6)

	// Those of meta commands, beside FlagTouch (T) and FlagCreate (N of ma).
	FlagEncoded // the key came in base64, and is answered so (b)
	FlagValue   // show the value (v)
	FlagCompare // CAS is given, even if it is zero (C)
	FlagNewCAS  // the item gets NewCAS for its CAS (E)
	FlagVivify  // make the item if there is none (N)
	FlagRecache // whoever comes first within the last seconds of an item is to fetch it anew (R)
	FlagNoBump  // the item does not count as used (u)
	FlagStale   // md: the item becomes stale. ms: it is stored though its CAS is too old, and is stale then (I)
	FlagEmpty   // md: only the value goes (x)
	FlagWon     // Get: set by the server if it was told to fetch a new value before it had to wait for memory
)

// Run is a fixed number of requests that are parsed, executed and answered together, from any number of connections.
// Keys[i] is the key of Requests[i], and without bytes if that has none. The parser sets Touch too, and leaves Exptime
// at Never: whoever has a clock fills it from the request's. It leaves Look to who carries out a meta command.
type Run struct {
	N        int
	Keys     [MaxRun]engine.Key
	Requests [MaxRun]Request

	decoded [MaxRun][maxDecoded]byte // the keys that came in base64
}

// MaxRun is how many requests a run holds: enough for the cache misses of a run to overlap, few enough for the first
// level cache.
const MaxRun = 64

// Asked returns the command that the client meant: for a binary packet that was refused, the one of its opcode.
func (r *Request) Asked() Command {
	if r.Command == Fail && r.Dialect == Binary {
		return opcodes[r.Opcode].command
	}
	return r.Command
}

// IsChange says whether what comes of a request is made from the item that is there, and so may be of any length.
func (r *Request) IsChange() bool {
	return r.Command == Arithmetic || r.Command == Store && (r.Op == engine.OpAppend || r.Op == engine.OpPrepend)
}

// KeyMatters says whether the key of a Store is needed again when its value has been received: to join that with the item that
// is there by then, or to be shown.
func (r *Request) KeyMatters() bool { return r.IsChange() || r.Dialect == Meta }

// TakesOldAway says whether a Store takes any old value away even when it fails: a set does, and every ms. A binary set with a CAS
// has engine.OpCAS and yet is one.
func (r *Request) TakesOldAway() bool {
	return r.Op == engine.OpSet || r.Dialect == Meta || r.Dialect == Binary && opcodes[r.Opcode].op == engine.OpSet
}

// NeedsBase64 says of the key of a meta command that it must never be shown as it is: it came in base64, and cannot stand in a
// line.
func (r *Request) NeedsBase64(key []byte) bool { return r.Flag&FlagEncoded != 0 && !isPlain(key) }
