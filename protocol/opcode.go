package protocol

import "gocached/engine"

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
}

// opcodes describes each request opcode of the binary protocol, in the order of its number. This table is all that the
// parser knows about a command; what the command does is in package server.
//
// A request whose extras, key or value differ from its row is answered "Invalid arguments" and the connection is
// closed, so a handler never sees one. A number without a row is answered "Unknown command", and its body is skipped.
// The rows are memcached 1.4.5's, and touch, gat and gatq of a later one. memcached's own tests want the numbers from
// 0x23 on to be unknown.
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
	0x1c: {name: "touch", command: Touch, key: keyNeeded, extras: 4},
	0x1d: {name: "gat", command: Get, flag: FlagTouch, key: keyNeeded, extras: 4},
	0x1e: {name: "gatq", command: Get, flag: FlagTouch, key: keyNeeded, extras: 4, hide: HideMiss},
	0x20: {name: "sasl list", command: SASLList},
	0x21: {name: "sasl auth", command: SASLAuth, key: keyNeeded, value: true, bounded: true},
	0x22: {name: "sasl step", command: SASLStep, key: keyNeeded, value: true, bounded: true},
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
