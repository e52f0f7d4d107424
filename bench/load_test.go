package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gocached/bench/benchtest"
	"gocached/engine/memory"
	"gocached/server"
	"gocached/server/oplog"
	"gocached/server/settings"
)

func smallLoad() LoadConfig {
	return LoadConfig{Conns: 3, Depth: 4, Multi: 5, Value: Fixed(100), Gets: 80, Keys: 500, Rounds: 2, Duration: 100 * ms}
}

// startServer runs a real server for one test, on TCP, UDP or a unix socket.
func startServer(t *testing.T, network string) Target {
	t.Helper()
	st := settings.Default()
	st.Port, st.Listen = 0, []string{"127.0.0.1"}
	switch network {
	case "tcp":
		st.Port = -1
	case "udp":
		_, port, _ := net.SplitHostPort(benchtest.FreeAddress(t))
		st.UDPPort, _ = strconv.Atoi(port)
	case "unix":
		st.Socket = filepath.Join(t.TempDir(), "socket")
	}
	log := oplog.New(new(bytes.Buffer))
	s, err := server.New(st, memory.New(), log)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		log.Close()
	})
	if network == "udp" {
		return Target{network, "udp:127.0.0.1:" + strconv.Itoa(st.UDPPort)}
	}
	return Target{network, network + ":" + s.Addrs()[0].String()}
}

// TestLoad loads a real server over every transport in both protocols, with keys and values of all kinds.
func TestLoad(t *testing.T) {
	for _, network := range []string{"tcp", "unix", "udp"} {
		target := startServer(t, network)
		for _, protocol := range []string{"text", "binary"} {
			cfg := smallLoad()
			cfg.Protocol, cfg.OddKeys, cfg.Zipf = protocol, true, 0.99
			if network == "udp" && protocol == "binary" {
				cfg.Multi = 1
			}
			cfg.Lost = 5 * time.Second // what is slow here is not lost
			for _, err := range []error{cfg.Key.Set("5-30:3,250"), cfg.Value.Set("0-200:5,3000:1"), cfg.Exptime.Set("0,1000")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			r, err := Load([]Target{target}, cfg)
			if err != nil {
				t.Fatalf("%s %s: %v", network, protocol, err)
			}
			s := r.Servers[0]
			if !r.Clean || s.Transport != network || s.Version == "" || s.Counts.Requests < 24 || s.Counts.Keys < s.Counts.Requests {
				t.Errorf("%s %s: %v, %+v", network, protocol, r.Faults, s.Counts)
			}
		}
	}
}

// TestLoadTurns: two servers take turns, each round is in the report, and the table is made of the same figures.
func TestLoadTurns(t *testing.T) {
	one, two := startFake(t, &benchtest.Server{}), startFake(t, &benchtest.Server{})
	two.Name = "second"
	var order []string
	cfg := smallLoad()
	cfg.Progress = func(p Progress) {
		if turn := p.Server + strconv.Itoa(p.Round); p.Stage == Loading && (order == nil || order[len(order)-1] != turn) {
			order = append(order, turn)
		}
	}
	r, err := Load([]Target{one, two}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "fake1 second1 fake2 second2" {
		t.Errorf("the turns are %s", got)
	}
	for _, s := range r.Servers {
		if len(s.Rounds) != 2 || s.Latency.Samples*4 != s.Counts.Requests || s.Latency.P50 <= 0 || s.ClientCPU.Median <= 0 {
			t.Errorf("%s: %d rounds, %+v, %+v", s.Name, len(s.Rounds), s.Latency, s.Counts)
		}
		if s.CPU == nil || s.CPURatio == nil || s.RSS == 0 || s.RSSFilled == 0 {
			t.Errorf("%s: the processor time and memory of a local process are not known", s.Name)
		}
	}
	if first := r.Servers[0]; first.OpsRatio != (Summary{1, 1, 1, 0}) || first.Rounds[1].CPURatio != 1 {
		t.Errorf("the first server's ratio to itself: %+v", first.OpsRatio)
	}
	var out bytes.Buffer
	PrintLoad(&out, r)
	if !strings.Contains(out.String(), "second") || !strings.Contains(out.String(), "0 misses, 0 wrong values, 0 errors") {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestReportIsJSON: a report that is written and read again is the same, and fields have the documented names.
func TestReportIsJSON(t *testing.T) {
	cfg := smallLoad()
	cfg.Rounds = 1
	r, err := Load([]Target{startFake(t, &benchtest.Server{})}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	again.Started, r.Started = time.Time{}, time.Time{}
	if !reflect.DeepEqual(*r, again) {
		t.Errorf("%+v becomes %+v", *r, again)
	}
	for _, name := range []string{`"format":1`, `"kernel":`, `"cpu_ns_per_op":`, `"p99_9_us":`, `"clean":true`,
		`"value_size":"100"`} {
		if !bytes.Contains(text, []byte(name)) {
			t.Errorf("there is no %s in %s", name, text)
		}
	}
}

// TestLoadLargeBatches: batches larger than the sockets' buffers, in both directions, do not lock up.
func TestLoadLargeBatches(t *testing.T) {
	cfg := LoadConfig{Conns: 2, Depth: 200, Multi: 1, Value: Fixed(20_000), Gets: 50, Keys: 100, Rounds: 1, Duration: 200 * ms}
	r, err := Load([]Target{startFake(t, &benchtest.Server{})}, cfg)
	if err != nil || !r.Clean {
		t.Errorf("%v", err)
	}
}

// TestLoadCountsMisses: a server with room for half of the keys answers half of the gets.
func TestLoadCountsMisses(t *testing.T) {
	cfg := smallLoad()
	cfg.Gets = 100
	r, err := Load([]Target{startFake(t, &benchtest.Server{Max: cfg.Keys / 2})}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Servers[0].Counts
	if share := float64(c.Misses) / float64(c.Keys); share < 0.3 || share > 0.7 || r.Clean || c.Wrong != 0 {
		t.Errorf("%+v", c)
	}
	var out bytes.Buffer
	PrintLoad(&out, r)
	if !strings.Contains(out.String(), "NOT all answers right") || !strings.Contains(out.String(), "fake: ") {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestLoadNoticesWrongAnswers: changed values are counted, and the report shows one.
func TestLoadNoticesWrongAnswers(t *testing.T) {
	for name, spoil := range map[string]func(key, value string) string{
		"a bit":  func(_, v string) string { return v[:50] + string(v[50]^1) + v[51:] },
		"cut":    func(_, v string) string { return v[:99] },
		"longer": func(_, v string) string { return v + "x" },
	} {
		r, err := Load([]Target{startFake(t, &benchtest.Server{Spoil: spoil})}, smallLoad())
		if err != nil {
			t.Fatal(err)
		}
		if s := r.Servers[0]; r.Clean || s.Counts.Wrong == 0 || s.FirstWrong == "" || len(r.Faults) == 0 {
			t.Errorf("%s: %+v, %q", name, s.Counts, s.FirstWrong)
		}
	}
}

// TestStallShowsAtFixedRate: a server that answers nothing for a while delays all that was due meanwhile, not only one
// request of each connection.
func TestStallShowsAtFixedRate(t *testing.T) {
	var gets atomic.Int64
	f := &benchtest.Server{Spoil: func(_, v string) string {
		if gets.Add(1) == 100 {
			time.Sleep(400 * ms) // with the lock of the server held: the time that a load takes is what is tested
		}
		return v
	}}
	cfg := LoadConfig{Conns: 2, Depth: 1, Multi: 1, Value: Fixed(10), Gets: 100, Keys: 10, Rounds: 1, Duration: time.Second}
	if err := cfg.Rate.Set("400"); err != nil {
		t.Fatal(err)
	}
	r, err := Load([]Target{startFake(t, f)}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := r.Servers[0].Latency
	if l.Samples != 400 {
		t.Errorf("%d batches, want one for each that was due", l.Samples)
	}
	if l.P90 < 100_000 { // of the 400 batches 160 were due while it stood still, and waited up to 400 ms
		t.Errorf("p90 is %v µs", l.P90)
	}
	if r.Config.RatePerSecond != 400 || !r.Clean {
		t.Errorf("%v a second, %v", r.Config.RatePerSecond, r.Faults)
	}
}

// TestUnsentIsCounted: more than a server can answer is counted as unsent, with the time it waited.
func TestUnsentIsCounted(t *testing.T) {
	f := &benchtest.Server{Spoil: func(_, v string) string {
		time.Sleep(20 * ms) // a server that is slow
		return v
	}}
	cfg := LoadConfig{Conns: 1, Depth: 1, Multi: 1, Value: Fixed(10), Gets: 100, Keys: 10, Rounds: 1, Duration: 100 * ms}
	if err := cfg.Rate.Set("10k"); err != nil {
		t.Fatal(err)
	}
	r, err := Load([]Target{startFake(t, f)}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Servers[0]
	if s.Counts.Unsent == 0 || s.Counts.Unsent+s.Counts.Requests != 1000 || s.Latency.Samples != 1000 || r.Clean {
		t.Errorf("%+v, %d batches", s.Counts, s.Latency.Samples)
	}
}

// TestRateAsShare: half of what the first server can do is sent to both.
func TestRateAsShare(t *testing.T) {
	cfg := smallLoad()
	cfg.Rounds = 1
	if err := cfg.Rate.Set("50%"); err != nil {
		t.Fatal(err)
	}
	cfg.Poisson = true
	r, err := Load([]Target{startFake(t, &benchtest.Server{}), startFake(t, &benchtest.Server{})}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Calibration
	if c == nil || c.Server != "fake" || c.OpsPerSecond <= 0 {
		t.Fatalf("%+v", c)
	}
	if share := r.Config.RatePerSecond / c.OpsPerSecond; share < 0.49 || share > 0.51 {
		t.Errorf("%v of %v", r.Config.RatePerSecond, c.OpsPerSecond)
	}
}

// TestLostDatagrams: a server that leaves some requests without an answer.
func TestLostDatagrams(t *testing.T) {
	cfg := smallLoad()
	cfg.Gets, cfg.Rounds, cfg.Lost = 100, 1, 20*ms
	f := &benchtest.Server{}
	r, err := Load([]Target{startFakeUDP(t, f, 20)}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Servers[0].Counts; c.Lost == 0 || c.Lost == c.Requests || c.Misses+c.Wrong+c.Errors != 0 {
		t.Errorf("%+v", c)
	}
}

func TestLoadFaults(t *testing.T) {
	silent := func(c net.Conn) { // answers what is asked before the turns, and nothing after
		defer c.Close() // also keeps it from being collected, which would close it at once
		new(benchtest.Server).ServeUntil(c, "get")
		_, _ = io.Copy(io.Discard, c)
	}
	dying := func(c net.Conn) { new(benchtest.Server).ServeUntil(c, "get"); c.Close() }
	babbling := func(c net.Conn) {
		new(benchtest.Server).ServeUntil(c, "get")
		c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	}
	for name, c := range map[string]struct {
		target Target
		want   string
	}{
		"refused":   {Target{"gone", benchtest.FreeAddress(t)}, "connection refused"},
		"no socket": {Target{"gone", filepath.Join(t.TempDir(), "none")}, "no such file"},
		"malformed": {Target{"bad", "nowhere"}, "HOST:PORT"},
		"silent":    {startListener(t, silent), "no answer within 300ms"},
		"dying":     {startListener(t, dying), "hangs up"},
		"babbling":  {startListener(t, babbling), "HTTP/1.1"},
	} {
		cfg := smallLoad()
		cfg.Timeout, cfg.Conns, cfg.Gets = 300*ms, 2, 100
		_, err := Load([]Target{c.target}, cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.target.Name) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := smallLoad().Validate(); err != nil {
		t.Error(err)
	}
	bad := LoadConfig{Depth: 1, Multi: 1, Value: Fixed(2 << 20), Key: Fixed(251), Gets: 101, Rounds: 1,
		Protocol: "meta", Zipf: -1}
	err := bad.Validate()
	for _, want := range []string{"conns is 0", "value is 2097152", "gets is 101", "keys is 0", "keysize is 251",
		"protocol is \"meta\"", "a turn of 0s"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	aimless := smallLoad()
	if aimless.Poisson = true; aimless.Validate() == nil {
		t.Error("random moments without a rate are taken")
	}
	large := smallLoad()
	large.Depth, large.Value = 1000, Fixed(1<<20)
	if err := large.Validate(); err == nil {
		t.Error("a batch of gigabytes is taken")
	}
	if err := (&LoadConfig{Depth: 1, Multi: 1, Value: Fixed(70_000)}).checkTarget(Target{"x", "udp:h:1"}); err == nil {
		t.Error("a set larger than a datagram is taken")
	}
}
