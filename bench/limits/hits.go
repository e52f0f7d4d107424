package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
)

const (
	hitClients  = 16
	hitKeys     = 400_000 // with their values about twice as much as fits
	setsABatch  = 6
	keysALine   = 50
	linesABatch = 4
)

// verifiedHits counts hits until there are enough, at -m 32, so that items are evicted all the time, and counts those
// that are wrong. A key is stored by one client and read by all. A value that is read must be whole, of its key, not
// older than the last that was stored when it was asked for, and not newer than the last that was sent by now.
func verifiedHits(t *trial) ([]float64, error) {
	goal := int64(t.scale(100_000_000, 300_000))
	srv, err := t.start("-m", "32")
	if err != nil {
		return nil, err
	}
	h := &hitCount{goal: goal, begun: make([]atomic.Uint64, hitKeys), done: make([]atomic.Uint64, hitKeys)}
	err = together(hitClients, func(i int) error {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		worker := &hitClient{hitCount: h, client: c.buffer(64 << 10), number: uint64(i), random: t.random(i)}
		return worker.run()
	})
	if err != nil {
		return nil, err
	}
	c, err := srv.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if evictions := c.stats("")["evictions"]; evictions == "0" || c.err != nil {
		return nil, fmt.Errorf("%s evictions (%v): the server was not full", evictions, c.err)
	}
	t.note("%d hits, %d misses, %d sets", h.hits.Load(), h.misses.Load(), h.sets.Load())
	return []float64{float64(h.wrong.Load())}, nil
}

// hitCount is what the clients share.
type hitCount struct {
	goal                      int64
	hits, misses, sets, wrong atomic.Int64
	begun, done               []atomic.Uint64 // the version of each key that was last sent, and that was last STORED
}

// hitClient stores every sixteenth key, and reads all.
type hitClient struct {
	*hitCount
	*client
	number uint64
	random *rand.Rand
	out    []byte
	value  []byte
	stored [setsABatch]uint64
	asked  [linesABatch][keysALine]struct{ key, least uint64 }
}

// run stores all keys of its own once, so that the server is full, and then goes on until there are enough hits.
func (h *hitClient) run() error {
	h.storeAll(hitKeys/hitClients, func(i int) (string, []byte) {
		key := uint64(i)*hitClients + h.number
		h.begun[key].Store(1)
		h.value = appendValue(h.value[:0], key, 1, windowOf(key, 1))
		return "hit:" + strconv.FormatUint(key, 10), h.value
	})
	for i := range uint64(hitKeys / hitClients) {
		h.done[i*hitClients+h.number].Store(1)
	}
	for h.hits.Load() < h.goal && h.err == nil {
		h.ask()
		h.send(h.out)
		h.check()
	}
	return h.err
}

// pick chooses a key: small numbers far more often than large ones.
func (h *hitClient) pick() uint64 {
	f := h.random.Float64()
	return uint64(f * f * f * f * f * hitKeys)
}

// ask makes a batch: sets, then lines of gets.
func (h *hitClient) ask() {
	h.out = h.out[:0]
	for i := range h.stored {
		key := min(h.pick()/hitClients*hitClients, hitKeys-hitClients) + h.number
		version := h.begun[key].Add(1)
		h.value = appendValue(h.value[:0], key, version, windowOf(key, version))
		h.out = appendSet(h.out, "hit:"+strconv.FormatUint(key, 10), h.value)
		h.stored[i] = key
	}
	for line := range h.asked {
		h.out = append(h.out, "get"...)
		for i := range h.asked[line] {
			a := &h.asked[line][i]
			a.key = h.pick()
			if a.least = h.done[a.key].Load(); a.key%hitClients == h.number {
				a.least = h.begun[a.key].Load() // this client's own sets come first
			}
			h.out = strconv.AppendUint(append(h.out, " hit:"...), a.key, 10)
		}
		h.out = append(h.out, "\r\n"...)
	}
}

// check reads the answers to a batch.
func (h *hitClient) check() {
	for _, key := range h.stored {
		h.expect("STORED")
		h.done[key].Add(1)
	}
	hits := 0
	for line := range h.asked {
		asked := h.asked[line][:]
		for h.err == nil {
			head := h.line()
			if string(head) == "END" || h.err != nil {
				break
			}
			key, size := parseHit(head)
			for len(asked) > 0 && asked[0].key != key {
				asked = asked[1:]
			}
			if len(asked) == 0 {
				h.fail("%.100q was not asked for", head)
				break
			}
			h.checkHit(asked[0].key, asked[0].least, size)
			asked = asked[1:]
			hits++
		}
	}
	h.sets.Add(setsABatch)
	h.hits.Add(int64(hits))
	h.misses.Add(int64(linesABatch*keysALine - hits))
}

// parseHit reads "VALUE hit:KEY 0 SIZE".
func parseHit(line []byte) (key uint64, size int) {
	rest, ok := bytes.CutPrefix(line, []byte("VALUE hit:"))
	number, rest, ok2 := bytes.Cut(rest, []byte(" 0 "))
	key, err := strconv.ParseUint(string(number), 10, 64)
	size, err2 := strconv.Atoi(string(rest))
	if !ok || !ok2 || err != nil || err2 != nil {
		return hitKeys, 0
	}
	return key, size
}

// checkHit reads a value and judges it.
func (h *hitClient) checkHit(key, least uint64, size int) {
	h.value = append(h.value[:0], make([]byte, size+2)...)
	if _, err := io.ReadFull(h.in, h.value); err != nil {
		h.fail("%w", err)
		return
	}
	version, ok := checkValue(h.value[:size], key)
	if !ok || version < least || version > h.begun[key].Load() || !bytes.HasSuffix(h.value, []byte("\r\n")) {
		h.wrong.Add(1)
	}
}
