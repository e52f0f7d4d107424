// Package enginetest is the test that every engine must pass. It covers the contract of package engine call by call; what
// an engine cannot do, or does otherwise, it says by a Feature.
//
// An engine's own test is one line:
//
//	func TestContract(t *testing.T) { enginetest.Run(t, func() engine.Engine { return memory.New() }) }
package enginetest

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
)

// Feature says how an engine differs from the contract.
type Feature int

// The differences.
const (
	Forgets  Feature = iota + 1 // it stores nothing
	Unlisted                    // it has no statistics by item: "items", "slabs", "sizes", "cachedump"
)

const (
	itemMax  = 1 << 20
	lendFrom = 16 << 10
	start    = 1_700_000_000 // Unix time at which the tests' clocks stand
)

// Settings returns what Run initializes engines with: a 64 MiB cache on a clock of its own.
func Settings(t testing.TB) engine.Settings {
	return engine.Settings{
		Clock: clock.NewFake(start), MemoryLimit: 64 << 20, ItemMax: itemMax, ChunkMin: 48, Factor: 1.25,
		LendFrom: lendFrom, Steering: new(engine.Steering), Warn: func(msg string) { t.Log(msg) },
	}
}

// Checker is implemented by engines that can look for damage in themselves. Run calls it at the end of each test, when
// nothing is held.
type Checker interface{ Check() error }

// Harness drives one engine in a test.
type Harness struct {
	testing.TB
	engine.Engine
	Clock    *clock.Clock
	Drafts   bool // Put gives Store what Allocate has not seen
	noCAS    bool
	steering *engine.Steering
}

// Start initializes an engine, and ends it with the test. Without Options the engine gets the defaults of its own.
func Start(t testing.TB, e engine.Engine, s engine.Settings) *Harness {
	t.Helper()
	if s.Options == nil {
		s.Options = e.Info().Values(nil)
	}
	if err := e.Initialize(s); err != nil {
		t.Fatalf("Initialize: %v", err)
	}
	t.Cleanup(func() {
		if c, ok := e.(Checker); ok && !t.Failed() {
			if err := c.Check(); err != nil {
				t.Errorf("check: %v", err)
			}
		}
		if err := e.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return &Harness{TB: t, Engine: e, Clock: s.Clock, noCAS: s.NoCAS, steering: s.Steering}
}

// Run tests the whole contract. What is about items that are stored it tests once more with drafts, but not what takes long.
func Run(t *testing.T, make func() engine.Engine, features ...Feature) {
	for _, group := range contract {
		if group.unless != 0 && has(features, group.unless) {
			continue
		}
		s := Settings(t)
		s.NoCAS = group.noCAS
		t.Run(group.name, func(t *testing.T) { group.test(Start(t, make(), s)) })
		if group.unless != 0 && !strings.HasPrefix(group.name, "concurren") {
			s.Clock = clock.NewFake(start)
			t.Run(group.name+", of drafts", func(t *testing.T) {
				h := Start(t, make(), s)
				h.Drafts = true
				group.test(h)
			})
		}
	}
}

func has(features []Feature, f Feature) bool {
	for _, x := range features {
		if x == f || x == Forgets {
			return true
		}
	}
	return false
}

// contract lists the tests; unless names the feature that makes a test meaningless.
var contract = []struct {
	name   string
	test   func(*Harness)
	unless Feature
	noCAS  bool
}{
	{"info", testInfo, 0, false},
	{"limits", testLimits, 0, false},
	{"allocate and release", testAllocate, 0, false},
	{"misses", testMisses, 0, false},
	{"store", testStore, Forgets, false},
	{"store without CAS", testStoreNoCAS, Forgets, true},
	{"join", testJoin, Forgets, false},
	{"join too long", testJoinTooLong, Forgets, false},
	{"remove", testRemove, Forgets, false},
	{"touch", testTouch, Forgets, false},
	{"get and touch", testGetTouch, Forgets, false},
	{"runs of keys", testRuns, Forgets, false},
	{"keys to come", testPrefetch, 0, false},
	{"expiry", testExpiry, Forgets, false},
	{"expiry without CAS", testExpiry, Forgets, true},
	{"arithmetic", testArithmetic, Forgets, false},
	{"arithmetic with conditions", testArithmeticConditions, Forgets, false},
	{"numbers", testNumbers, Forgets, false},
	{"flush", testFlush, Forgets, false},
	{"flush without CAS", testFlush, Forgets, true},
	{"flush later", testFlushLater, Forgets, false},
	{"what has ended", testEnded, Unlisted, false},
	{"what has ended without CAS", testEnded, Unlisted, true},
	{"lent values", testLent, Forgets, false},
	{"shapes", testShapes, Forgets, false},
	{"meta gets", testLook, Forgets, false},
	{"meta gets without CAS", testLook, Forgets, true},
	{"vivified items", testVivified, Forgets, false},
	{"vivified items without CAS", testVivified, Forgets, true},
	{"winners", testWin, Forgets, false},
	{"winners without CAS", testWin, Forgets, true},
	{"marks", testMarks, Forgets, false},
	{"marks without CAS", testMarks, Forgets, true},
	{"uses", testUse, Forgets, false},
	{"uses without CAS", testUse, Forgets, true},
	{"chosen CASes", testChosen, Forgets, false},
	{"chosen CASes without CAS", testChosen, Forgets, true},
	{"modifiers", testModifiers, Forgets, false},
	{"modifiers without CAS", testModifiers, Forgets, true},
	{"stale stores", testInvalidate, Forgets, false},
	{"meta deletes", testLessen, Forgets, false},
	{"meta deletes without CAS", testLessen, Forgets, true},
	{"meta arithmetic", testMetaArithmetic, Forgets, false},
	{"meta arithmetic without CAS", testMetaArithmetic, Forgets, true},
	{"statistics of meta commands", testMetaFigures, Unlisted, false},
	{"general statistics", testStatsGeneral, 0, false},
	{"statistics by item", testStatsItems, Unlisted, false},
	{"walks", testWalk, Unlisted, false},
	{"walks without CAS", testWalk, Unlisted, true},
	{"figures", testFigures, 0, false},
	{"eviction", testEviction, Forgets, false},
	{"favourites", testFavourite, Forgets, false},
	{"steering", testSteering, Forgets, false},
	{"concurrency", testConcurrency, Forgets, false},
	{"concurrency without CAS", testConcurrency, Forgets, true},
	{"concurrent counters", testCounters, Forgets, false},
	{"concurrent appends", testAppends, Forgets, false},
}

// Expect fails the test if got is not want.
func (h *Harness) Expect(what string, got, want any) {
	h.Helper()
	if !reflect.DeepEqual(got, want) {
		h.Errorf("%s%s: got %v, want %v", where(), what, got, want)
	}
}

// where returns the line of the test that called an expectation, which may be some helpers up.
func where() string {
	for skip := 2; ; skip++ {
		_, file, line, ok := runtime.Caller(skip)
		if !ok {
			return ""
		}
		if !strings.HasSuffix(file, "enginetest.go") && !strings.HasSuffix(file, "calls.go") {
			return fmt.Sprintf("%s:%d: ", file[strings.LastIndex(file, "/")+1:], line)
		}
	}
}
