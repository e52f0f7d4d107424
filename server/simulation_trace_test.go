package server

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// happening is something that must have happened in the course of a simulation, or it has proved little.
type happening int

// The happenings. The names that a table shows are below.
const (
	sawEviction happening = iota
	sawExpansion
	sawOutOfMemory
	sawAllocateFault
	sawPageDonated
	sawPageBalanced
	sawMoveAwaited
	sawMoveRead
	sawMoveChanged
	sawYield
	sawBlockedYielded
	sawBlock
	sawUnblock
	sawStaleRoom
	sawStreamed
	sawBusy
	sawShort
	sawReceived
	sawLent
	sawLentUnlinked
	sawCutValue
	sawExpired
	sawReaped
	sawFlush
	sawFlushDue
	sawPartialSend
	sawFullSend
	sawSendFault
	sawWatchFault
	sawReset
	sawHalfClose
	sawServerClose
	sawQuietBinary
	sawText
	sawBinary
	sawRound
	sawTogether
	sawRelief
	sawGetWaits
	sawGetWaited
	sawGetGivenUp
	sawStoreWaits
	sawStoreWaited
	sawStoreGivenUp
	sawChangeWaits
	sawChangeWaited
	sawChangeGivenUp
	sawWaiterLeft
	sawAtOnce
	sawLongGet
	sawExpected
	sawCASDiffers
	sawJoin
	sawJoinRefused
	sawGrownNumber
	sawTooLarge
	sawBadData
	sawRefusedLine
	sawLineGivenUp
	sawLinger
	sawUDP
	sawUDPAnswered
	sawUDPLong
	sawUDPCut
	sawUDPDropped
	sawUDPUnfinished
	sawUDPBatch
	sawUDPReadFault
	sawUDPSendFault
	sawAuth
	sawAuthenticated
	sawAuthFailed
	sawAuthRefused
	sawGuessPaused
	sawParkedInput
	sawParkedGone
	sawIdleClosed
	sawIdleClosedFull
	sawIdleSpared
	sawIdleTook
	sawGateClosed
	sawGateOpened
	sawRejected
	sawOpenFault
	sawCrowd
	sawWideRound
	sawTwoLoops
	sawVerbose
	sawWithoutCAS
	sawWithoutEviction
	sawWithoutPoller
	sawWaiting
	sawWorker
	sawWorkerGone
	sawWorkerInput
	sawFrames
	sawFramesShake
	sawFramesEarly
	sawFramesQueue
	sawFramesEnd
	sawFramesFault
	numHappenings
)

var happenings = [numHappenings]string{
	"evictions", "hash table doubled", "out of memory", "allocations made to fail", "pages donated", "pages balanced",
	"moves awaited", "read while the page moves", "changed while the page moves",
	"turns yielded", "blocked and yielded", "connections blocked", "connections unblocked", "stale notices of room",
	"values streamed", "too many streamed", "short values received beside", "bytes received into chunks", "values lent", "lent values unlinked", "closed within a value",
	"expired items met", "items reaped", "flushes", "delayed flushes due", "sends in part", "sends refused", "sends made to fail",
	"watches made to fail", "resets", "half-closes", "closes by the server", "quiet binary requests", "text clients",
	"binary clients", "rounds of several", "calls made together",
	"stalled connections closed", "gets that wait for memory", "gets answered after waiting", "gets refused after waiting",
	"stores that wait for memory", "stores that have waited", "stores refused after waiting", "changes that wait for memory",
	"changes that have waited", "changes refused after waiting", "closed while waiting for memory",
	"answers at once", "gets over 64 keys", "stores announced", "CAS differed", "values joined",
	"joins refused", "numbers grown longer", "too large", "bad data blocks", "lines refused", "lines given up", "ends waited for", "worlds with UDP", "messages in datagrams", "messages in several datagrams", "messages cut",
	"datagrams dropped", "datagrams with part of a command", "datagrams read together", "reads of datagrams made to fail",
	"datagrams made to fail", "worlds with -S", "authenticated", "failed to authenticate", "refused without it",
	"attempts put off", "parked while input waits", "closed while parked", "closed as idle", "closed as idle with output", "busy, so not idle",
	"taking output, so not idle", "doors closed", "doors opened", "rejected", "connections refused by gnet", "crowds", "wide rounds", "worlds with two loops",
	"worlds with -vv", "worlds without CAS", "worlds without eviction", "worlds without gnet's poller",
	"worlds whose engine waits", "workers sent off", "closed while a worker answers", "input while a worker answers",
	"clients through a transport", "steps of handshakes", "wire within such a step", "wire before a queue",
	"ends that transports tell", "faults in wire",
}

// tally counts happenings.
type tally [numHappenings]uint64

func (t *tally) add(o *tally) {
	for i, n := range o {
		t[i] += n
	}
}

// String returns a table, a line for each happening.
func (t *tally) String() string {
	var b strings.Builder
	for i, n := range t {
		fmt.Fprintf(&b, "  %-28s %12d\n", happenings[i], n)
	}
	return b.String()
}

// missing returns the names of what never happened.
func (t *tally) missing() (names []string) {
	for i, n := range t {
		if n == 0 {
			names = append(names, happenings[i])
		}
	}
	return names
}

// event is one step of a run: what, and three numbers that the format for what explains.
type event struct {
	what    string
	a, b, c uint64
}

// trace is a run as a list of events, of which the last are kept, and all go into a hash: two runs with the same hash
// were the same.
type trace struct {
	hash  uint64
	count int
	ring  [traceKept]event
	seen  atomic.Int64 // grows with each event, and may be read elsewhere
}

// traceKept is how many events are kept to be shown after a failure.
const traceKept = 128

func (t *trace) reset() { t.hash, t.count = 14695981039346656037, 0 }

// add notes an event. what is a format for three numbers, of which those at the end may be missing.
func (t *trace) add(what string, a, b, c uint64) {
	t.ring[t.count%traceKept] = event{what, a, b, c}
	t.count++
	t.seen.Add(1)
	t.mix(uint64(what[0])<<8 | uint64(len(what)))
	t.mix(a)
	t.mix(b)
	t.mix(c)
}

func (t *trace) mix(n uint64) {
	t.hash = (t.hash ^ n) * 1099511628211
	t.hash ^= t.hash >> 29
}

// String returns the last events, a line each.
func (t *trace) String() string {
	var b strings.Builder
	for i := max(0, t.count-traceKept); i < t.count; i++ {
		e := &t.ring[i%traceKept]
		numbers := []any{e.a, e.b, e.c}[:strings.Count(e.what, "%")]
		fmt.Fprintf(&b, "  %6d  %s\n", i, fmt.Sprintf(e.what, numbers...))
	}
	return b.String()
}
