package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"gocached/server"
	"gocached/server/oplog"
)

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
func reloadOnHangup(srv *server.Server, log *oplog.Log) {
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

// ignoreJobControl keeps the signals by which a terminal stops a process from doing so: a cache that stands still keeps
// all its clients waiting.
func ignoreJobControl() { signal.Ignore(syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU) }

// maxVerbosity is that of -vvv.
const maxVerbosity = 3

// watchJobControl gives these signals a use: SIGTTIN raises the verbosity of the log, and SIGTTOU lowers it, as in
// twemproxy. Ctrl-Z is answered with a line. From here on only the log may write to standard error: the system sends
// SIGTTOU to whoever else writes to a terminal that does not want output from the background (package oplog).
func watchJobControl(log *oplog.Log) {
	caught := make(chan os.Signal, 4)
	signal.Notify(caught, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
	go func() {
		for s := range caught {
			switch s {
			case syscall.SIGTTIN:
				log.SetLevel(min(log.Level()+1, maxVerbosity))
			case syscall.SIGTTOU:
				log.SetLevel(max(log.Level()-1, 0))
			case syscall.SIGTSTP:
				log.Printf("SIGTSTP: the server goes on; Ctrl-C ends it, and a start with -d puts it into the background")
				continue
			}
			log.Printf("%s: verbosity %d", unix.SignalName(s.(syscall.Signal)), log.Level())
		}
	}()
}
