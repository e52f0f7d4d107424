package server

import (
	"sync"
	"sync/atomic"
	"time"

	"gocached/clock"
	"gocached/engine"
	"gocached/sasl"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/oplog"
	"gocached/server/prefix"
	"gocached/server/rim"
	"gocached/server/settings"
)

// shared is what all loops of a server have in common. Any goroutine may use all of it: each field is set before there are
// loops, or is atomic, or locks itself, or is guarded by the mutex above it.
type shared struct {
	settings *settings.Settings
	engine   engine.Engine
	blocks   bool // the engine's calls wait, see worker.go
	log      *oplog.Log
	clock    *clock.Clock
	rim      *rim.Loops
	gate     listen.Gate
	prefixes prefix.Counts
	sasl     *sasl.Authenticator // nil without -S
	sockets  listen.Sockets
	workers  []*udpWorker
	kernels  kernel.Rings
	huge     sync.Mutex // held by the UDP worker whose answer is huge
	steering engine.Steering
	limits   sync.Mutex   // held while the memory limit changes
	limit    atomic.Int64 // as settings.MemoryLimit, but what a client has made of it
	tuned    tuned
	flushed  atomic.Int64  // the second before the last flush_all took or takes effect, for stats settings
	awake    atomic.Uint32 // seconds that the process was not stopped for; see idle_timeout.go

	crawlerOff atomic.Bool // lru_crawler disable

	// How memory is shared among connections.
	shares       shares
	unsent       atomic.Int64 // bytes of replies that connections keep since their sockets did not take them
	filling      atomic.Int64 // bytes taken by long values that are being received
	shorts       atomic.Int64 // bytes of short values that are being received
	brief        atomic.Int64 // how many of these have chunks
	lent         atomic.Int64 // values that the engine has lent
	waiters      atomic.Int64 // requests that wait for memory
	waitingBytes atomic.Int64 // of values that came with those
	queues       [numQueues]waitQueue
	relief       relief

	// What runs in the background. A simulation has its own of these functions.
	now        func() time.Time                    // time.Now, for who authenticates
	runWork    func(pause time.Duration, f func()) // background.runAfter, for parked work
	runTimer   func(pause time.Duration, f func()) // the same, for what becomes a task of a loop
	runWorker  func(w *worker)                     // runs w.serve in the background
	runStep    func(f func()) bool                 // background.run, for steps of handshakes
	workPlaces chan struct{}                       // holds one element for each parked request or handshake that is worked on
	background background
	stopping   chan struct{}
	stopOnce   sync.Once

	loopsMu sync.Mutex
	loops   []*loop // of event loops, of UDP workers, and of those of pools (worker.go)

	reset [numCounters]atomic.Uint64 // what the counters stood at when they were last reset
}

// init sets what is known before the server listens.
func (s *shared) init(settings *settings.Settings, eng engine.Engine, log *oplog.Log) {
	s.settings, s.engine, s.blocks, s.log, s.clock = settings, eng, eng.Info().Blocks, log, clock.New()
	s.limit.Store(settings.MemoryLimit)
	s.crawlerOff.Store(!settings.LRUCrawler())
	s.kernels.Off, s.kernels.Refused = settings.NoIOUring, s.noRings
	s.gate.Init(settings.MaxConns, settings.MaxConnsFast)
	s.prefixes.Delimiter = settings.Delimiter
	s.prefixes.On.Store(settings.Detail)
	s.shares = usualShares
	s.now, s.runWork, s.runTimer, s.runStep = time.Now, s.background.runAfter, s.background.runAfter, s.background.run
	s.workPlaces, s.stopping = make(chan struct{}, maxParked), make(chan struct{})
}

// noRings tells the operator that the system refuses io_uring.
func (s *shared) noRings(err error) {
	s.log.Printf("io_uring cannot be used (%v): system calls are made one by one. -o no_io_uring does not try, and leaves "+
		"this line out", err)
}

// stop makes Serve return. It may be called at any time, from anywhere, and more than once.
func (s *shared) stop() { s.stopOnce.Do(func() { close(s.stopping) }) }

// shares are the figures by which memory is shared among connections. A simulation has smaller ones.
type shares struct {
	lendFrom       int
	shortStore     int
	maxShort       int64
	takenUpTo      int
	maxCopies      int64
	maxWait        uint32 // seconds, as are these
	stalledReading int
	stalledSending int
	minMoved       int // bytes in a second
}

// lastResort is how many seconds a request is in a queue before late connections are closed for it.
func (s *shares) lastResort() uint32 { return s.maxWait - s.maxWait/6 }

var usualShares = shares{lendFrom, shortStore, maxShort, takenUpTo, maxUnsent / 2, maxWait, stalledReading, stalledSending, minMoved}

// live returns the settings that change while the server runs, for stats settings.
func (s *shared) live() settings.Live {
	live := settings.Live{
		Verbosity: s.log.Level(), Detail: s.prefixes.On.Load(), Oldest: s.flushed.Load(), MemoryLimit: s.limit.Load(),
		Tuned: s.tuned.all(),
	}
	if len(s.sockets.Listeners) > 0 {
		live.TCPPort = s.sockets.Listeners[0].Port()
	}
	if len(s.sockets.UDP) > 0 {
		live.UDPPort = listen.UDPPort(s.sockets.UDP[0])
	}
	return live
}

// addLoop makes a loop's counts known.
func (s *shared) addLoop(l *loop) {
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	s.loops = append(s.loops, l)
}
