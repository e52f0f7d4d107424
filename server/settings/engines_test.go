package settings

import (
	"maps"
	"testing"
	"time"

	"gocached/engine"
)

// someEngines are an engine without options, and one with an option of each kind.
func someEngines() []engine.Info {
	return []engine.Info{{Name: "memory"}, {Name: "slow", Options: []engine.Option{
		{Key: "wait", Kind: engine.Duration(10 * time.Second), Default: "1ms"},
		{Key: "calls", Kind: engine.OneOf("which", "reads", "writes")},
		{Key: "files", Kind: engine.Whole("num", 1, 9)},
		{Key: "sync"},
	}}}
}

// TestEngineOptions: what -o says to an engine is that engine's business, wherever -E stands, and checked as it declares.
func TestEngineOptions(t *testing.T) {
	const slowKeys = serverKeys + ", wait=time, calls=which, files=num, sync"
	for _, c := range []struct {
		flags []string
		want  map[string]string // what reaches the engine
		fault string
	}{
		{flags: []string{"E", "slow"}},
		{flags: []string{"o", "wait=5ms", "E", "slow"}, want: map[string]string{"wait": "5ms"}},
		{flags: []string{"E", "slow", "o", "sync,idle_timeout=5,calls=reads", "o", "files=9,wait=0"},
			want: map[string]string{"sync": "", "calls": "reads", "files": "9", "wait": "0"}},
		{flags: []string{"E", "slow", "o", "wait=11s"}, fault: "-o wait must be a time from 0s to 10s, such as 5ms"},
		{flags: []string{"E", "slow", "o", "wait=-1s"}, fault: "-o wait must be a time from 0s to 10s, such as 5ms"},
		{flags: []string{"E", "slow", "o", "wait=5"}, fault: "-o wait must be a time from 0s to 10s, such as 5ms"},
		{flags: []string{"E", "slow", "o", "wait"}, fault: "-o wait needs a value: wait=time"},
		{flags: []string{"E", "slow", "o", "calls=all"}, fault: "-o calls must be one of reads, writes"},
		{flags: []string{"E", "slow", "o", "files=0"}, fault: "-o files must be a number from 1 to 9"},
		{flags: []string{"E", "slow", "o", "sync=1"}, fault: "-o sync takes no value"},
		{flags: []string{"E", "slow", "o", "wiat=1s"},
			fault: "Illegal suboption \"wiat=1s\"\n -- did you mean wait?\n -- should be one of " + slowKeys},
		{flags: []string{"o", "unknown"}, fault: "Illegal suboption \"unknown\"\n -- should be one of " + serverKeys},
		{flags: []string{"o", "wait=5ms"},
			fault: "Illegal suboption \"wait=5ms\"\n -- it belongs to -E slow\n -- should be one of " + serverKeys},
		{flags: []string{"E", "solw"}, fault: "Unknown engine: solw\n -- should be one of memory, slow"},
	} {
		s := Default(someEngines()...)
		for i := 0; i < len(c.flags); i += 2 {
			s.Set(rowOf(t, c.flags[i]), c.flags[i+1])
		}
		s.Complete()
		got := ""
		if err := s.Validate(); err != nil {
			got = err.Error()
		}
		if got != c.fault || c.fault == "" && !maps.Equal(s.EngineOptions, c.want) {
			t.Errorf("%v: %v, fault %q, want %v, %q", c.flags, s.EngineOptions, got, c.want, c.fault)
		}
	}
}
