package protocol

import (
	"math"

	"gocached/engine"
)

// commandRow is what all dialects share about a command.
type commandRow struct {
	name string // for logs and tests
	done string // the classic line that says OK, without its end; none if empty or if the reply is made otherwise
	meta string // the letters that say OK to a meta command; none if there is no such one
}

// commands has one row for each Command.
var commands = [numCommands]commandRow{
	Fail:       {name: "fail"},
	Get:        {name: "get", meta: "HD"},
	End:        {name: "end", done: "END"},
	Store:      {name: "store", done: "STORED", meta: "HD"},
	Delete:     {name: "delete", done: "DELETED", meta: "HD"},
	Arithmetic: {name: "arithmetic", meta: "HD"},
	Touch:      {name: "touch", done: "TOUCHED"},
	Describe:   {name: "describe"},
	FlushAll:   {name: "flush_all", done: "OK"},
	Stats:      {name: "stats", done: "OK"},
	Verbosity:  {name: "verbosity", done: "OK"},
	Version:    {name: "version"},
	Noop:       {name: "noop", meta: "MN"},
	Quit:       {name: "quit"},
	Shutdown:   {name: "shutdown"},
	Memlimit:   {name: "cache_memlimit", done: "OK"},
	Slabs:      {name: "slabs", done: "OK"},
	Extstore:   {name: "extstore", done: "OK"},
	Crawler:    {name: "lru_crawler", done: "OK"},
	LRU:        {name: "lru", done: "OK"},
	Token:      {name: "token", done: "STORED"},
	SASLList:   {name: "sasl_list"},
	SASLAuth:   {name: "sasl_auth"},
	SASLStep:   {name: "sasl_step"},
}

// form says how the words behind a text command's name are read: those of a get in text_get.go, of a store in
// text_store.go, all others by textCommand.read.
type form uint8

const (
	formBare       form = iota // they are for the server: Request.Tokens is the rest of the line
	formGet                    // key...
	formGetTouch               // exptime key...
	formStore                  // key flags exptime length [cas]
	formArithmetic             // key delta
	formDelete                 // key [0]
	formTouch                  // key exptime
	formFlush                  // [delay]
	formVerbosity              // level
	formMemlimit               // megabytes
	formSlabs                  // as formBare; "automove" may end in noreply
)

// textCommand describes one command of the text protocol.
type textCommand struct {
	name    string
	command Command
	op      engine.Op
	flag    Flag
	form    form

	// fewest and most are how many words may follow the name. Any other number is answered with wrong.
	fewest, most int
	wrong        engine.Status

	gone  bool // 1.6 does not know it
	late  bool // 1.6 finds it behind blanks too, see Limits.commandAt
	exact bool // 1.6 takes these numbers of words too

	// noreply is the first word, counted from the name, that may be "noreply", if it is the last one; zero if the command
	// has no such thing. It hides every answer, even a refusal of the line, but not that of a wrong number of words.
	noreply int
}

// anyNumber is for most.
const anyNumber = math.MaxInt

// textCommands is every command of the text protocol. The names that are asked for most come first.
//
// The numbers of words are memcached 1.4.5's, and so are their oddities: a word where "noreply" may stand is ignored if
// it is another one, and a cas line may go on for ever, as the words behind the seventh are not looked at. touch, gat,
// gats, shutdown, cache_memlimit, slabs and lru_crawler are memcached 1.6's, with the answers of that: words too many are ignored. With the
// rules of 1.6 the numbers are others, see Limits.wordsOf.
var textCommands = [...]textCommand{
	{name: "get", command: Get, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand},
	{name: "set", command: Store, op: engine.OpSet, form: formStore,
		fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "gets", command: Get, flag: FlagCAS, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand},
	{name: "delete", command: Delete, form: formDelete, fewest: 1, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "incr", command: Arithmetic, form: formArithmetic, fewest: 2, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "decr", command: Arithmetic, flag: FlagDecrease, form: formArithmetic,
		fewest: 2, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "add", command: Store, op: engine.OpAdd, form: formStore,
		fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "replace", command: Store, op: engine.OpReplace, form: formStore,
		fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "append", command: Store, op: engine.OpAppend, form: formStore,
		fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "prepend", command: Store, op: engine.OpPrepend, form: formStore,
		fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "cas", command: Store, op: engine.OpCAS, form: formStore,
		fewest: 5, most: anyNumber, wrong: UnknownCommand, noreply: 5},
	{name: "touch", command: Touch, form: formTouch, fewest: 2, most: anyNumber, wrong: BadFormat, noreply: 2},
	{name: "gat", command: Get, flag: FlagTouch, form: formGetTouch, fewest: 2, most: anyNumber, wrong: BadFormat},
	{name: "gats", command: Get, flag: FlagTouch | FlagCAS, form: formGetTouch,
		fewest: 2, most: anyNumber, wrong: BadFormat},
	{name: "bget", command: Get, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand, gone: true},
	{name: "stats", command: Stats, form: formBare, most: anyNumber, wrong: UnknownCommand},
	{name: "version", command: Version, form: formBare, wrong: UnknownCommand},
	{name: "flush_all", command: FlushAll, form: formFlush, most: 2, wrong: UnknownCommand, noreply: 1, late: true},
	{name: "verbosity", command: Verbosity, form: formVerbosity,
		fewest: 1, most: 2, wrong: UnknownCommand, noreply: 1, late: true},
	{name: "quit", command: Quit, flag: FlagClose, form: formBare, wrong: UnknownCommand},
	{name: "shutdown", command: Shutdown, form: formBare, most: anyNumber, wrong: UnknownCommand, noreply: 1, late: true},
	{name: "cache_memlimit", command: Memlimit, form: formMemlimit,
		fewest: 1, most: 2, wrong: UnknownCommand, noreply: 1, late: true, exact: true},
	{name: "slabs", command: Slabs, form: formSlabs, fewest: 1, most: anyNumber, wrong: UnknownCommand, late: true, exact: true},
	{name: "extstore", command: Extstore, form: formBare, most: anyNumber, wrong: UnknownCommand, noreply: 1, late: true},
	{name: "lru", command: LRU, form: formBare, most: anyNumber, wrong: UnknownCommand, noreply: 1, late: true},
	{name: "lru_crawler", command: Crawler, form: formBare, most: anyNumber, wrong: UnknownCommand, noreply: 1, late: true, exact: true},
}

// textCommandNamed returns the row with that name, or nil.
func textCommandNamed(name []byte) *textCommand {
	for i := range textCommands {
		if row := &textCommands[i]; row.name == string(name) {
			return row
		}
	}
	return nil
}

// metaCommand describes one meta command.
type metaCommand struct {
	name    string
	command Command
	fewest  int  // how many words must follow the name: a key, and the length of a data block
	quiet   Hide // what its flag q hides
}

// metaCommands is every meta command, by the second letter of its name. They are memcached 1.6.45's.
var metaCommands = [...]metaCommand{
	'g': {name: "mg", command: Get, fewest: 1, quiet: HideMiss},
	's': {name: "ms", command: Store, fewest: 2, quiet: HideOK},
	'd': {name: "md", command: Delete, fewest: 1, quiet: HideOK},
	'a': {name: "ma", command: Arithmetic, fewest: 1, quiet: HideOK},
	'n': {name: "mn", command: Noop},
	'e': {name: "me", command: Describe, fewest: 1},
}

// metaCommandOf returns the row of the command that a line without its end begins with, or nil. A blank in front is not passed
// over, and nothing but a blank ends a name.
func metaCommandOf(line []byte) *metaCommand {
	if len(line) < 2 || line[0] != 'm' || len(line) > 2 && line[2] != ' ' {
		return nil
	}
	letter := int(line[1])
	if letter >= len(metaCommands) || metaCommands[letter].name == "" {
		return nil
	}
	return &metaCommands[letter]
}

// keyRule says whether a packet has a key.
type keyRule uint8

const (
	keyNone keyRule = iota
	keyNeeded
	keyMay
)

// opcode describes one command of the binary protocol.
type opcode struct {
	name    string
	command Command
	op      engine.Op
	flag    Flag
	hide    Hide

	extras  uint8 // how many bytes of extras there are
	maybe   bool  // there may also be none
	key     keyRule
	value   bool // what follows the key is a value; without it nothing follows
	bounded bool // the value is waited for, never streamed, and refused if it is long
	since   since
}

// since says which opcodes memcached 1.4.5 does not know.
type since uint8

const (
	sinceEver  since = iota
	sinceTouch       // taken from 1.6 in both modes; with the rules of 1.4.5, lengths that do not fit make it unknown, not an error
	sinceGATK        // known only with the rules of 1.6, since memcached 1.4.5's own tests want it to be unknown
)

// opcodes describes each request opcode of the binary protocol, in the order of its number. This table is all that the
// parser knows about a command; what the command does is in package server.
//
// A request whose extras, key or value differ from its row is answered "Invalid arguments" and the connection is
// closed, so a handler never sees one. A number without a row is answered "Unknown command", and its body is skipped.
// The rows are memcached 1.4.5's, and of a later one those that say since when.
//
// hide says which answers a quiet opcode leaves out: getq hides a miss, setq hides success, and errors always show.
var opcodes = [256]opcode{
	0x00: {name: "get", command: Get, key: keyNeeded},
	0x01: {name: "set", command: Store, op: engine.OpSet, key: keyNeeded, extras: 8, value: true},
	0x02: {name: "add", command: Store, op: engine.OpAdd, key: keyNeeded, extras: 8, value: true},
	0x03: {name: "replace", command: Store, op: engine.OpReplace, key: keyNeeded, extras: 8, value: true},
	0x04: {name: "delete", command: Delete, key: keyNeeded},
	0x05: {name: "increment", command: Arithmetic, key: keyNeeded, extras: 20},
	0x06: {name: "decrement", command: Arithmetic, flag: FlagDecrease, key: keyNeeded, extras: 20},
	0x07: {name: "quit", command: Quit, flag: FlagClose},
	0x08: {name: "flush", command: FlushAll, extras: 4, maybe: true},
	0x09: {name: "getq", command: Get, key: keyNeeded, hide: HideMiss},
	0x0a: {name: "noop", command: Noop},
	0x0b: {name: "version", command: Version},
	0x0c: {name: "getk", command: Get, flag: FlagKey, key: keyNeeded},
	0x0d: {name: "getkq", command: Get, flag: FlagKey, key: keyNeeded, hide: HideMiss},
	0x0e: {name: "append", command: Store, op: engine.OpAppend, key: keyNeeded, value: true},
	0x0f: {name: "prepend", command: Store, op: engine.OpPrepend, key: keyNeeded, value: true},
	0x10: {name: "stat", command: Stats, key: keyMay},
	0x11: {name: "setq", command: Store, op: engine.OpSet, key: keyNeeded, extras: 8, value: true, hide: HideOK},
	0x12: {name: "addq", command: Store, op: engine.OpAdd, key: keyNeeded, extras: 8, value: true, hide: HideOK},
	0x13: {name: "replaceq", command: Store, op: engine.OpReplace, key: keyNeeded, extras: 8, value: true, hide: HideOK},
	0x14: {name: "deleteq", command: Delete, key: keyNeeded, hide: HideOK},
	0x15: {name: "incrementq", command: Arithmetic, key: keyNeeded, extras: 20, hide: HideOK},
	0x16: {name: "decrementq", command: Arithmetic, flag: FlagDecrease, key: keyNeeded, extras: 20, hide: HideOK},
	0x17: {name: "quitq", command: Quit, flag: FlagClose, hide: HideOK},
	0x18: {name: "flushq", command: FlushAll, extras: 4, maybe: true, hide: HideOK},
	0x19: {name: "appendq", command: Store, op: engine.OpAppend, key: keyNeeded, value: true, hide: HideOK},
	0x1a: {name: "prependq", command: Store, op: engine.OpPrepend, key: keyNeeded, value: true, hide: HideOK},
	0x1c: {name: "touch", command: Touch, key: keyNeeded, extras: 4, since: sinceTouch},
	0x1d: {name: "gat", command: Get, flag: FlagTouch, key: keyNeeded, extras: 4, since: sinceTouch},
	0x1e: {name: "gatq", command: Get, flag: FlagTouch, key: keyNeeded, extras: 4, hide: HideMiss, since: sinceTouch},
	0x20: {name: "sasl list", command: SASLList},
	0x21: {name: "sasl auth", command: SASLAuth, key: keyNeeded, value: true, bounded: true},
	0x22: {name: "sasl step", command: SASLStep, key: keyNeeded, value: true, bounded: true},
	0x23: {name: "gatk", command: Get, flag: FlagTouch | FlagKey, key: keyNeeded, extras: 4, since: sinceGATK},
	0x24: {name: "gatkq", command: Get, flag: FlagTouch | FlagKey, key: keyNeeded, extras: 4, hide: HideMiss, since: sinceGATK},
}

// fits reports whether the lengths of a packet are those of its opcode. It is asked before anything of the body is
// touched; all three numbers are unsigned in the header and cannot overflow here.
func (o *opcode) fits(extras, key int, body uint64) bool {
	switch {
	case extras != int(o.extras) && !(o.maybe && extras == 0):
		return false
	case key > MaxKey, o.key == keyNeeded && key == 0, o.key == keyNone && key != 0:
		return false
	}
	return body == uint64(extras+key) || o.value && body > uint64(extras+key)
}
