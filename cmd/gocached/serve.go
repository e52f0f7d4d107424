package main

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"syscall"

	"gocached/engine"
	"gocached/server"
	"gocached/server/oplog"
	"gocached/server/settings"
)

// serve starts the server and returns when it has stopped.
//
// What is wrong with the settings, the user, a limit or an address ends it before anything has been left behind. The
// process gives its privileges up as soon as the addresses are bound; a unix socket is made afterwards, so that it
// belongs to the user of -u.
func (p *program) serve(s *settings.Settings) error {
	s.Complete()
	p.environment(s)
	ready, child := p.daemonChild()
	if !child {
		p.warn(p.warnings) // first, since such a slip may explain what is said next
	}
	if err := s.Validate(); err != nil {
		return err
	}
	row := findEngine(s.Engine)
	if err := raiseLimits(s); err != nil {
		return err
	}
	if err := resolvePaths(s); err != nil {
		return err
	}
	if s.Daemon && !child {
		return p.daemonize()
	}
	ignoreJobControl()
	identity, err := findIdentity(s.User)
	if err != nil {
		return err
	}
	if err := checkNeeds(s, identity); err != nil {
		return err
	}
	p.warn(s.Warnings())
	if s.Verbosity > 1 && row.describe != nil {
		row.describe(p.stderr, s)
	}
	return p.start(s, row.make(), identity, ready)
}

// checkNeeds fails if a server with these settings could not get on: nothing to listen on, or too little of something that
// the system limits.
func checkNeeds(s *settings.Settings, identity *identity) error {
	if err := s.CheckReachable(); err != nil {
		return err
	}
	threads := threadsOf(s.Threads)
	if err := checkSpace(s.ItemMemory(), s.ItemMax, threads); err != nil {
		return err
	}
	return checkTasks(identity, threads)
}

// warn prints lines for the operator.
func (p *program) warn(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(p.stderr, line)
	}
}

// spareProcessors is how many processors more than event loops Go's scheduler is told of.
const spareProcessors = 3

// raiseProcessors lets Go's scheduler keep a processor of its own for each event loop and some to spare. A loop waits in
// the kernel most of the time; where no processor is idle, Go takes that loop's away while it waits and gives it back
// when an event comes, which costs more than the event. A number in GOMAXPROCS in the environment has the last word.
func (p *program) raiseProcessors(threads int) {
	if n, _ := strconv.Atoi(p.getenv("GOMAXPROCS")); n <= 0 {
		runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), threads+spareProcessors))
	}
}

// start makes the server, lets it listen, and serves.
func (p *program) start(s *settings.Settings, eng engine.Engine, identity *identity, ready *readiness) error {
	log := oplog.New(p.stderr)
	defer log.Close()
	log.SetLevel(s.Verbosity)
	p.raiseProcessors(s.Threads)
	p.collectOften()
	stop := catchSignals()
	watchJobControl(log)
	if s.Socket != "" {
		if err := identity.assume(s.Core); err != nil {
			return err
		}
	}
	srv, err := server.New(s, eng, log)
	if errors.Is(err, syscall.ENOMEM) {
		return exit(settings.ExitSystem, "-m %d: the system refuses that much address space (see vm.overcommit_memory): %w", s.ItemMemory()>>20, err)
	}
	if err != nil {
		return exit(settings.ExitSystem, "%w", err)
	}
	reloadOnHangup(srv, log)
	if err := srv.Listen(); err != nil {
		return exit(settings.ExitSystem, "%w", err)
	}
	go func() {
		<-stop
		srv.Stop()
	}()
	if err := settle(s, srv, log, identity, ready); err != nil {
		srv.Stop()
		return errors.Join(err, srv.Serve()) // lets go of what Listen has bound
	}
	defer removePIDFile(s.PIDFile)
	if !s.LockMemory {
		defer tidy()()
	}
	if err := srv.Serve(); err != nil {
		return exit(settings.ExitSystem, "%w", err)
	}
	return nil
}

// settle does what remains once the server listens: privileges, memory, the PID file, the word to the waiting parent.
func settle(s *settings.Settings, srv *server.Server, log *oplog.Log, identity *identity, ready *readiness) error {
	if err := identity.assume(s.Core); err != nil {
		return err
	}
	if identity != nil {
		if err := srv.Reload(); err != nil {
			log.Printf("warning: -S: the users are known now, but the user %s cannot read them again: %v", identity.name, err)
		}
	}
	if s.LockMemory {
		if err := lockMemory(); err != nil {
			log.Printf("warning: -k: memory is not locked: %v", err)
		}
	}
	if s.PIDFile != "" {
		switch err := writePIDFile(s.PIDFile); {
		case errors.Is(err, errLivePID):
			return exit(settings.ExitSystem, "%w", err)
		case err != nil:
			log.Printf("warning: -P %s: no PID file is written: %s", s.PIDFile, pidFault(s.PIDFile, identity.String(), err))
		}
	}
	return ready.announce(s)
}

// environment takes over the variables that memcached knows. A flag goes before its variable.
func (p *program) environment(s *settings.Settings) {
	if s.PortFile == "" {
		s.PortFile = p.getenv("MEMCACHED_PORT_FILENAME")
	}
	s.InitialMalloc, _ = strconv.ParseUint(p.getenv("T_MEMD_INITIAL_MALLOC"), 10, 64)
}
