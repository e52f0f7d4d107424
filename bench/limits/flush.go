package main

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// flushes lets clients store and get while another says flush_all, and counts what is wrong: a value that was stored
// before a flush and found after it, and one that is missing although no flush came between. What happened during a
// flush may be either.
func flushes(t *trial) ([]float64, error) {
	const clients = 8
	times := t.scale(200, 40)
	srv, err := t.start()
	if err != nil {
		return nil, err
	}
	f := &flushCount{}
	flusher, err := srv.dial()
	if err != nil {
		return nil, err
	}
	defer flusher.Close()
	ended := make(chan error, 1)
	go func() {
		ended <- together(clients, func(i int) error { return f.storeAndGet(srv, i, t.random(i)) })
	}()
	for range times {
		time.Sleep(10 * time.Millisecond)
		f.begun.Add(1)
		flusher.send([]byte("flush_all\r\n"))
		flusher.expect("OK")
		f.done.Add(1)
	}
	f.stop.Store(true)
	if err := <-ended; err != nil {
		return nil, err
	}
	t.note("%d values found, %d flushed", f.found.Load(), f.missed.Load())
	if f.found.Load() == 0 || f.missed.Load() == 0 {
		return nil, fmt.Errorf("%d values found, %d flushed: that proves nothing", f.found.Load(), f.missed.Load())
	}
	return []float64{float64(f.wrong.Load())}, flusher.err
}

// flushCount is what the clients share.
type flushCount struct {
	stop                 atomic.Bool
	begun, done          atomic.Int64 // flushes
	found, missed, wrong atomic.Int64 // values
}

// mark is when a value was stored: how many flushes had been done before it was sent, and begun when it was stored.
type mark struct{ done, begun int64 }

// storeAndGet stores values of its own and looks whether they are there as they should be.
func (f *flushCount) storeAndGet(srv *server, number int, random *rand.Rand) error {
	const keys = 64
	c, err := srv.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	marks := make([]mark, keys)
	for !f.stop.Load() && c.err == nil {
		k := random.IntN(keys)
		key := fmt.Sprintf("flush:%d:%d", number, k)
		if random.IntN(3) == 0 || marks[k] == (mark{}) {
			before := f.done.Load()
			c.set(key, []byte("value"))
			marks[k] = mark{before, f.begun.Load()}
			continue
		}
		before := f.done.Load()
		found := c.get(key) != nil
		f.judge(marks[k], found, before, f.begun.Load())
		if !found {
			marks[k] = mark{}
		}
	}
	return c.err
}

// judge counts a get that began after so many flushes had been done, and ended when so many had begun.
func (f *flushCount) judge(stored mark, found bool, done, begun int64) {
	if found {
		f.found.Add(1)
	} else {
		f.missed.Add(1)
	}
	if found && done > stored.begun || !found && begun == stored.done {
		f.wrong.Add(1)
	}
}
