package protocol

import "gocached/engine"

// State is what the parser of a connection remembers between two requests. It is small and is copied into each
// request, so that a server that executes only some of the parsed requests can go back to where it stopped.
type State struct {
	Exptime  int64 // of a gat line taken in part
	Flag     Flag  // what the keys of the line have in common: FlagCAS, FlagTouch
	InGet    bool  // inside a text get whose line has been taken only in part
	Checked  bool  // the rest of that line is known to hold no bad key
	SkipLine bool  // the rest of the line is to be passed over, it has been answered
}

// Need says why Parse stopped.
type Need uint8

// The reasons.
const (
	NeedNothing Need = iota // all input was taken
	NeedMore                // an incomplete line, packet or small value remains in the input
	NeedRoom                // the run is full, or as many requests as asked for were taken
	NeedStream              // the last request is a Store whose value is still coming
	NeedClose               // the rest of the input is not to be read: the connection ends after its replies, if any
)

// Limits bounds what a parser accepts.
type Limits struct {
	// StreamFrom is the length in bytes from which the value of a Store is not waited for: the request is handed over
	// with FlagStreaming as soon as its line or header is complete.
	StreamFrom int
}

// Parser takes requests from the input of one connection, in one protocol. It holds no memory of its own.
type Parser struct {
	Limits Limits
	State  State
	// Skip is how many bytes of input are still to be passed over: the data of a refused store, the body of an unknown
	// packet. It has 64 bits, so no length a client can give overflows it.
	Skip   uint64
	Binary bool
}

// Reply is the outcome of a request, to be put on the wire by AppendReply.
type Reply struct {
	Status engine.Status
	CAS    uint64
	Number uint64 // of Arithmetic
	Text   string // of Version
}

// Parse appends at most room requests to run and says how many bytes of in they take and why it stopped. Their slices
// point into in. Parse never looks at bytes beyond in, allocates nothing, and any division of the same input over
// several calls gives the same requests (but for where a streamed value was cut).
func (p *Parser) Parse(in []byte, run *Run, room int) (used int, need Need) { panic("to be written") }

// Rewind forgets what was parsed after r: the next input must begin at r.Next.
func (p *Parser) Rewind(r *Request) {
	p.State = r.After
	p.Skip = 0
}

// AppendReply appends the answer to r, unless r.Hide leaves it out. key is the key of r.
func AppendReply(dst []byte, r *Request, key []byte, reply *Reply) []byte { panic("to be written") }

// AppendHit appends a hit with its value.
func AppendHit(dst []byte, r *Request, key []byte, hit *engine.Hit) []byte { panic("to be written") }

// AppendHitHead appends what stands before the value of a hit, for a value that is sent from where it lies.
func AppendHitHead(dst []byte, r *Request, key []byte, hit *engine.Hit) []byte {
	panic("to be written")
}

// AppendHitTail appends what stands behind the value of a hit.
func AppendHitTail(dst []byte, r *Request) []byte { panic("to be written") }

// AppendMiss appends the answer to a Get that found nothing: nothing in text.
func AppendMiss(dst []byte, r *Request, key []byte) []byte { panic("to be written") }

// AppendStat appends one figure of a Stats reply; AppendStatsEnd closes the reply.
func AppendStat(dst []byte, r *Request, name, value string) []byte { panic("to be written") }

// AppendStatsEnd closes a Stats reply.
func AppendStatsEnd(dst []byte, r *Request) []byte { panic("to be written") }
