package main

import (
	"cmp"
	"time"

	"gocached/bench"
)

// load is a row of the standard loads. What is left at zero is the plain case: TCP, text, one request at a time, one key
// in a get, 100-byte values, a million keys which are all equally popular, a closed loop.
type load struct {
	name     string
	shows    string // what the row is for
	over     string // transport: tcp, unix or udp
	protocol string
	conns    int
	depth    int
	multi    int
	value    int
	keys     int
	gets     int // of a hundred requests
	zipf     float64
	rate     string
}

// manyKeys are more than any processor's caches hold.
const manyKeys = 1_000_000

// wire says why rows with one request at a time lie close together.
const wire = "the kernel's share, which is the same for everybody, is about three quarters"

// loads are the standard loads, in the order of the document.
var loads = []load{
	{name: "get, 50 connections", conns: 50, gets: 100, shows: "what most clients do; " + wire},
	{name: "90 % get, 50 connections", conns: 50, gets: 90, shows: "the same with some writing"},
	{name: "set, 50 connections", conns: 50, shows: "every request replaces an item"},
	{name: "90 % get, Zipf 0.99", conns: 50, gets: 90, zipf: 0.99, shows: "some keys are popular, so their items are in the processor's caches"},
	{name: "get, 1,000 connections", conns: 1000, gets: 100, shows: "what a connection costs"},
	{name: "get, 1 connection", conns: 1, gets: 100, shows: "nothing to gather: latency of one request"},
	{name: "get, 2 connections", conns: 2, gets: 100, shows: "little to gather"},
	{name: "get, 4 connections", conns: 4, gets: 100, shows: "where gathering begins to pay"},
	{name: "get, 16 connections", conns: 16, gets: 100, shows: "where it pays"},
	{name: "get, 32 per write", conns: 50, depth: 32, gets: 100, shows: "pipelined: the server's own code and the memory rule"},
	{name: "90 % get, 32 per write", conns: 50, depth: 32, gets: 90, shows: "sets among pipelined gets"},
	{name: "set, 32 per write", conns: 50, depth: 32, shows: "pipelined stores"},
	{name: "get of 50 keys", conns: 50, multi: 50, gets: 100, shows: "one request, fifty lookups"},
	{name: "1 KB values, get, 32 per write", conns: 50, depth: 32, gets: 100, value: 1000, shows: "copying begins to count"},
	{name: "1 KB values, get of 50 keys", conns: 50, multi: 50, gets: 100, value: 1000, shows: "answers of 50 KB"},
	{name: "100 KB values, get", conns: 50, gets: 100, value: 100_000, keys: 5000, shows: "copying rules"},
	{name: "100 KB values, set", conns: 50, value: 100_000, keys: 5000, shows: "values that come in many reads"},
	{name: "get by UDP", conns: 50, gets: 100, over: "udp", shows: "datagrams"},
	{name: "binary get, 50 connections", conns: 50, gets: 100, protocol: "binary", shows: "the other protocol"},
	{name: "binary get, 32 per write", conns: 50, depth: 32, gets: 100, protocol: "binary", shows: "its parser"},
	{name: "get by unix socket", conns: 50, gets: 100, over: "unix", shows: "less kernel than TCP"},
	{name: "get at half the rate", conns: 50, gets: 100, rate: "50%",
		shows: "half of what the first server can do: latencies count from when a request was due"},
}

// size says how long a run is.
type size struct {
	keys   int // at most
	rounds int
	turn   time.Duration
}

// config is the load as package bench takes it.
func (l *load) config(s size) (bench.LoadConfig, error) {
	cfg := bench.LoadConfig{
		Conns: l.conns, Depth: max(1, l.depth), Multi: max(1, l.multi), Gets: l.gets, Zipf: l.zipf,
		Value: bench.Fixed(cmp.Or(l.value, 100)), Keys: min(cmp.Or(l.keys, manyKeys), s.keys),
		Protocol: l.protocol, Rounds: s.rounds, Duration: s.turn,
	}
	if l.rate != "" {
		if err := cfg.Rate.Set(l.rate); err != nil {
			return cfg, err
		}
	}
	return cfg, cfg.Validate()
}

// transport is how the load reaches a server.
func (l *load) transport() string { return cmp.Or(l.over, "tcp") }
