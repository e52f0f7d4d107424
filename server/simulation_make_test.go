package server

import (
	"fmt"
	"strconv"

	"gocached/engine"
)

// ask lets a client make a request, unless enough wait.
func (c *simClient) ask() {
	p := &c.w.plan
	if c.last || len(c.requests) >= p.pipeline || len(c.out) > maxArrived {
		return
	}
	var r *request
	if n := len(c.w.spare); n > 0 {
		r, c.w.spare = c.w.spare[n-1], c.w.spare[:n-1]
	} else {
		r = new(request)
	}
	c.opaque++
	r.opaque = c.opaque
	r.quiet = c.w.r.IntN(10) < p.quiet
	c.choose(r)
	if c.text {
		c.out = r.appendText(c.out, c.sentAll)
		if rest := int(r.head-r.start) - maxUnfinished - 1; r.kind == askWrong && rest > 0 && c.halt == 0 && oneIn(c.w.r, 2) {
			c.halt = r.start + maxUnfinished + 1 + c.w.r.Uint64N(uint64(rest))
		}
	} else {
		c.out = r.appendBinary(c.out, c.sentAll)
		if r.quiet {
			c.w.saw(sawQuietBinary)
		}
	}
	c.sentAll = r.end
	c.last = c.last || r.closes() && (r.kind == askBroken || oneIn(c.w.r, 2)) // or it goes on, in vain
	c.requests = append(c.requests, r)
	c.w.trace.add("client %d: makes a request of kind %d, of which the last byte is %d", uint64(c.number), uint64(r.kind), r.end)
}

// choose decides what a request asks for.
func (c *simClient) choose(r *request) {
	random := c.w.r
	if c.wantsIn(r) {
		return
	}
	if c.chats {
		r.kind, r.text, r.quiet = askVersion, "version\r\n", false
		c.chooseOpcode(r)
		return
	}
	if random.IntN(10) < c.w.plan.stores {
		c.chooseStore(r)
		return
	}
	switch n := random.IntN(100); {
	case n < 55:
		c.chooseGet(r)
	case n < 64:
		r.kind, r.cas = askDelete, c.chooseCAS(c.chooseKey(r), 4)
	case n < 82:
		c.chooseArithmetic(r)
	case n < 88:
		r.kind, r.exptime = askTouch, c.chooseExptime(2)
		c.chooseKey(r)
		r.quiet = r.quiet && c.text
	case n < 90:
		r.kind, r.exptime = askFlush, pick(random, int64(0), 0, 1, 2, 5)
	case n < 92:
		c.chooseStats(r)
	case n < 98:
		c.chooseSimple(r)
	default:
		c.chooseWrong(r)
	}
	c.chooseOpcode(r)
}

// chooseKey adds a key to a request: one of the client's own or a shared one.
func (c *simClient) chooseKey(r *request) int {
	p := &c.w.plan
	n := c.w.r.IntN(p.ownKeys + p.sharedKeys)
	key := c.own + n
	if n >= p.ownKeys {
		key = n - p.ownKeys
	}
	r.keys = append(r.keys, key)
	return key
}

// chooseCAS is 0, the present CAS of a key, or, in one of wrong cases, another.
func (c *simClient) chooseCAS(key, wrong int) uint64 {
	it := c.w.model.items[key]
	switch {
	case c.text || oneIn(c.w.r, 2):
		return 0
	case it == nil || oneIn(c.w.r, wrong):
		return 1 + c.w.r.Uint64N(1000)
	}
	return it.cas
}

// chooseExptime is mostly 0, if one of expiring cases is not.
func (c *simClient) chooseExptime(expiring int) int64 {
	r := c.w.r
	if !oneIn(r, expiring) {
		return 0
	}
	n := pick(r, int64(1), 2, 5, 50, c.w.model.wall+int64(r.IntN(20)), c.w.model.wall-10, 60*60*24*30)
	if c.text && oneIn(r, 8) {
		return -1
	}
	return n
}

func (c *simClient) chooseGet(r *request) {
	r.kind = askGet
	r.withCAS = c.text && oneIn(c.w.r, 2)
	if r.touch = oneIn(c.w.r, 6); r.touch {
		r.exptime = c.chooseExptime(1)
	}
	n := 1
	if c.text && oneIn(c.w.r, 3) {
		n = 1 + c.w.r.IntN(pick(c.w.r, 4, 4, 150))
	}
	if n > 64 {
		c.w.saw(sawLongGet)
	}
	for range n {
		c.chooseKey(r)
	}
	r.withKey = !r.touch && oneIn(c.w.r, 2)
}

func (c *simClient) chooseStore(r *request) {
	random, p := c.w.r, &c.w.plan
	r.kind, r.op = askStore, pick(random, engine.OpSet, engine.OpSet, engine.OpSet, engine.OpAdd, engine.OpReplace,
		engine.OpAppend, engine.OpPrepend)
	key := c.chooseKey(r)
	r.flags = pick(random, uint32(0), 0, 5, 1<<31+7)
	r.exptime = c.chooseExptime(4)
	switch {
	case c.text && oneIn(random, 7):
		r.op = engine.OpCAS
		r.cas = 1 + random.Uint64N(1000)
		if it := c.w.model.items[key]; it != nil && !oneIn(random, 3) {
			r.cas = it.cas
		}
	case !c.text:
		r.cas = c.chooseCAS(key, 4)
	}
	switch {
	case random.IntN(10) < p.long:
		r.value = cutValue(random, random.IntN(pick(random, 600, 3000, p.pageSize, p.pageSize)))
	case oneIn(random, 60):
		r.value = cutValue(random, p.pageSize+itemRest+random.IntN(3000))
	case oneIn(random, 20):
		r.value = numberAndBlanks[random.IntN(15) : 15+random.IntN(500)]
	case oneIn(random, 4):
		r.value = strconv.AppendUint(nil, random.Uint64()>>random.IntN(64), 10)
	default:
		r.value = cutValue(random, random.IntN(pick(random, 10, 40, 200)))
	}
	if len(r.value) > p.pageSize && (r.op == engine.OpAppend || r.op == engine.OpPrepend) {
		r.op = engine.OpSet
	}
	r.badData = c.text && oneIn(random, 40)
	c.chooseOpcode(r)
}

// numberAndBlanks is where numbers are cut from that are as long as other values.
var numberAndBlanks = fmt.Appendf(nil, "%-520s", "1234567890123456")

func (c *simClient) chooseArithmetic(r *request) {
	random := c.w.r
	r.kind, r.decrease = askArithmetic, oneIn(random, 3)
	r.delta = random.Uint64() >> random.IntN(64)
	r.cas = c.chooseCAS(c.chooseKey(r), 6)
	if r.create = !c.text && oneIn(random, 2); r.create {
		r.initial = random.Uint64()>>random.IntN(30) | 1 // unlike any sum, so that the answer tells which it is
		r.exptime = c.chooseExptime(4)
	}
}

func (c *simClient) chooseStats(r *request) {
	r.kind, r.text, r.quiet = askStats, pick(c.w.r, "items", "slabs", "sizes", "items"), false
	if c.text && oneIn(c.w.r, 3) {
		r.text = "cachedump " + strconv.Itoa(1+c.w.r.IntN(20)) + " " + strconv.Itoa(c.w.r.IntN(10))
	}
}

// chooseSimple chooses among what needs no engine and is in order.
func (c *simClient) chooseSimple(r *request) {
	n := c.w.r.IntN(20)
	switch {
	case n == 0:
		r.kind, r.text = askQuit, "quit\r\n"
	case n < 4 && c.text && c.w.plan.detail:
		r.kind, r.text, r.quiet = askDetail, pick(c.w.r, "stats detail on\r\n", "stats detail off\r\n"), false
	case n == 5 && c.w.plan.sasl:
		r.kind, r.quiet = askList, false
	case n < 12:
		r.kind, r.text, r.quiet = askNoop, "mn\r\n", false
	default:
		r.kind, r.text, r.quiet = askVersion, "version\r\n", false
	}
}

// chooseWrong chooses something that is refused.
func (c *simClient) chooseWrong(r *request) {
	r.kind, r.quiet = askWrong, false
	if oneIn(c.w.r, 5) && c.sentAll > 0 {
		r.kind = askBroken
	}
	c.w.saw(sawRefusedLine)
	switch {
	case c.text && r.kind == askBroken:
		r.text = pick(c.w.r, breaks[:len(breaks)-one(c.datagram != nil)]...)
	case c.text:
		fault := pick(c.w.r, lineFaults...)
		if oneIn(c.w.r, 3) {
			fault = longLines[c.w.r.IntN(len(longLines))]
		}
		r.text, r.reply = fault.line, fault.reply
	case r.kind == askBroken:
		r.code = pick(c.w.r, uint16(0), 4)
	default:
		r.opcode, r.code, r.text = 0x55, 0x0081, noLine[:c.w.r.IntN(200)]
	}
}

// storeOpcodes are the opcodes of the stores, loud and quiet.
var storeOpcodes = map[engine.Op][2]byte{engine.OpSet: {0x01, 0x11}, engine.OpAdd: {0x02, 0x12}, engine.OpReplace: {0x03, 0x13},
	engine.OpAppend: {0x0e, 0x19}, engine.OpPrepend: {0x0f, 0x1a}}

// plainOpcodes are those of what has no variants.
var plainOpcodes = map[requestKind][2]byte{askDelete: {0x04, 0x14}, askTouch: {0x1c}, askFlush: {0x08, 0x18}, askStats: {0x10},
	askVersion: {0x0b}, askNoop: {0x0a}, askList: {0x20}, askQuit: {0x07, 0x17}}

// chooseOpcode gives a binary request the opcode for what was chosen. Not every command has a quiet one.
func (c *simClient) chooseOpcode(r *request) {
	if c.text {
		return
	}
	opcodes, ok := plainOpcodes[r.kind]
	switch {
	case r.kind == askGet && r.touch:
		opcodes, ok, r.withKey = [2]byte{0x1d, 0x1e}, true, false
	case r.kind == askGet && r.withKey:
		opcodes, ok = [2]byte{0x0c, 0x0d}, true
	case r.kind == askGet:
		opcodes, ok = [2]byte{0x00, 0x09}, true
	case r.kind == askArithmetic && r.decrease:
		opcodes, ok = [2]byte{0x06, 0x16}, true
	case r.kind == askArithmetic:
		opcodes, ok = [2]byte{0x05, 0x15}, true
	case r.kind == askStore:
		opcodes, ok = storeOpcodes[r.op], true
	}
	switch {
	case !ok:
	case r.quiet:
		r.opcode = opcodes[1]
	default:
		r.opcode = opcodes[0]
	}
}
