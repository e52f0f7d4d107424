package server

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"gocached/engine"
	"gocached/internal/golden"
	"gocached/server/oplog"
	"gocached/server/settings"
	"gocached/server/transport"
	"gocached/slab"
)

// TestGolden plays recorded conversations with memcached 1.4.5, and with 1.6.45 where gocached answers as that does, against
// a server in this process, over TCP and UDP. What takes a program, such as its command line, is played in cmd/gocached.
func TestGolden(t *testing.T) {
	t.Parallel()
	groups := []string{"text", "size", "stats", "binary", "udp", "modern", "meta"}
	golden.Run(t, golden.Config{Start: startGolden, Groups: groups, Without: playable(golden.Later)})
}

// TestGoldenModern plays the conversations with memcached 1.6.45 against a server in the 1.6 mode.
func TestGoldenModern(t *testing.T) {
	t.Parallel()
	start := func(o golden.Options) (*golden.Server, error) {
		o.Flags = append(slices.Clip(o.Flags), "-o", "compat=1.6")
		return startGolden(o)
	}
	golden.Run(t, golden.Config{Start: start, Groups: []string{"modern", "meta"}, Without: playable(golden.Modern)})
}

// playable adds to the cases that are not played those that need more address space than there is, as in builds with the race detector.
func playable(without map[string]string) map[string]string {
	if slab.Spacious() {
		return without
	}
	without = maps.Clone(without)
	without["meta/198-cache_memlimit"] = "address space is limited"
	return without
}

// startGolden starts a fresh server for a case.
func startGolden(o golden.Options) (*golden.Server, error) { return startGoldenOn(o, testEngine) }

// startGoldenOn does so with an engine that is made for its settings.
func startGoldenOn(o golden.Options, eng func(*settings.Settings) engine.Engine) (*golden.Server, error) {
	return startGoldenThrough(o, nil, eng)
}

// startGoldenThrough does so with a transport for all connections.
func startGoldenThrough(o golden.Options, through transport.Maker, eng func(*settings.Settings) engine.Engine) (*golden.Server, error) {
	st := settings.Default()
	st.Listen, st.Port = []string{"127.0.0.1"}, -1
	switch o.Transport {
	case "udp":
		st.UDPPort, st.Threads = -1, 1
	case "unix":
		st.Socket = filepath.Join(o.Dir, "socket")
	}
	if slices.Contains(o.Flags, "-S") {
		return nil, golden.ErrSkip // its users are found by the environment of a process
	}
	setFlags(st, o.Flags)
	if err := st.Validate(); err != nil {
		return nil, err
	}
	log := oplog.New(new(lockedBuffer))
	s, err := New(st, eng(st), log)
	if err != nil {
		return nil, err
	}
	if err := s.Listen(); err != nil {
		return nil, err
	}
	for i := range s.sockets.Listeners {
		s.sockets.Listeners[i].Transport = through
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	server := &golden.Server{TCP: s.Addrs()[0].String(), Unix: st.Socket, Stop: func() error {
		s.Stop()
		_ = log.Close()
		return <-ended
	}}
	if len(s.sockets.UDP) > 0 {
		server.UDP = s.sockets.UDP[0].LocalAddr().String()
	}
	return server, nil
}

// setFlags sets short flags, each standing alone.
func setFlags(s *settings.Settings, flags []string) {
	for len(flags) > 0 {
		letter := flags[0][1]
		flags = flags[1:]
		for _, row := range settings.Table() {
			if row.Letter != letter {
				continue
			}
			value := ""
			if row.Arg != "" {
				value, flags = flags[0], flags[1:]
			}
			s.Set(&row, value)
		}
	}
	s.Complete()
}
