package delay

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/engine/memory"
	"gocached/internal/eventually"
)

// checked lets the contract look for damage in the engine that stores.
type checked struct {
	*Engine
	other *memory.Engine
}

func (c checked) Check() error { return c.other.Check() }

// TestContract: who waits may be overtaken by others, and time stands still.
func TestContract(t *testing.T) {
	enginetest.Run(t, func() engine.Engine {
		other := memory.New()
		e := New(other)
		e.sleep = func(time.Duration) { runtime.Gosched() }
		return checked{e, other}
	})
}

// startWith returns an engine with options whose waits are passed to sleep.
func startWith(t *testing.T, sleep func(time.Duration), given map[string]string) *enginetest.Harness {
	t.Helper()
	e := New(memory.New())
	e.sleep = sleep
	s := enginetest.Settings(t)
	s.Options = e.Info().Values(given)
	return enginetest.Start(t, e, s)
}

// TestWaits: which calls wait, how often and for how long.
func TestWaits(t *testing.T) {
	const ms = time.Millisecond
	for which, want := range map[string][]string{
		"":       {"store", "get", "touch", "arithmetic", "stats", "remove", "flush"},
		"all":    {"store", "get", "touch", "arithmetic", "stats", "remove", "flush"},
		"reads":  {"get", "stats"},
		"writes": {"store", "touch", "arithmetic", "remove", "flush"},
	} {
		var waits []time.Duration
		given := map[string]string{"delay": "5ms"}
		if which != "" {
			given["delay_calls"] = which
		}
		h := startWith(t, func(d time.Duration) { waits = append(waits, d) }, given)
		key := []byte("k")
		it, _ := h.Allocate(key, 1, 0, 0, engine.OpSet)
		copy(it.Value, "1")
		var got []string
		for _, call := range []struct {
			name string
			make func()
		}{
			{"store", func() { h.Store(it, engine.OpSet, 0) }},
			{"can store", func() { h.CanStore(1, 1, 0) }},
			{"release", func() {
				it, _ := h.Allocate(key, 1, 0, 0, engine.OpSet)
				h.Release(it)
			}},
			{"get", func() { h.Get([]engine.Key{{Bytes: key}, {Bytes: key}}, &enginetest.Recorder{}) }},
			{"prefetch", func() { h.Get([]engine.Key{{Bytes: key}}, engine.Prefetch{}) }},
			{"touch", func() { h.Touch(key, 0) }},
			{"arithmetic", func() { h.Arithmetic(key, &engine.Arithmetic{Delta: 1}) }},
			{"stats", func() { h.Stats(engine.Query{}, func(string, string) {}) }},
			{"remove", func() { h.Remove(key, engine.Removal{}) }},
			{"flush", func() { h.Flush(0) }},
		} {
			waits = nil
			call.make()
			if len(waits) > 0 {
				got = append(got, call.name)
			}
			if len(waits) > 1 || len(waits) == 1 && waits[0] != 5*ms {
				t.Errorf("%s waits for %v", call.name, waits)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("delay_calls=%s: %v wait, want %v", which, got, want)
		}
	}
}

// TestJitter: what is waited lies between the delay and that with the jitter, and is not always the same.
func TestJitter(t *testing.T) {
	seen := map[time.Duration]bool{}
	h := startWith(t, func(d time.Duration) { seen[d] = true }, map[string]string{"delay": "2ms", "delay_jitter": "3ms"})
	for range 200 {
		h.Look("k")
	}
	for d := range seen {
		if d < 2*time.Millisecond || d > 5*time.Millisecond {
			t.Errorf("waited %v", d)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d different times in 200", len(seen))
	}
}

// TestWaitsTogether: a call that waits keeps no other from waiting at the same time.
func TestWaitsTogether(t *testing.T) {
	const calls = 8
	var waiting, done atomic.Int32
	all := make(chan struct{})
	h := startWith(t, func(time.Duration) {
		if waiting.Add(1) == calls {
			close(all)
		}
		<-all
	}, nil)
	for range calls {
		go func() {
			h.Engine.Get([]engine.Key{{Bytes: []byte("k")}}, &enginetest.Recorder{})
			done.Add(1)
		}()
	}
	eventually.True(t, "all calls at the same time", func() bool { return done.Load() == calls })
}

// TestFigures: it goes by its own name and counts the calls that waited, until they are reset.
func TestFigures(t *testing.T) {
	h := startWith(t, func(time.Duration) {}, nil)
	h.Set("k", "v")
	h.Has("k", "v")
	names, values := h.Figures(engine.Query{Group: "gocached"})
	h.Expect("first", names[:2], []string{"engine", "delayed_calls"})
	h.Expect("engine", values["engine"], "delay")
	h.Expect("no second name", slices.Contains(names[2:], "engine"), false)
	h.Expect("calls", values["delayed_calls"], "3") // this one too
	h.Expect("the other's figures", values["hash_items"], "1")
	h.Figures(engine.Query{Group: "reset"})
	_, values = h.Figures(engine.Query{Group: "gocached"})
	h.Expect("calls after a reset", values["delayed_calls"], "1")
}

// TestReallyWaits: it says that it blocks, and without options it does.
func TestReallyWaits(t *testing.T) {
	e := New(memory.New())
	h := enginetest.Start(t, e, enginetest.Settings(t))
	h.Expect("blocks", h.Info().Blocks, true)
	begin := time.Now()
	h.Lacks("k")
	if took := time.Since(begin); took < time.Millisecond {
		t.Errorf("a get took %v", took)
	}
}
