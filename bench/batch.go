package bench

import "time"

// batch is what a connection has under way: some requests that are sent together, and what their answers came to so far.
type batch struct {
	shape    *shape
	codec    codec
	random   uint64
	requests []asked
	keys     []int         // of all requests, one after the other
	due      time.Duration // when it was to be sent, from the beginning of the turn
	sent     time.Duration // when it was
	open     int           // requests without an answer
	counts   Counts        // of the answers
}

// asked is a request of a batch: a set of one key or a get of several.
type asked struct {
	from, to int // its keys
	set      bool
}

// draw makes up the next batch.
func (b *batch) draw(due, now time.Duration) {
	b.requests, b.keys = b.requests[:0], b.keys[:0]
	b.due, b.sent, b.open, b.counts = due, now, b.shape.Depth, Counts{}
	for range b.shape.Depth {
		r := asked{from: len(b.keys), set: int(Next(&b.random)%100) >= b.shape.Gets}
		n := b.shape.Multi
		if r.set {
			n = 1
		}
		for range n {
			b.keys = append(b.keys, b.shape.pick(&b.random))
		}
		r.to = len(b.keys)
		b.requests = append(b.requests, r)
	}
}

// appendRequest appends request number n to dst.
func (b *batch) appendRequest(dst []byte, n int) []byte {
	r := &b.requests[n]
	if r.set {
		return b.codec.appendSet(dst, b.keys[r.from], b.exptime())
	}
	return b.codec.appendGet(dst, b.keys[r.from:r.to])
}

func (b *batch) exptime() int {
	if len(b.shape.Exptime.parts) == 0 {
		return 0
	}
	return b.shape.Exptime.pick(Next(&b.random))
}

// take takes the answer to request number n from the beginning of in and counts it, unless it is torn.
func (b *batch) take(n int, in []byte) (rest []byte, err error) {
	r := &b.requests[n]
	var a answer
	if r.set {
		rest, a, err = b.codec.takeSet(in, b.keys[r.from])
	} else {
		rest, a, err = b.codec.takeGet(in, b.keys[r.from:r.to])
	}
	if err != nil {
		return nil, err
	}
	b.open--
	b.counts.Requests++
	b.counts.Keys += int64(r.to - r.from)
	b.counts.Bytes += a.bytes
	b.counts.Misses += int64(a.misses)
	b.counts.Wrong += int64(a.wrong)
	b.counts.Errors += int64(a.errors)
	return rest, nil
}

// lose counts request number n as one that will get no answer.
func (b *batch) lose(n int) {
	b.open--
	b.counts.Requests++
	b.counts.Keys += int64(b.requests[n].to - b.requests[n].from)
	b.counts.Lost++
}

// add adds what another has counted.
func (c *Counts) add(other *Counts) {
	c.Requests += other.Requests
	c.Keys += other.Keys
	c.Bytes += other.Bytes
	c.Misses += other.Misses
	c.Wrong += other.Wrong
	c.Errors += other.Errors
	c.Lost += other.Lost
	c.Unsent += other.Unsent
}
