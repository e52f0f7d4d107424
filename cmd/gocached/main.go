// Command gocached is a cache server that takes memcached 1.4.5's command line and speaks its protocol.
//
// The life of a start: args.go puts the arguments into a form that cobra reads, flags.go fills the settings from them,
// serve.go does the rest in order, each step in a file of its own. daemon.go is what -d adds.
//
// Read next: serve.go.
package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// program is one run of the command, so that a test can run several.
type program struct {
	name   string // as it was called, for getopt's messages
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string

	warnings []string // about the command line, to be printed when the server starts
}

func main() {
	signal.Ignore(syscall.SIGPIPE) // a closed stderr must not end the server
	p := &program{name: os.Args[0], stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	os.Exit(p.run(os.Args[1:]))
}
