package protocol

import "gocached/engine"

// The outcomes that only a protocol knows. They continue the numbers of engine.Status, so one type serves for all.
const (
	UnknownCommand    engine.Status = engine.FirstFree + iota
	BadFormat                       // the line has the wrong words, the packet the wrong lengths
	BadGetKey                       // the same of a get with a key that is too long, in 1.6
	BadDelta                        // the delta of incr or decr is not a number
	BadDataChunk                    // the data block does not end where it should
	BadDelete                       // delete with a time
	BadExptime                      // the expiry of touch or gat is not a number
	AuthError                       // not authenticated, or refused
	AuthContinue                    // another SASL step is wanted; Reply.Text is the challenge
	BadLine                         // stats cachedump with too few words
	BadDetail                       // stats detail with a word that it does not know
	BadSlabClass                    // stats cachedump of a class that cannot exist
	StatsNoMemory                   // no memory to answer stats
	GetNoMemory                     // no memory to answer get
	ShutdownOff                     // shutdown without leave
	BadShutdown                     // shutdown with a word that it does not know
	UnknownFlag                     // a meta command with a flag that there is not
	DoubledFlag                     // ... with one that it has already
	TooManyFlags                    // ... with more words than are looked at
	BadToken                        // ... with a flag whose number is none
	BadInitial                      // the same of J
	BadDeltaToken                   // the same of D
	BadKey                          // a key that is not base64, though it should be
	LongOpaque                      // an opaque that is too long
	BadStoreMode                    // ms with a mode that there is not
	BadArithmeticMode               // ma with such a one
	BadArithmetic                   // ma with anything else that is wrong
	FlushOff                        // flush_all where -F does not allow it
	DumpOff                         // stats cachedump where -X does not allow it
	DetailOff                       // the same of stats detail
	LimitTooSmall                   // cache_memlimit below what there must be
	LimitInBytes                    // cache_memlimit that looks like a number of bytes
	BadWindow                       // slabs automove window with too few or too many seconds
	ReassignOff                     // slabs reassign where the engine cannot
	CrawlerOff                      // lru_crawler where that is disabled
	CrawlerRuns                     // lru_crawler enable where it is enabled
	MetadumpOff                     // lru_crawler metadump where -X does not allow it
	MgdumpOff                       // the same of mgdump
	MetadumpBehind                  // lru_crawler metadump behind commands whose answers have not been sent
	MgdumpBehind                    // the same of mgdump
	BadCrawl                        // lru_crawler with a slab class that cannot exist
	NoCrawl                         // ... with no class
	CrawlFailed                     // ... crawl hash
	LongSleep                       // lru_crawler sleep of more than a second
	AuthRefused                     // a wrong name or password, in text
	LongToken                       // one that is too long to be looked at
	BadTokenEnd                     // name and password that do not end where they should
	BadTokenFormat                  // a name without a password
	LargeSegments                   // lru tune with too much for the hot and the warm segment
	BadSegmentAge                   // ... with no age for them
	numStatuses
)

// statusRow is how one outcome looks in each dialect.
type statusRow struct {
	classic string // the line, without its end
	meta    string // the letters that begin the line; without any the line is the classic one
	code    uint16 // of a binary reply
	message string // the body of a binary reply
}

// The codes of binary replies.
const (
	codeNotFound       = 0x0001
	codeExists         = 0x0002
	codeTooLarge       = 0x0003
	codeInvalid        = 0x0004
	codeNotStored      = 0x0005
	codeNonNumeric     = 0x0006
	codeAuthError      = 0x0020
	codeAuthContinue   = 0x0021
	codeUnknownCommand = 0x0081
	codeNoMemory       = 0x0082
	codeTemporary      = 0x0086
)

// statuses is the one place where an outcome is given its texts and its code. They are memcached 1.4.5's, byte for
// byte; what 1.4.5 does not know is taken from 1.6. OK has no row: what it says depends on the command (see commands).
//
// A meta command has letters for what may well happen. Only with those its line goes on, with what it asked to have back.
var statuses = [numStatuses]statusRow{
	engine.NotFound:    {"NOT_FOUND", "NF", codeNotFound, "Not found"},
	engine.Exists:      {"EXISTS", "EX", codeExists, "Data exists for key."},
	engine.NotStored:   {"NOT_STORED", "NS", codeNotStored, "Not stored."},
	engine.TooLarge:    {"SERVER_ERROR object too large for cache", "", codeTooLarge, "Too large."},
	engine.NoMemory:    {"SERVER_ERROR out of memory storing object", "", codeNoMemory, "Out of memory"},
	engine.NoClass:     {"SERVER_ERROR out of memory storing object", "", codeNoMemory, "Out of memory"},
	engine.Busy:        {"SERVER_ERROR out of memory storing object", "", codeNoMemory, "Out of memory"},
	engine.NonNumeric:  {"CLIENT_ERROR cannot increment or decrement non-numeric value", "", codeNonNumeric, "Non-numeric server-side value for incr or decr"},
	engine.Unsupported: {"ERROR", "", codeUnknownCommand, "Unknown command"},
	engine.Temporary:   {"SERVER_ERROR temporary failure", "", codeTemporary, "Temporary failure"},
	engine.NoRoom:      {"MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust", "", codeInvalid, "Invalid arguments"},
	engine.SameClass:   {"SAME src and dst class are identical", "", codeInvalid, "Invalid arguments"},
	engine.BadClass:    {"BADCLASS invalid src or dst class id", "", codeInvalid, "Invalid arguments"},
	engine.NoSpare:     {"NOSPARE source class has no spare pages", "", codeInvalid, "Invalid arguments"},
	engine.Moving:      {"BUSY currently processing reassign request", "", codeTemporary, "Temporary failure"},

	UnknownCommand: {"ERROR", "", codeUnknownCommand, "Unknown command"},
	BadFormat:      {"CLIENT_ERROR bad command line format", "", codeInvalid, "Invalid arguments"},
	BadGetKey:      {"CLIENT_ERROR bad command line format\r\n", "", codeInvalid, "Invalid arguments"}, // two line ends (as in memcached 1.6)
	BadDelta:       {"CLIENT_ERROR invalid numeric delta argument", "", codeInvalid, "Invalid arguments"},
	BadDataChunk:   {"CLIENT_ERROR bad data chunk", "", codeInvalid, "Invalid arguments"},
	BadDelete:      {"CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]", "", codeInvalid, "Invalid arguments"},
	BadExptime:     {"CLIENT_ERROR invalid exptime argument", "", codeInvalid, "Invalid arguments"},
	AuthError:      {"CLIENT_ERROR unauthenticated", "", codeAuthError, "Auth failure."},
	AuthContinue:   {"CLIENT_ERROR unauthenticated", "", codeAuthContinue, ""},
	BadLine:        {"CLIENT_ERROR bad command line", "", codeInvalid, "Invalid arguments"},
	BadDetail:      {"CLIENT_ERROR usage: stats detail on|off|dump", "", codeNotFound, "Not found"},
	BadSlabClass:   {"CLIENT_ERROR Illegal slab id", "", codeInvalid, "Invalid arguments"},
	StatsNoMemory:  {"SERVER_ERROR out of memory writing stats", "", codeNoMemory, "Out of memory"},
	GetNoMemory:    {"SERVER_ERROR out of memory writing get response", "", codeNoMemory, "Out of memory"},
	ShutdownOff:    {"SERVER_ERROR: shutdown not enabled", "", codeUnknownCommand, "Unknown command"},
	BadShutdown:    {"CLIENT_ERROR invalid shutdown mode", "", codeInvalid, "Invalid arguments"},

	UnknownFlag:       {"CLIENT_ERROR invalid flag", "", codeInvalid, "Invalid arguments"},
	DoubledFlag:       {"CLIENT_ERROR duplicate flag", "", codeInvalid, "Invalid arguments"},
	TooManyFlags:      {"CLIENT_ERROR options flags are too long", "", codeInvalid, "Invalid arguments"},
	BadToken:          {"CLIENT_ERROR bad token in command line format", "", codeInvalid, "Invalid arguments"},
	BadInitial:        {"CLIENT_ERROR invalid numeric initial value", "", codeInvalid, "Invalid arguments"},
	BadDeltaToken:     {"CLIENT_ERROR invalid numeric delta value", "", codeInvalid, "Invalid arguments"},
	BadKey:            {"CLIENT_ERROR error decoding key", "", codeInvalid, "Invalid arguments"},
	LongOpaque:        {"CLIENT_ERROR opaque token too long", "", codeInvalid, "Invalid arguments"},
	BadStoreMode:      {"CLIENT_ERROR invalid mode for ms M token", "", codeInvalid, "Invalid arguments"},
	BadArithmeticMode: {"CLIENT_ERROR invalid mode for ma M token", "", codeInvalid, "Invalid arguments"},
	BadArithmetic:     {"CLIENT_ERROR invalid or duplicate flag", "", codeInvalid, "Invalid arguments"},
	FlushOff:          {"CLIENT_ERROR flush_all not allowed", "", codeAuthError, "Auth failure."},
	DumpOff:           {"CLIENT_ERROR stats cachedump not allowed", "", codeNotFound, "Not found"},
	DetailOff:         {"CLIENT_ERROR stats detail not allowed", "", codeNotFound, "Not found"},
	LimitTooSmall:     {"MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m", "", codeInvalid, "Invalid arguments"},
	LimitInBytes:      {"MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes", "", codeInvalid, "Invalid arguments"},
	BadWindow:         {"CLIENT_ERROR automove window too low or too high", "", codeInvalid, "Invalid arguments"},
	ReassignOff:       {"CLIENT_ERROR slab reassignment disabled", "", codeInvalid, "Invalid arguments"},
	CrawlerOff:        {"CLIENT_ERROR lru crawler disabled", "", codeInvalid, "Invalid arguments"},
	CrawlerRuns:       {"ERROR failed to start lru crawler thread", "", codeInvalid, "Invalid arguments"},
	MetadumpOff:       {"ERROR metadump not allowed", "", codeInvalid, "Invalid arguments"},
	MgdumpOff:         {"ERROR key dump not allowed", "", codeInvalid, "Invalid arguments"},
	MetadumpBehind:    {"ERROR cannot pipeline other commands before metadump", "", codeInvalid, "Invalid arguments"},
	MgdumpBehind:      {"ERROR cannot pipeline other commands before mgdump", "", codeInvalid, "Invalid arguments"},
	BadCrawl:          {"BADCLASS invalid class id", "", codeInvalid, "Invalid arguments"},
	NoCrawl:           {"NOTSTARTED no items to crawl", "", codeInvalid, "Invalid arguments"},
	CrawlFailed:       {"ERROR an unknown error happened", "", codeInvalid, "Invalid arguments"},
	AuthRefused:       {"CLIENT_ERROR authentication failure", "", codeAuthError, "Auth failure."},
	LongToken:         {"CLIENT_ERROR auth token too long", "", codeAuthError, "Auth failure."},
	BadTokenEnd:       {"CLIENT_ERROR bad command line termination", "", codeAuthError, "Auth failure."},
	BadTokenFormat:    {"CLIENT_ERROR bad authentication token format", "", codeAuthError, "Auth failure."},
	LargeSegments:     {"ERROR hot and warm pcts must not exceed 80", "", codeInvalid, "Invalid arguments"},
	BadSegmentAge:     {"ERROR hot/warm age factors must be greater than 0", "", codeInvalid, "Invalid arguments"},
	LongSleep:         {"CLIENT_ERROR sleep must be one second or less", "", codeInvalid, "Invalid arguments"},
}

// outOfMemory is the line for a text incr or decr, or an md, that finds no memory: memcached has a shorter one there.
const outOfMemory = "SERVER_ERROR out of memory"

// textOf returns the classic line for an outcome other than OK.
func textOf(r *Request, s engine.Status) string {
	if s == engine.NoMemory && (r.Command == Arithmetic || r.Command == Delete) {
		return outOfMemory
	}
	return statuses[s].classic
}

// metaOf returns the letters that say to a meta command how it went, or nothing if that takes a whole line. A get that finds
// nothing has letters of its own.
func metaOf(r *Request, s engine.Status) string {
	switch {
	case s == engine.OK:
		return commands[r.Command].meta
	case s == engine.NotFound && (r.Command == Get || r.Command == Describe):
		return "EN"
	}
	return statuses[s].meta
}

// binaryOf returns the row for an outcome other than OK. In binary a refused add says that there is an item, a refused
// replace that there is none, and a group of statistics that nobody knows is not found.
func binaryOf(r *Request, s engine.Status) *statusRow {
	switch {
	case s == engine.NotStored && r.Command == Store && r.Op == engine.OpAdd:
		s = engine.Exists
	case s == engine.NotStored && r.Command == Store && r.Op == engine.OpReplace:
		s = engine.NotFound
	case (s == engine.Unsupported || s == UnknownCommand) && r.Command == Stats:
		s = engine.NotFound
	}
	return &statuses[s]
}
