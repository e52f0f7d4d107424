package protocol

import (
	"math"

	"gocached/engine"
)

// commandRow is what both protocols share about a command.
type commandRow struct {
	name string // for logs and tests
	done string // the text line that says OK, without its end; none if empty or if the reply is made otherwise
}

// commands has one row for each Command.
var commands = [numCommands]commandRow{
	Fail:       {name: "fail"},
	Get:        {name: "get"},
	End:        {name: "end", done: "END"},
	Store:      {name: "store", done: "STORED"},
	Delete:     {name: "delete", done: "DELETED"},
	Arithmetic: {name: "arithmetic"},
	Touch:      {name: "touch", done: "TOUCHED"},
	FlushAll:   {name: "flush_all", done: "OK"},
	Stats:      {name: "stats", done: "OK"},
	Verbosity:  {name: "verbosity", done: "OK"},
	Version:    {name: "version"},
	Noop:       {name: "noop"},
	Quit:       {name: "quit"},
	Shutdown:   {name: "shutdown"},
	SASLList:   {name: "sasl_list"},
	SASLAuth:   {name: "sasl_auth"},
	SASLStep:   {name: "sasl_step"},
}

// form says how the words behind a text command's name are read.
type form uint8

const (
	formBare       form = iota // they are for the server: Request.Value is the rest of the line
	formGet                    // key...
	formGetTouch               // exptime key...
	formStore                  // key flags exptime length [cas]
	formArithmetic             // key delta
	formDelete                 // key [0]
	formTouch                  // key exptime
	formFlush                  // [delay]
	formVerbosity              // level
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

	// noreply is the first word, counted from the name, that may be "noreply"; zero if the command has no such thing.
	// It hides every answer, even a refusal of the line.
	noreply int
}

// anyNumber is for most.
const anyNumber = math.MaxInt

// textCommands is every command of the text protocol. The names that are asked for most come first.
//
// The numbers of words are memcached 1.4.5's, and so are their oddities: a word where "noreply" may stand is ignored if
// it is another one, and a cas line may go on for ever, as the words behind the seventh are not looked at. touch, gat,
// gats and shutdown are of a later memcached.
var textCommands = [...]textCommand{
	{name: "get", command: Get, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand},
	{name: "set", command: Store, op: engine.OpSet, form: formStore, fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "gets", command: Get, flag: FlagCAS, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand},
	{name: "delete", command: Delete, form: formDelete, fewest: 1, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "incr", command: Arithmetic, form: formArithmetic, fewest: 2, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "decr", command: Arithmetic, flag: FlagDecrease, form: formArithmetic, fewest: 2, most: 3, wrong: UnknownCommand, noreply: 2},
	{name: "add", command: Store, op: engine.OpAdd, form: formStore, fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "replace", command: Store, op: engine.OpReplace, form: formStore, fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "append", command: Store, op: engine.OpAppend, form: formStore, fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "prepend", command: Store, op: engine.OpPrepend, form: formStore, fewest: 4, most: 5, wrong: UnknownCommand, noreply: 4},
	{name: "cas", command: Store, op: engine.OpCAS, form: formStore, fewest: 5, most: anyNumber, wrong: UnknownCommand, noreply: 5},
	{name: "touch", command: Touch, form: formTouch, fewest: 2, most: 3, wrong: BadFormat, noreply: 2},
	{name: "gat", command: Get, flag: FlagTouch, form: formGetTouch, fewest: 2, most: anyNumber, wrong: UnknownCommand},
	{name: "gats", command: Get, flag: FlagTouch | FlagCAS, form: formGetTouch, fewest: 2, most: anyNumber, wrong: UnknownCommand},
	{name: "bget", command: Get, form: formGet, fewest: 1, most: anyNumber, wrong: UnknownCommand},
	{name: "stats", command: Stats, form: formBare, most: anyNumber, wrong: UnknownCommand},
	{name: "version", command: Version, form: formBare, wrong: UnknownCommand},
	{name: "flush_all", command: FlushAll, form: formFlush, most: 2, wrong: UnknownCommand, noreply: 1},
	{name: "verbosity", command: Verbosity, form: formVerbosity, fewest: 1, most: 2, wrong: UnknownCommand, noreply: 1},
	{name: "quit", command: Quit, flag: FlagClose, form: formBare, wrong: UnknownCommand},
	{name: "shutdown", command: Shutdown, form: formBare, most: anyNumber, wrong: UnknownCommand},
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
