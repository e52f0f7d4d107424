package main

import (
	"errors"
	"strings"
	"time"

	"gocached/bench"
)

// another begins what a server does under another generator.
func (r *run) another(tool, load, server string) other {
	return other{Tool: tool, Load: load, Server: server, At: time.Now().Round(time.Second)}
}

// round lets the generator work once, and measures the server's processor time meanwhile. work returns how many requests
// there were and how many a second, as the generator says. After a failure nothing is done any more.
func (o *other) round(s *server, work func() (requests int64, rate float64, err error)) {
	if o.Failed != "" {
		return
	}
	before := bench.ProcessorTime(s.PID())
	requests, rate, err := work()
	used := bench.ProcessorTime(s.PID()) - before
	if err == nil && requests == 0 {
		err = errors.New("no request was made")
	}
	if err != nil {
		o.fail(err)
		return
	}
	o.Ops = append(o.Ops, rate)
	o.CPU = append(o.CPU, float64(used)/float64(requests))
}

// fail notes the first failure. No error is none.
func (o *other) fail(err error) {
	if err != nil && o.Failed == "" {
		o.Failed = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
}
