package rim

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/pool/goroutine"

	"gocached/server/kernel"
	"gocached/server/oplog"
)

// Config is what a server wants of its event loops. All of it but Blind must be set.
type Config struct {
	Loops      int        // how many
	ReadBuffer int        // bytes that gnet reads at one event
	Log        *oplog.Log // where gnet's rare complaints go

	// Awake counts the seconds for which the server was awake; see pace.go.
	Awake *atomic.Uint32

	// NewWorker makes what a loop works for. It is called on the loop, when that opens its first connection.
	NewWorker func(*Loop) Worker

	// NoPoller is called once if gnet's poller is not found; see probe.go.
	NoPoller func(error)

	// Blind does as if gnet's poller were not found, for tests.
	Blind bool
}

// Loops are the event loops of a server, and what goes with them. Make them with Start. All methods are safe for
// concurrent use.
type Loops struct {
	config  Config
	client  *gnet.Client
	kernel  kernel.Kernel
	drainer *drainer
	tell    sync.Once // NoPoller

	mu    sync.Mutex
	loops []*Loop // that have opened a connection
}

// Start starts event loops, and finds out whether gnet's poller can be found. After an error the process should end: what
// has been started by then is not let go of.
func Start(c Config) (*Loops, error) {
	drainer, err := newDrainer()
	if err != nil {
		return nil, err
	}
	r := &Loops{config: c, kernel: kernel.System{}, drainer: drainer}
	if err := r.startClient(); err != nil {
		return nil, fmt.Errorf("cannot start the event loops: %w", err)
	}
	return r, r.probe()
}

// startClient starts gnet: as a client, since we accept connections ourselves.
func (r *Loops) startClient() (err error) {
	r.client, err = gnet.NewClient(&handler{loops: r},
		gnet.WithNumEventLoop(r.config.Loops),
		gnet.WithReadBufferCap(r.config.ReadBuffer),
		gnet.WithTCPNoDelay(gnet.TCPDelay), // Go has seen to it that nothing is delayed when it accepted the connection
		gnet.WithLogger(logger{r.config.Log}))
	if err != nil {
		return err
	}
	goroutine.DefaultWorkerPool.Release() // gnet's, of which we use nothing: it wakes an idle process twice a second
	return r.client.Start()
}

// Run tells clients that their sockets have room again, until Stop is called.
func (r *Loops) Run() { r.drainer.run() }

// Stop closes all connections and ends the loops. It waits for them; tasks that have not run then never do.
func (r *Loops) Stop() error {
	err := r.client.Stop()
	r.drainer.stop()
	return err
}

// loopOf returns the Loop that belongs to a connection's event loop, making it if this is its first connection.
func (r *Loops) loopOf(gc gnet.Conn) *Loop {
	ev := gc.EventLoop()
	if l := r.find(ev); l != nil {
		return l
	}
	return r.add(ev, r.poller(gc))
}

func (r *Loops) find(ev gnet.EventLoop) *Loop {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.loops {
		if l.ev == ev {
			return l
		}
	}
	return nil
}

// add makes the Loop of an event loop, on which it is called: so nobody else makes the same.
func (r *Loops) add(ev gnet.EventLoop, p *poller) *Loop {
	l := newLoop(r, ev, p)
	l.worker = r.config.NewWorker(l)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loops = append(r.loops, l)
	return l
}
