package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"gocached/engine"
	"gocached/server/listen"
	"gocached/server/oplog"
	"gocached/server/rim"
	"gocached/server/settings"
)

// Release is gocached's own version. The protocol reports memcached's instead, see package compat.
const Release = "0.1.0"

// lendFrom is the length in bytes from which values are sent from their chunk instead of being copied to the replies.
const lendFrom = 16 << 10

// readBuffer is how much gnet reads from a connection at one event, in bytes. It bounds what has to be kept when a
// connection is paused.
const readBuffer = 32 << 10

// Server serves one engine to its clients. Make it with New, then call Listen, then Serve, each once.
type Server struct {
	shared
	blind   bool              // see rim.Config
	seconds func(tick func()) // calls tick in each second until the clock is stopped: clock.Run
	done    sync.WaitGroup
}

// New returns a server for an engine that it initialises. The settings must have passed Validate and not change any
// more. The error says what the engine could not have.
func New(settings *settings.Settings, eng engine.Engine, log *oplog.Log) (*Server, error) {
	s := new(Server)
	s.init(settings, eng, log)
	s.runWorker = func(w *worker) { s.background.run(w.serve) }
	s.seconds = s.clock.Run
	if settings.SASL || settings.AuthFile != "" {
		if err := s.openUsers(os.Getenv); err != nil {
			return nil, err
		}
	}
	if err := eng.Initialize(s.engineSettings()); err != nil {
		return nil, fmt.Errorf("engine %s: %w", eng.Info().Name, err)
	}
	return s, nil
}

// engineSettings is what the engine needs to know of the settings.
func (s *Server) engineSettings() engine.Settings {
	st := s.settings
	return engine.Settings{
		Clock:         s.clock,
		MemoryLimit:   settings.MemoryLimit(st.MemoryLimit),
		ItemMax:       st.ItemMax,
		ChunkMin:      st.ChunkMin,
		Factor:        st.Factor,
		NoEvict:       st.NoEvict,
		NoCAS:         st.NoCAS,
		LargePages:    st.LargePages,
		LendFrom:      lendFrom,
		InitialMalloc: st.InitialMalloc,
		Steering:      &s.steering,
		Options:       s.engine.Info().Values(st.EngineOptions),
		Warn:          func(msg string) { s.log.Printf("%s", msg) },
	}
}

// Listen binds every address the settings name and starts the event loops. Clients can connect from then on; they are
// served once Serve runs. After an error nothing is bound.
func (s *Server) Listen() error {
	sockets, err := listen.Open(s.settings)
	if err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return errors.Join(err, sockets.Close())
	}
	s.sockets = sockets
	for _, ln := range sockets.Listeners {
		s.gate.Doors = append(s.gate.Doors, ln)
	}
	s.gate.CountSockets(s.listening())
	s.logListening()
	for _, socket := range sockets.UDP {
		for range s.settings.Threads {
			s.addWorker(socket)
		}
	}
	return nil
}

// start starts what needs no client.
func (s *Server) start() (err error) {
	s.kernels.Try()
	s.rim, err = rim.Start(s.rimConfig())
	return err
}

// rimConfig is what the event loops need to know.
func (s *Server) rimConfig() rim.Config {
	return rim.Config{
		Loops:      s.settings.Threads,
		ReadBuffer: readBuffer,
		Log:        s.log,
		Awake:      &s.awake,
		NewWorker:  s.newWorker,
		NoPoller:   s.noPoller,
		Blind:      s.blind,
	}
}

// Serve accepts and serves clients until Stop is called, and returns when everything has been let go of.
func (s *Server) Serve() error {
	s.done.Go(func() { s.seconds(s.tick) })
	s.done.Go(s.rim.Run)
	var accepting sync.WaitGroup
	for _, ln := range s.sockets.Listeners {
		accepting.Go(func() { s.accept(ln) })
	}
	for _, w := range s.workers {
		s.done.Go(w.serve)
	}
	<-s.stopping
	s.gate.Stop()
	faults := []error{s.sockets.Close()}
	accepting.Wait() // a loop that has stopped takes no connections and runs no tasks any more
	s.background.stop()
	faults = append(faults, s.rim.Stop(), s.kernels.Close())
	s.clock.Stop()
	s.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	faults = append(faults, s.engine.Shutdown(ctx))
	return errors.Join(faults...)
}

// Stop makes Serve return. It may be called at any time, from anywhere, more than once, and does not wait.
func (s *Server) Stop() { s.stop() }

// Addrs returns the bound addresses but for those of UDP, valid after Listen.
func (s *Server) Addrs() []net.Addr {
	addrs := make([]net.Addr, len(s.sockets.Listeners))
	for i, ln := range s.sockets.Listeners {
		addrs[i] = ln.Addr()
	}
	return addrs
}

// newWorker makes the loop that belongs to an event loop.
func (s *Server) newWorker(r *rim.Loop) rim.Worker {
	l := newLoop(&s.shared, r)
	l.serveSockets()
	l.kernel = s.kernels.Open()
	l.watchIdle()
	s.addLoop(l)
	return l
}
