package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"gocached/engine"
	"gocached/server"
)

// serve starts the server and returns when it has stopped.
//
// What is wrong with the settings, the user, a limit or an address ends it before anything has been left behind. The
// process gives its privileges up as soon as the addresses are bound; a unix socket is made afterwards, so that it
// belongs to the user of -u.
func (p *program) serve(s *server.Settings) error {
	s.Complete()
	p.environment(s)
	if err := s.Validate(); err != nil {
		return err
	}
	row, err := findEngine(s.Engine)
	if err != nil {
		return err
	}
	if err := resolvePaths(s); err != nil {
		return err
	}
	ready, child := p.daemonChild()
	if s.Daemon && !child {
		return p.daemonize()
	}
	identity, err := findIdentity(s.User)
	if err != nil {
		return err
	}
	if err := raiseLimits(s); err != nil {
		return err
	}
	for _, line := range append(p.warnings, s.Warnings()...) {
		fmt.Fprintln(p.stderr, line)
	}
	if s.Verbosity > 1 && row.describe != nil {
		row.describe(p.stderr, s)
	}
	return p.start(s, row.make(), identity, ready)
}

// spareProcessors is how many processors more than event loops Go's scheduler is told of.
const spareProcessors = 3

// raiseProcessors lets Go's scheduler keep a processor of its own for each event loop and some to spare. A loop waits in
// the kernel most of the time; where no processor is idle, Go takes that loop's away while it waits and gives it back
// when an event comes, which costs more than the event. GOMAXPROCS in the environment has the last word.
func (p *program) raiseProcessors(threads int) {
	if p.getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), threads+spareProcessors))
	}
}

// start makes the server, lets it listen, and serves.
func (p *program) start(s *server.Settings, eng engine.Engine, identity *identity, ready *readiness) error {
	log := server.NewLog(p.stderr)
	defer log.Close()
	log.SetLevel(s.Verbosity)
	p.raiseProcessors(s.Threads)
	stop := catchSignals()
	if s.Socket != "" {
		if err := identity.assume(s.Core); err != nil {
			return err
		}
	}
	srv, err := server.New(s, eng, log)
	if err != nil {
		return exit(server.ExitSystem, "%w", err)
	}
	reloadOnHangup(srv, log)
	if err := srv.Listen(); err != nil {
		return exit(server.ExitSystem, "%w", err)
	}
	go func() {
		<-stop
		srv.Stop()
	}()
	if err := p.settle(s, srv, identity, ready); err != nil {
		srv.Stop()
		return errors.Join(err, srv.Serve()) // lets go of what Listen has bound
	}
	defer removePIDFile(s.PIDFile)
	if err := srv.Serve(); err != nil {
		return exit(server.ExitSystem, "%w", err)
	}
	return nil
}

// settle does what remains once the server listens: privileges, memory, the PID file, the word to the waiting parent.
func (p *program) settle(s *server.Settings, srv *server.Server, identity *identity, ready *readiness) error {
	if err := identity.assume(s.Core); err != nil {
		return err
	}
	if identity != nil {
		if err := srv.Reload(); err != nil {
			fmt.Fprintf(p.stderr, "warning: -S: the users are known now, but the user %s cannot read them again: %v\n", identity.name, err)
		}
	}
	if s.LockMemory {
		if err := lockMemory(); err != nil {
			fmt.Fprintf(p.stderr, "warning: -k: memory is not locked: %v\n", err)
		}
	}
	if s.PIDFile != "" {
		switch err := writePIDFile(s.PIDFile); {
		case errors.Is(err, errLivePID):
			return exit(server.ExitSystem, "%w", err)
		case err != nil:
			fmt.Fprintf(p.stderr, "warning: -P: %v\n", err)
		}
	}
	return ready.announce(s)
}

// environment takes over the variables that memcached knows.
func (p *program) environment(s *server.Settings) {
	s.PortFile = p.getenv("MEMCACHED_PORT_FILENAME")
	s.InitialMalloc, _ = strconv.ParseUint(p.getenv("T_MEMD_INITIAL_MALLOC"), 10, 64)
}

// catchSignals returns a channel that gets a signal asking the server to stop. The next one after that ends the process
// at once.
func catchSignals() <-chan os.Signal {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM)
	stop := make(chan os.Signal, 1)
	go func() {
		stop <- <-caught
		signal.Reset(syscall.SIGINT, syscall.SIGTERM)
	}()
	return stop
}

// reloadOnHangup makes SIGHUP read the files with the users again. It never stops the server, daemon or not: memcached
// ends by it unless it is a daemon, but a cache that goes when a terminal does helps nobody.
func reloadOnHangup(srv *server.Server, log *server.Log) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		for range hangup {
			if err := srv.Reload(); err != nil {
				log.Printf("reload: %v", err)
			}
		}
	}()
}
