package server

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/memory"
)

// witness stands between the server and its engine. It sees each call in the order in which they happen, knows whose
// request the server is at, and tells the client, who compares the call with what it asked for, and the model, which
// judges the outcome. It also makes allocations fail.
type witness struct {
	w      *world
	inner  *memory.Engine
	held   map[uint64]*simClient // items that are being filled, by their handle
	lent   map[uint64]*loan
	broken bool // the engine has panicked: it is not called again
	reader witnessReader
}

// loan is a value that the server has borrowed.
type loan struct {
	times int
	key   int
	value []byte
}

var _ engine.Engine = (*witness)(nil)

// Info says of some worlds' engines that they wait, so that requests go through workers.
func (e *witness) Info() engine.Info {
	info := e.inner.Info()
	info.Blocks = e.w.plan.blocks
	return info
}

func (e *witness) Shutdown(ctx context.Context) error { return e.inner.Shutdown(ctx) }

// Initialize makes a small engine, whatever the server's settings. Every other world's has another policy.
func (e *witness) Initialize(s engine.Settings) error {
	p := &e.w.plan
	s.Clock.SetUnix(e.w.model.wall)
	s.ItemMax, s.MemoryLimit, s.LendFrom = p.pageSize, int64(p.pageSize*p.pages), p.engineLends
	s.Options = e.inner.Info().Values(map[string]string{"lru": policies[e.w.seed%uint64(len(policies))]})
	return e.inner.Initialize(s)
}

// policies are values of -o lru.
var policies = []string{"lru", "s3fifo", "value"}

// guard ends the world if the engine panics, instead of the process.
func (e *witness) guard() {
	if what := recover(); what != nil {
		e.broken = true
		e.w.fail("the engine panics: %v\n%s", what, debug.Stack())
	}
}

// client returns whose request the server is at.
func (e *witness) client() *simClient {
	return e.w.whose[e.w.running.loop.replies.to]
}

func (e *witness) clientOf(l *loop, part int) *simClient {
	return e.w.whose[l.round.parts[part].c]
}

// request returns the client and the request that the server is at, which must be of a kind. It is nil if there is none.
func (e *witness) request(kind requestKind, key []byte) (*simClient, *request) {
	c := e.client()
	return c, c.expects(kind, key)
}

// expects returns the next request of a client if it is of a kind and for a key.
func (c *simClient) expects(kind requestKind, key []byte) *request {
	r := c.next()
	switch {
	case c.refused:
		c.w.fail("client %d: the old value of a refused set is not removed", c.number)
	case c.gone:
		c.w.fail("client %d: a request of kind %d after the connection was closed", c.number, kind)
	case r == nil:
		c.w.fail("client %d: a request of kind %d, key %q, that it has not sent", c.number, kind, key)
	case r.kind != kind || key != nil && keyNamed(r.keys[r.answered]) != string(key):
		c.w.fail("client %d: a request of kind %d, key %q, want kind %d", c.number, kind, key, r.kind)
	case r.end > c.conn.socket.taken && (c.datagram != nil || r.kind != askGet && r.kind != askStore):
		c.w.fail("client %d: a request of kind %d of which not all has come", c.number, kind)
	default:
		return r
	}
	return nil
}

func (e *witness) CanStore(keyLen, valueLen int, flags uint32) engine.Status {
	defer e.guard()
	c, r := e.request(askStore, nil)
	if r == nil {
		return engine.NoMemory
	}
	if keyLen != len(keyNamed(r.keys[0])) || valueLen != len(r.value) || r.wireFlags() != flags {
		e.w.fail("client %d: CanStore(%d, %d, %d)", c.number, keyLen, valueLen, flags)
	}
	status := e.inner.CanStore(keyLen, valueLen, flags)
	if status != engine.OK {
		e.w.saw(sawTooLarge)
		e.refuse(c, r, status)
	} else if len(r.value) >= e.w.plan.shortStore || !e.w.plan.blocks { // a worker receives short values without a chunk
		c.lack(r) // until Allocate says otherwise, if the server gets that far
	}
	return status
}

// wireFlags are the flags of a store as they reach the engine: a join in binary has none.
func (r *request) wireFlags() uint32 {
	if r.opcode != 0 && (r.op == engine.OpAppend || r.op == engine.OpPrepend) {
		return 0
	}
	return r.flags
}

// refuse notes that a value is too large to be stored.
func (e *witness) refuse(c *simClient, r *request, status engine.Status) {
	if nearly := len(r.value) > e.w.plan.pageSize-itemRest; !nearly {
		e.w.fail("client %d: status %d for a value of %d bytes", c.number, status, len(r.value))
	}
	r.lacks, r.waits = false, false
	c.refused = r.op == engine.OpSet
	if !c.refused {
		c.answer(r, outcome{status: status})
		return
	}
	r.badData = false
	c.status = status
}

func (e *witness) Allocate(key []byte, valueLen int, flags uint32, exptime clock.Time, op engine.Op) (it engine.Item, status engine.Status) {
	defer e.guard()
	c := e.client()
	c.asks = true
	defer func() { c.asks = false }()
	r := c.expects(askStore, key)
	if r == nil || e.broken {
		return engine.Item{}, engine.NoMemory
	}
	asked := op
	op, gradually := op&^engine.Gradually, op&engine.Gradually != 0
	if r.due = e.w.model.timeOf(r.wireExptime()); int64(exptime) != r.due || op != r.engineOp(&e.w.plan) || r.head > c.conn.socket.taken || r.allocated {
		e.w.fail("client %d: Allocate with exptime %d and operation %d, want %d and %d", c.number, exptime, op, r.due, r.engineOp(&e.w.plan))
	}
	e.inTurn(c, r, gradually)
	if e.faulted() {
		status = engine.NoMemory
	} else if it, status = e.inner.Allocate(key, valueLen, flags, exptime, asked); status == engine.NoMemory {
		e.w.saw(sawOutOfMemory)
		if e.w.plan.roomy() {
			e.w.fail("client %d: no memory for %d bytes", c.number, valueLen)
		}
	}
	e.w.trace.add("  client %d: allocates %d bytes: status %d", uint64(c.number), uint64(valueLen), uint64(status))
	switch status {
	case engine.OK:
		c.allocated(r)
	case engine.NoMemory:
		e.lacks(c, r, len(e.held)+len(e.lent))
		return it, status
	case engine.Busy:
		e.w.saw(sawBusy)
		if !gradually || len(e.held) == 0 && e.w.within == 0 { // or somebody is about to hold a chunk
			e.w.fail("client %d: the engine is busy", c.number)
		}
		return it, status
	default:
		e.refuse(c, r, status)
		return it, status
	}
	if len(it.Value) != valueLen || e.held[it.Ref] != nil || e.lent[it.Ref] != nil {
		e.w.fail("client %d: the chunk is not free, or has %d bytes instead of %d", c.number, len(it.Value), valueLen)
	}
	for i := range it.Value { // so that what is not written shows
		it.Value[i] = '?'
	}
	r.allocated, r.streamed = true, r.end > c.conn.socket.taken
	if r.streamed {
		e.w.saw(sawStreamed)
	}
	e.held[it.Ref] = c
	return it, status
}

// faulted says whether a request is to find no memory.
func (e *witness) faulted() bool {
	if !e.w.chance(e.w.plan.failAllocate) {
		return false
	}
	e.w.saw(sawAllocateFault)
	return true
}

// lacks notes that a request finds no chunk, while others hold so many. It waits or is refused, which is seen later.
func (e *witness) lacks(c *simClient, r *request, others int) {
	r.vain = e.w.plan.noEvict || others == 0
	c.lack(r)
}

// wireExptime is the expiry of a store as it reaches the engine: a join in binary has none.
func (r *request) wireExptime() int64 {
	if r.opcode != 0 && (r.op == engine.OpAppend || r.op == engine.OpPrepend) {
		return 0
	}
	return r.exptime
}

func (e *witness) Release(it engine.Item) {
	defer e.guard()
	c := e.held[it.Ref]
	if c == nil {
		e.giveBack(it)
		return
	}
	delete(e.held, it.Ref)
	if r := c.lacking(); r != nil && r.allocated { // what cannot be joined yet
		r.allocated = false
		e.inner.Release(it)
		return
	}
	r := c.next()
	switch {
	case !c.conn.closed && r != nil && r.allocated && r.end > c.conn.socket.taken && len(r.value) < e.w.plan.shortStore:
		e.w.saw(sawShort)
		r.allocated = false
	case c.isFaulty():
		e.w.saw(sawCutValue)
	case c.conn.closed && (r == nil || r.end > c.conn.socket.taken || c.harmed || c.conn.loop.looking):
		e.w.saw(sawCutValue)
	case r == nil || !r.allocated || !r.badData || r.end > c.conn.socket.taken:
		e.w.fail("client %d: an item is given up that should be stored", c.number)
	default:
		e.w.saw(sawBadData)
		c.answer(r, outcome{})
	}
	e.inner.Release(it)
}

// endHuge is the release of a value that was lent.
func (e *witness) giveBack(it engine.Item) {
	l := e.lent[it.Ref]
	if l == nil {
		e.w.fail("item %d is released, which nobody has", it.Ref)
		return
	}
	if !bytes.Equal(it.Value, l.value) {
		e.w.fail("the value of key %d changed while it was lent: %s", l.key, difference(it.Value, l.value))
	}
	if it := e.w.model.items[l.key]; it == nil || len(it.value) != len(l.value) || &it.value[0] != &l.value[0] {
		e.w.saw(sawLentUnlinked)
	}
	if l.times--; l.times == 0 {
		delete(e.lent, it.Ref)
	}
	e.inner.Release(it)
}

func (e *witness) Store(it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	defer e.guard()
	if it.Draft != nil {
		return e.storeDraft(it, op, cas)
	}
	c, r := e.request(askStore, nil)
	if r == nil || e.broken {
		return 0, engine.NoMemory
	}
	if e.held[it.Ref] != c || !r.allocated || r.badData || r.end > c.conn.socket.taken {
		e.w.fail("client %d: Store of an item that it has not filled", c.number)
	}
	e.judge(c, r, it.Value, op, cas)
	delete(e.held, it.Ref)
	if r.joins() && e.faulted() {
		status = engine.NoMemory
	} else {
		newCAS, status = e.askToStore(r, it, op, cas)
	}
	if status == engine.NoMemory {
		e.lacks(c, r, len(e.held)+len(e.lent))
		e.held[it.Ref] = c
		return newCAS, status
	}
	c.got(r)
	c.answer(r, outcome{status: status, cas: newCAS})
	return newCAS, status
}

func (e *witness) Remove(key []byte, how engine.Removal) (status engine.Status) {
	defer e.guard()
	if e.broken {
		return engine.NotFound
	}
	e.moved(sawMoveChanged, key)
	status = e.inner.Remove(key, how)
	if how.Silent {
		if how.CAS != 0 {
			e.w.fail("the removal of an old value asks for CAS %d", how.CAS)
		}
		e.removeOld(e.client(), key, status)
		return status
	}
	c, r := e.request(askDelete, key)
	if r == nil {
		return status
	}
	if how.CAS != r.cas {
		e.w.fail("client %d: Remove with CAS %d, want %d", c.number, how.CAS, r.cas)
	}
	e.w.trace.add("  client %d: removes key %d: status %d", uint64(c.number), uint64(r.keys[0]), uint64(status))
	e.w.model.removed(r.keys[0], how.CAS, status)
	c.answer(r, outcome{status: status})
	return status
}

// removeOld is the removal of what was there before a set that found no memory.
func (e *witness) removeOld(c *simClient, key []byte, status engine.Status) {
	if r := c.lacking(); r != nil && r.op == engine.OpSet {
		c.refused, c.status = true, engine.NoMemory
		c.gaveUp(r)
	}
	r := c.next()
	if r == nil || !c.refused || keyNamed(r.keys[0]) != string(key) {
		e.w.fail("client %d: a silent removal of %q", c.number, key)
		return
	}
	c.refused = false
	e.w.model.removed(r.keys[0], 0, status)
	c.answer(r, outcome{status: c.status})
}

func (e *witness) Touch(key []byte, exptime clock.Time) (flags uint32, cas uint64, status engine.Status) {
	defer e.guard()
	c, r := e.request(askTouch, key)
	if r == nil || e.broken {
		return 0, 0, engine.NotFound
	}
	if want := e.w.model.timeOf(r.exptime); int64(exptime) != want {
		e.w.fail("client %d: Touch with exptime %d, want %d", c.number, exptime, want)
	}
	flags, cas, status = e.inner.Touch(key, exptime)
	e.w.trace.add("  client %d: touches key %d: status %d", uint64(c.number), uint64(r.keys[0]), uint64(status))
	e.w.model.touched(r.keys[0], int64(exptime), flags, cas, status)
	c.answer(r, outcome{status: status, flags: flags, cas: cas})
	return flags, cas, status
}

func (e *witness) Arithmetic(key []byte, a *engine.Arithmetic) (value, cas uint64, status engine.Status) {
	defer e.guard()
	c, r := e.request(askArithmetic, key)
	if r == nil || e.broken {
		return 0, 0, engine.NotFound
	}
	want := engine.Arithmetic{Delta: r.delta, Decrease: r.decrease, CAS: r.cas, Create: r.create, Initial: r.initial}
	if r.create {
		want.Exptime = clock.Time(e.w.model.timeOf(r.exptime))
	}
	if *a != want {
		e.w.fail("client %d: Arithmetic with %+v, want %+v", c.number, *a, want)
	}
	e.moved(sawMoveChanged, key)
	if e.faulted() {
		status = engine.NoMemory
	} else {
		was := e.w.model.look(r.keys[0]) != nil
		value, cas, status = e.inner.Arithmetic(key, a)
		e.w.model.calculated(r.keys[0], a, value, cas, status, was)
	}
	e.w.trace.add("  client %d: calculates with key %d: status %d", uint64(c.number), uint64(r.keys[0]), uint64(status))
	if status == engine.NoMemory {
		e.w.saw(sawOutOfMemory)
		e.lacks(c, r, len(e.held)+len(e.lent))
		return value, cas, status
	}
	c.got(r)
	c.answer(r, outcome{status: status, number: value, cas: cas})
	return value, cas, status
}

func (e *witness) Flush(at clock.Time) (status engine.Status) {
	defer e.guard()
	c, r := e.request(askFlush, nil)
	if r == nil || e.broken {
		return engine.OK
	}
	want, now := e.w.model.timeOf(r.exptime), e.w.model.now
	if want <= now {
		want = 0
	}
	if int64(at) != want {
		e.w.fail("client %d: Flush at %d, want %d", c.number, at, want)
	}
	status = e.inner.Flush(at)
	e.w.saw(sawFlush)
	e.w.trace.add("  client %d: flushes at %d: status %d", uint64(c.number), uint64(at), uint64(status))
	e.w.model.flush(want)
	c.answer(r, outcome{status: status})
	return status
}

func (e *witness) Stats(q engine.Query, emit func(name, value string)) engine.Status {
	defer e.guard()
	c, r := e.request(askStats, nil)
	if r == nil || e.broken {
		return engine.Unsupported
	}
	asked, word := q.Group, "STAT"
	if q.Group == "cachedump" {
		asked, word = fmt.Sprint("cachedump ", q.Class, " ", q.Limit), "ITEM"
	}
	if asked != r.text {
		e.w.fail("client %d: Stats of %q, want %q", c.number, asked, r.text)
	}
	e.w.model.flushDue()
	status := e.inner.Stats(q, func(name, value string) {
		c.expected = appendFigure(c.expected, r, word, name, value, c.text)
		emit(name, value)
	})
	if c.text {
		c.expected = append(c.expected, "END\r\n"...)
	} else {
		c.expected = appendFigure(c.expected, r, word, "", "", false)
	}
	c.done(r)
	return status
}
