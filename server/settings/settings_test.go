package settings

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// rowOf finds a row of the settings table by its letter, or by its long name if it has none.
func rowOf(t *testing.T, name string) *Setting {
	t.Helper()
	for i := range table {
		if row := &table[i]; strings.TrimLeft(row.Name(), "-") == name {
			return row
		}
	}
	t.Fatalf("no flag %s", name)
	return nil
}

// settingsOf sets flags on top of the defaults: pairs of a letter and a value.
func settingsOf(t *testing.T, pairs ...string) *Settings {
	t.Helper()
	s := Default()
	for i := 0; i < len(pairs); i += 2 {
		s.Set(rowOf(t, pairs[i]), pairs[i+1])
	}
	s.Complete()
	return s
}

func TestDefaultSettings(t *testing.T) {
	got := *Default()
	got.given = nil
	want := Settings{
		Port: 11211, SocketMask: 0o700, MemoryLimit: 64 << 20, MaxConns: 1024, Factor: 1.25, ChunkMin: 48,
		Delimiter: ':', Threads: 4, ReqsPerEvent: 20, Backlog: 1024, ItemMax: 1 << 20, Engine: "memory",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("the defaults are not valid: %v", err)
	}
	if w := Default().Warnings(); w != nil {
		t.Errorf("the defaults warn: %q", w)
	}
}

// TestTable checks that the table is one: nothing twice, no line of `stats settings` missing.
func TestTable(t *testing.T) {
	letters, longs, stats := map[byte]bool{}, map[string]bool{}, map[int]string{}
	for _, row := range table {
		switch {
		case row.IsFlag():
			if row.Letter != 0 && letters[row.Letter] || longs[row.Long] || row.Help == "" {
				t.Errorf("%s, --%s: twice, or without a sentence", row.Name(), row.Long)
			}
			letters[row.Letter], longs[row.Long] = true, true
		case row.stat == "" || row.Letter != 0:
			t.Errorf("a row is neither a flag with a long name nor a line of stats settings alone: %+v", row)
		}
		if row.stat != "" {
			if stats[row.statOrder] != "" {
				t.Errorf("place %d of stats settings is taken twice", row.statOrder)
			}
			stats[row.statOrder] = row.stat
		}
	}
	for i := 1; i <= len(stats); i++ {
		if stats[i] == "" {
			t.Errorf("nothing has place %d of stats settings", i)
		}
	}
	for _, letter := range "psUaldrumMckvhiPfnLDtRCbBIS" {
		if !letters[byte(letter)] {
			t.Errorf("memcached 1.4.5 has -%c", letter)
		}
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct {
		flag  string
		value string
		got   func(*Settings) any
		want  any
	}{
		{"p", "0", func(s *Settings) any { return s.Port }, 0},
		{"p", "-1", func(s *Settings) any { return s.Port }, -1},
		{"p", " 12", func(s *Settings) any { return s.Port }, 12},
		{"U", "77", func(s *Settings) any { return s.UDPPort }, 77},
		{"s", "/a/b", func(s *Settings) any { return s.Socket }, "/a/b"},
		{"a", "0770", func(s *Settings) any { return s.SocketMask }, 0o770},
		{"a", "64", func(s *Settings) any { return s.SocketMask }, 0o64},
		{"l", "a,b;c,,a", func(s *Settings) any { return s.Listen }, []string{"a", "b", "c"}},
		{"d", "", func(s *Settings) any { return s.Daemon }, true},
		{"r", "", func(s *Settings) any { return s.Core }, true},
		{"u", "me", func(s *Settings) any { return s.User }, "me"},
		{"m", "100", func(s *Settings) any { return s.MemoryLimit }, int64(100 << 20)},
		{"m", "4098", func(s *Settings) any { return s.MemoryLimit }, int64(4098 << 20)},
		{"M", "", func(s *Settings) any { return s.NoEvict }, true},
		{"c", "5", func(s *Settings) any { return s.MaxConns }, 5},
		{"k", "", func(s *Settings) any { return s.LockMemory }, true},
		{"v", "", func(s *Settings) any { return s.Verbosity }, 1},
		{"P", "x.pid", func(s *Settings) any { return s.PIDFile }, "x.pid"},
		{"f", "1.5", func(s *Settings) any { return s.Factor }, 1.5},
		{"f", " 2.0", func(s *Settings) any { return s.Factor }, 2.0},
		{"n", "8", func(s *Settings) any { return s.ChunkMin }, 8},
		{"L", "", func(s *Settings) any { return s.LargePages }, true},
		{"D", ";x", func(s *Settings) any { return s.Delimiter }, byte(';')},
		{"D", ":", func(s *Settings) any { return s.Detail }, true},
		{"t", "2", func(s *Settings) any { return s.Threads }, 2},
		{"R", "7", func(s *Settings) any { return s.ReqsPerEvent }, 7},
		{"C", "", func(s *Settings) any { return s.NoCAS }, true},
		{"b", "99", func(s *Settings) any { return s.Backlog }, 99},
		{"B", "ascii", func(s *Settings) any { return s.Binding }, BindingASCII},
		{"B", "auto", func(s *Settings) any { return s.Binding }, BindingAuto},
		{"I", "2m", func(s *Settings) any { return s.ItemMax }, 2 << 20},
		{"I", "512K", func(s *Settings) any { return s.ItemMax }, 512 << 10},
		{"I", "2048", func(s *Settings) any { return s.ItemMax }, 2048},
		{"port-file", "/tmp/x", func(s *Settings) any { return s.PortFile }, "/tmp/x"},
		{"E", "null", func(s *Settings) any { return s.Engine }, "null"},
		{"A", "", func(s *Settings) any { return s.AllowShutdown }, true},
		{"B", "binary", func(s *Settings) any { return s.Binding }, BindingBinary},
		{"o", "udp_max_datagrams=65535", func(s *Settings) any { return s.UDPMaxDatagrams }, 65535},
		{"o", "maxconns_fast", func(s *Settings) any { return s.MaxConnsFast }, true},
		{"o", "no_io_uring", func(s *Settings) any { return s.NoIOUring }, true},
		{"o", "modern_stats", func(s *Settings) any { return s.ModernStats }, true},
		{"o", "idle_timeout=60", func(s *Settings) any { return s.IdleTimeout }, 60},
		{"o", "udp_follows_tcp,udp_max_datagrams=1", func(s *Settings) any { return s.UDPMaxDatagrams }, 1},
	} {
		s := settingsOf(t, c.flag, c.value)
		if got := c.got(s); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: got %v, want %v", c.flag, c.value, got, c.want)
		}
		if err := s.Validate(); err != nil {
			t.Errorf("%s %q: %v", c.flag, c.value, err)
		}
	}
}

// TestComplete checks what one flag implies for another.
func TestComplete(t *testing.T) {
	for _, c := range []struct {
		flags    []string
		tcp, udp int
	}{
		{nil, 11211, 0},
		{[]string{"p", "5"}, 5, 0}, // memcached 1.4.5 opens UDP 5 as well
		{[]string{"p", "0"}, 0, 0},
		{[]string{"U", "6"}, 6, 6},
		{[]string{"U", "-1"}, -1, -1},
		{[]string{"U", "0"}, 0, 0}, // no TCP either, as in memcached 1.4.5
		{[]string{"p", "5", "U", "6"}, 5, 6},
		{[]string{"p", "5", "U", "0"}, 5, 0},
		{[]string{"o", "udp_follows_tcp"}, 11211, 11211},
		{[]string{"o", "udp_follows_tcp", "p", "5"}, 5, 5},
		{[]string{"p", "-1", "o", "udp_follows_tcp"}, -1, -1},
		{[]string{"p", "0", "o", "udp_follows_tcp"}, 0, 0},
		{[]string{"o", "udp_follows_tcp", "U", "0"}, 0, 0},
		{[]string{"o", "udp_follows_tcp", "U", "6"}, 6, 6},
		{[]string{"o", "udp_follows_tcp", "p", "5", "U", "6"}, 5, 6},
	} {
		s := settingsOf(t, c.flags...)
		if s.Port != c.tcp || s.UDPPort != c.udp {
			t.Errorf("%v: ports %d and %d, want %d and %d", c.flags, s.Port, s.UDPPort, c.tcp, c.udp)
		}
	}
	if s := settingsOf(t, "S", ""); s.Binding != BindingBinary {
		t.Errorf("-S alone: binding %v", s.Binding)
	}
}

// serverKeys is what a fault says of the keys of -o that are the server's.
const serverKeys = "udp_follows_tcp, udp_max_datagrams=num, maxconns_fast, no_io_uring, modern_stats, idle_timeout=seconds, compat=version"

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
		exit  int
	}{
		{[]string{"t", "abc"}, "Number of threads must be greater than 0", 1},
		{[]string{"t", "1025"}, "Number of threads must not be greater than 1024", 1},
		{[]string{"n", "-5"}, "Chunk size must be greater than 0", 1},
		{[]string{"R", "0"}, "Number of requests per event must be greater than 0", 1},
		{[]string{"f", "nan"}, "Factor must be greater than 1", 1},
		{[]string{"f", "1e99"}, "Factor must not be greater than 1073741824", 1},
		{[]string{"p", "65536"}, "TCP port must not be greater than 65535", 1},
		{[]string{"p", "-2"}, "TCP port must be at least -1", 1},
		{[]string{"m", "-1"}, "Memory limit must be at least 0", 1},
		{[]string{"c", "-1"}, "Maximum connections must be at least 0", 1},
		{[]string{"I", "129m"}, "Cannot set item size limit higher than 128 mb.\n -- give -I 128m or less", 1},
		{[]string{"I", "4096m"}, "Cannot set item size limit higher than 128 mb.\n -- give -I 128m or less", 1}, // overflows in C
		{[]string{"I", "1g"}, "Cannot set item size limit higher than 128 mb.\n -- give -I 128m or less", 1},
		{[]string{"I", "2mb"}, `-I needs a number of bytes, or one with k or m, not "2mb": give -I 2m`, 1},
		{[]string{"I", "1.5M"}, `-I needs a number of bytes, or one with k or m, not "1.5M": give -I 1536k`, 1},
		{[]string{"I", "5x"}, `-I needs a number of bytes, or one with k or m, not "5x"`, 1},
		{[]string{"I", "0.001m"}, `-I needs a number of bytes, or one with k or m, not "0.001m": give -I 1048`, 1},
		{[]string{"m", "200m"}, `-m needs a number of megabytes, not "200m": give -m 200`, 1},
		{[]string{"m", "200MB"}, `-m needs a number of megabytes, not "200MB": give -m 200`, 1},
		{[]string{"m", "1.5 GiB"}, `-m needs a number of megabytes, not "1.5 GiB": give -m 1536`, 1},
		{[]string{"m", "1000k"}, `-m needs a number of megabytes, not "1000k": give -m 1`, 1},
		{[]string{"m", "64.5"}, `-m needs a number of megabytes, not "64.5"`, 1},
		{[]string{"m", "lots"}, `-m needs a number of megabytes, not "lots"`, 1},
		{[]string{"n", "1k"}, `-n needs a number of bytes, not "1k": give -n 1024`, 1},
		{[]string{"p", "=21930"}, `-p needs a number, not "=21930": write -p 21930`, 1},
		{[]string{"m", "=64"}, `-m needs a number of megabytes, not "=64": write -m 64`, 1},
		{[]string{"I", "=2m"}, `-I needs a number of bytes, or one with k or m, not "=2m": write -I 2m`, 1},
		{[]string{"p", "=x"}, `-p needs a number, not "=x"`, 1},
		{[]string{"n", "1g"}, "Chunk size must not be greater than 134217728", 1},
		{[]string{"f", "1,25"}, `-f needs a number, not "1,25"`, 1},
		{[]string{"t", "0x4"}, `-t needs a number, not "0x4"`, 1},
		{[]string{"c", "10k"}, `-c needs a number, not "10k"`, 1},
		{[]string{"I", ""}, "Item max size cannot be less than 1024 bytes.", 1},
		{[]string{"l", ""}, "-l needs an argument that is not empty", 1},
		{[]string{"l", ",;"}, "-l needs an argument that is not empty", 1},
		{[]string{"s", ""}, "-s needs an argument that is not empty", 1},
		{[]string{"l", "host:port"}, `Invalid port number: "port"`, 1},
		{[]string{"port-file", ""}, "--port-file needs an argument that is not empty", 1},
		{[]string{"o", "no_such=1"}, "Illegal suboption \"no_such=1\"\n -- should be one of " + serverKeys, 1},
		{[]string{"o", "idel_timeout=1"}, "Illegal suboption \"idel_timeout=1\"\n -- did you mean idle_timeout?\n -- should be one of " + serverKeys, 1},
		{[]string{"o", "idle_timeout"}, "Missing numeric argument for idle_timeout", 1},
		{[]string{"o", "maxconns_fast=1"}, "-o maxconns_fast takes no value", 1},
		{[]string{"o", "udp_max_datagrams=65536"}, "-o udp_max_datagrams must be a number from 0 to 65535", 1},
		{[]string{"o", "udp_max_datagrams=-1"}, "-o udp_max_datagrams must be a number from 0 to 65535", 1},
		{[]string{"o", "udp_max_datagrams=1x"}, "-o udp_max_datagrams must be a number from 0 to 65535", 1},
		{[]string{"o", "idle_timeout=-1"}, "-o idle_timeout must be a number from 0 to 2147483647", 1},
		{[]string{"B", "x"}, "Invalid value for binding protocol: x\n -- should be one of auto, binary, or ascii", 64},
		{[]string{"t", "0", "B", "x", "f", "1"}, "Invalid value for binding protocol: x\n -- should be one of auto, " +
			"binary, or ascii\nFactor must be greater than 1\nNumber of threads must be greater than 0", 64},
		{[]string{"S", "", "B", "ascii"}, "ERROR: You cannot allow the ASCII protocol while using SASL.", 64},
	} {
		err := settingsOf(t, c.flags...).Validate()
		faults, ok := err.(Faults)
		if !ok {
			t.Errorf("%q: no faults: %v", c.flags, err)
			continue
		}
		if faults.Error() != c.want || faults.Exit() != c.exit {
			t.Errorf("%q:\ngot  %q, exit %d\nwant %q, exit %d", c.flags, faults, faults.Exit(), c.want, c.exit)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  int
	}{
		{[]string{"t", "65"}, 1},
		{[]string{"I", "2m"}, 1},
		{[]string{"I", "2m", "t", "65"}, 2},
		{[]string{"U", "0"}, 0}, // CheckReachable's
		{[]string{"U", "0", "s", "/x"}, 0},
		{[]string{"U", "6", "s", "/x"}, 1},
		{[]string{"p", "5", "U", "6", "l", "a", "s", "/x"}, 1},
		{[]string{"p", "0", "U", "0", "s", "/x"}, 0},
		{[]string{"p", "5", "U", "0"}, 0},
		{[]string{"U", "6"}, 1},
		{[]string{"U", "6", "l", "127.0.0.1,[::1]:7;localhost"}, 0},
		{[]string{"U", "6", "l", "127.0.0.1,*"}, 1},
		{[]string{"U", "6", "l", "10.0.0.1"}, 1},
		{[]string{"U", "0", "l", "10.0.0.1:7,10.0.0.2"}, 1}, // the second has nothing
		{[]string{"p", "5", "l", "10.0.0.1:7"}, 1},
		{[]string{"p", "7", "l", "10.0.0.1:7"}, 0},
		{[]string{"p", "-1", "l", "10.0.0.1:7"}, 0},
		{[]string{"U", "6", "l", "127.0.0.1:7"}, 1},
		{[]string{"U", "7", "l", "127.0.0.1:7"}, 0},
		{[]string{"o", "udp_follows_tcp"}, 1},
		{[]string{"o", "udp_follows_tcp", "p", "0", "l", "10.0.0.1:7"}, 1},
		{[]string{"U", "6", "S", ""}, 1},
		{[]string{"p", "0", "U", "6", "S", ""}, 1},
		{[]string{"p", "0", "s", "/x"}, 0},
		{[]string{"C", ""}, 1},
		{[]string{"D", "ab"}, 1},
		{[]string{"D", "→"}, 1},
		{[]string{"D", "ab", "D", ";"}, 0},
		{[]string{"b", "0"}, 1},
		{[]string{"b", "-1"}, 1},
		{[]string{"b", "1"}, 0},
		{[]string{"m", "1000000000"}, 1},
		{[]string{"n", "1000000"}, 1},
		{[]string{"n", "600", "I", "1k"}, 1},
		{[]string{"n", "500"}, 0},
	} {
		if got := settingsOf(t, c.flags...).Warnings(); len(got) != c.want {
			t.Errorf("%v: warnings %q, want %d", c.flags, got, c.want)
		}
	}
}

// TestStatsSettings checks the names, the order and the form of each value.
func TestStatsSettings(t *testing.T) {
	live := Live{TCPPort: 4711, UDPPort: 4712, Verbosity: 2, Oldest: 33, Detail: true}
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "maxbytes 67108864,maxconns 1024,tcpport 4711,udpport 4712,inter NULL,verbosity 2,oldest 33,evictions on," +
			"domain_socket NULL,umask 700,growth_factor 1.25,chunk_size 48,num_threads 4,stat_key_prefix :," +
			"detail_enabled yes,reqs_per_event 20,cas_enabled yes,tcp_backlog 1024,binding_protocol auto-negotiate," +
			"auth_enabled_sasl no,item_size_max 1048576"},
		{[]string{"m", "4098", "c", "500", "l", "127.0.0.1", "M", "", "s", "/x", "a", "0770", "f", "1.5", "n", "64",
			"t", "2", "D", ";", "R", "7", "C", "", "b", "99", "B", "ascii", "I", "2m", "S", ""},
			"maxbytes 4297064448,maxconns 500,tcpport 4711,udpport 4712,inter 127.0.0.1,verbosity 2,oldest 33," +
				"evictions off,domain_socket /x,umask 770,growth_factor 1.50,chunk_size 64,num_threads 2," +
				"stat_key_prefix ;,detail_enabled yes,reqs_per_event 7,cas_enabled no,tcp_backlog 99," +
				"binding_protocol ascii,auth_enabled_sasl yes,item_size_max 2097152"},
	} {
		var lines []string
		s := settingsOf(t, c.flags...)
		live.MemoryLimit = s.MemoryLimit
		s.Stats(func(name, value string) { lines = append(lines, name+" "+value) }, live)
		if got := strings.Join(lines, ","); got != c.want {
			t.Errorf("%v:\ngot  %s\nwant %s", c.flags, got, c.want)
		}
		if len(lines) != 21 {
			t.Errorf("%d lines", len(lines))
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 0, "12": 12, " \t-7x": -7, "+5": 5, "-": 0, "1e3": 1, "99999999999999999999": math.MaxInt32,
		"-99999999999999999999": math.MinInt32, "4294967297": math.MaxInt32,
	} {
		if got := atoi(text); got != want {
			t.Errorf("atoi(%q) = %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]float64{
		"": 0, "abc": 0, "1.25": 1.25, " 2x": 2, "1e2": 100, "1e": 1, "-1.5": -1.5, ".5": .5, "inf": 0, "nan": 0, "1.2.3": 1.2,
	} {
		if got := atof(text); got != want {
			t.Errorf("atof(%q) = %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]int64{"": 0, "k": 0, "1k": 1024, "3M": 3 << 20, "77": 77, "1g": 1} {
		if got := size(text); got != want {
			t.Errorf("size(%q) = %d, want %d", text, got, want)
		}
	}
}

func ExampleFaults() {
	fmt.Println(Faults{{"one thing", 1}, {"another", 64}})
	// Output:
	// one thing
	// another
}
