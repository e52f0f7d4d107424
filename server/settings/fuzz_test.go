package settings

import (
	"testing"

	"gocached/protocol"
)

// FuzzSettings gives one flag after the other any value, -o among them. Nothing panics, and settings that pass Validate
// are within their bounds and can be shown.
func FuzzSettings(f *testing.F) {
	f.Fuzz(func(t *testing.T, letters, value string) {
		if len(letters) > len(table) {
			return
		}
		s := Default()
		for i := range len(letters) {
			if row := flagOf(letters[i]); row != nil {
				s.Set(row, value)
			}
		}
		s.Complete()
		err := s.Validate()
		if err != nil {
			checkFaults(t, err)
			return
		}
		checkBounds(t, s)
		_ = s.Warnings()
		lines := 0
		s.Stats(func(string, string) { lines++ }, Live{})
		if lines != 21 {
			t.Errorf("%d lines of stats settings", lines)
		}
	})
}

// flagOf returns the flag that a byte stands for: its letter, or 0, 1, ... for the first, the second, ... that has none.
func flagOf(b byte) *Setting {
	next := byte('0')
	for i := range table {
		row := &table[i]
		letter := row.Letter
		if letter == 0 && row.IsFlag() {
			letter = next
			next++
		}
		if letter == b && row.IsFlag() {
			return row
		}
	}
	return nil
}

// checkFaults looks whether faults can be told to somebody.
func checkFaults(t *testing.T, err error) {
	faults, ok := err.(Faults)
	if !ok || len(faults) == 0 {
		t.Fatalf("no faults: %v", err)
	}
	for _, fault := range faults {
		if fault.Text == "" || fault.Exit != ExitFault && fault.Exit != ExitUsage {
			t.Errorf("%+v", fault)
		}
	}
}

// checkBounds looks whether settings that are called valid are within the bounds that the rest of the server relies on.
func checkBounds(t *testing.T, s *Settings) {
	for what, ok := range map[string]bool{
		"port":          s.Port >= -1 && s.Port <= maxPort && s.UDPPort >= -1 && s.UDPPort <= maxPort,
		"mask":          s.SocketMask >= 0,
		"memory":        s.MemoryLimit >= 0,
		"connections":   s.MaxConns >= 0,
		"factor":        s.Factor > 1 && s.Factor <= 1<<30,
		"chunk":         s.ChunkMin >= 1 && s.ChunkMin <= maxItemMax,
		"threads":       s.Threads >= 1 && s.Threads <= maxThreads,
		"requests":      s.ReqsPerEvent >= 1,
		"item size":     s.ItemMax >= minItemMax && s.ItemMax <= maxItemMax,
		"binding":       s.Binding >= BindingAuto && s.Binding <= BindingBinary,
		"sasl":          !s.SASL || s.Binding == BindingBinary,
		"datagrams":     s.UDPMaxDatagrams >= 0 && s.UDPMaxDatagrams <= protocol.MaxDatagrams,
		"idle":          s.IdleTimeout >= 0 && uint64(s.IdleTimeout) <= 1<<32-1,
		"engine option": len(s.EngineOptions) == 0, // no engine is known that has any
	} {
		if !ok {
			t.Errorf("%s is out of bounds: %+v", what, s)
		}
	}
}
