package server

import (
	"path/filepath"
	"testing"

	"gocached/engine/memory"
	"gocached/internal/golden"
)

// TestGolden plays recorded conversations with memcached 1.4.5 against a server in this process, over TCP and UDP.
// What takes a program, such as its command line, is played in cmd/gocached.
func TestGolden(t *testing.T) {
	golden.Run(t, golden.Config{Start: startGolden, Groups: []string{"text", "size", "stats", "binary", "udp"}})
}

// startGolden starts a fresh server for a case.
func startGolden(o golden.Options) (*golden.Server, error) {
	settings := DefaultSettings()
	settings.Listen, settings.Port = []string{"127.0.0.1"}, -1
	switch o.Transport {
	case "udp":
		settings.UDPPort, settings.Threads = -1, 1
	case "unix":
		settings.Socket = filepath.Join(o.Dir, "socket")
	}
	setFlags(settings, o.Flags)
	if err := settings.Validate(); err != nil {
		return nil, err
	}
	log := NewLog(new(lockedBuffer))
	s, err := New(settings, memory.New(), log)
	if err != nil {
		return nil, err
	}
	if err := s.Listen(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	server := &golden.Server{TCP: s.Addrs()[0].String(), Unix: settings.Socket, Stop: func() error {
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
func setFlags(s *Settings, flags []string) {
	for len(flags) > 0 {
		letter := flags[0][1]
		flags = flags[1:]
		for i := range table {
			row := &table[i]
			if row.Letter != letter {
				continue
			}
			value := ""
			if row.Arg != "" {
				value, flags = flags[0], flags[1:]
			}
			s.Set(row, value)
		}
	}
	s.Complete()
}
