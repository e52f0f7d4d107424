package protocol

import "gocached/compat"

// State is what the parser of a connection remembers between two requests. It is small and is copied into each
// request, so that a server that executes only some of the parsed requests can go back to where it stopped.
type State struct {
	Exptime  int64 // of a gat line taken in part
	Flag     Flag  // what the keys of the line have in common: FlagCAS, FlagTouch
	InGet    bool  // inside a text get whose line has been taken only in part
	NoKey    bool  // no key of that line has come yet
	SkipLine bool  // the rest of the line is to be passed over, it has been answered
	Meta     bool  // the line before was a meta command
	Block    int   // so many bytes may be the data block of a refused line, see passBlock
}

// Need says why Parse stopped.
type Need uint8

// The reasons.
const (
	NeedNothing Need = iota // all input was taken
	NeedMore                // an incomplete line, packet or small value remains in the input
	NeedLineEnd             // the same of a line that is already unusually long: a caller may give it up
	NeedRoom                // the run is full, or as many requests as asked for were taken
	NeedStream              // the last request is a Store whose value is still coming
	NeedClose               // the rest of the input is not to be read: the connection ends after its replies, if any
)

// Limits bounds what a parser accepts.
type Limits struct {
	// StreamFrom is the length in bytes from which the value of a Store is not waited for: the request is handed over
	// with FlagStreaming as soon as its line or header is complete.
	StreamFrom int32

	// Whole says that the input is all there will be, as in a datagram: what is incomplete in it is left, with
	// NeedMore, whatever its length.
	Whole bool

	// NoCAS says that items have no CAS (-C): what a binary store gives for one is not compared, and means nothing.
	NoCAS bool

	// Compat says whose rules hold where memcached 1.4.5 and 1.6.45 contradict each other.
	Compat compat.Mode
}

// getFlag is what every key of a text get has among its flags.
func (l *Limits) getFlag() Flag {
	if l.Compat.Has(compat.UnsignedFlags) {
		return FlagUnsigned
	}
	return 0
}

// Parser takes requests from the input of one connection, in one protocol. It holds no memory of its own.
type Parser struct {
	Limits Limits
	State  State
	// Skip is how many bytes of input are still to be passed over: the data of a refused store, the body of an unknown
	// packet. It has 64 bits, so no length a client can give overflows it.
	Skip   uint64
	Binary bool
	Token  bool // only an attempt to authenticate in text is read, see Token
	begun  bool // the connection's first line has been taken
}

// Parse appends at most room requests to run and says how many bytes of in they take and why it stopped. Their slices
// point into in. Parse never looks at bytes beyond in, allocates nothing, and any division of the same input over
// several calls gives the same requests (but for where a streamed value was cut, and for a get of more than 1024 bytes
// with a key that is too long: if the line's end has come nothing of it is answered but the error).
//
// What is not used must be given again, with more behind it. With NeedRoom the run has to be executed first. After
// NeedStream the value's rest, and in text the two bytes that end its block, are the caller's to read, or to put into
// Skip; the next call begins behind them.
func (p *Parser) Parse(in []byte, run *Run, room int) (used int, need Need) {
	end := min(run.N+room, MaxRun)
	if p.Binary {
		return p.parseBinary(in, run, end)
	}
	if p.Token {
		return p.parseToken(in, run, end)
	}
	return p.parseText(in, run, end)
}

// pass passes over the bytes that Skip asks for, or as many of them as are there.
func (p *Parser) pass(in []byte, pos int) (next int) {
	n := min(p.Skip, uint64(len(in)-pos))
	p.Skip -= n
	return pos + int(n)
}

// Rewind forgets what was parsed after r: the next input must begin at r.Next.
func (p *Parser) Rewind(r *Request) {
	p.State = r.After
	p.Skip = r.Skip
}
