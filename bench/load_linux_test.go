package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func smallLoad() LoadConfig {
	return LoadConfig{Conns: 3, Depth: 4, Multi: 5, Value: 100, Gets: 80, Keys: 500, Rounds: 2, Duration: 100 * time.Millisecond}
}

// TestLoad runs a short load against two servers. All keys fit, so nothing may miss.
func TestLoad(t *testing.T) {
	one, two := startFake(t, &fakeServer{}), startFake(t, &fakeServer{})
	two.Name = "second"
	turns := 0
	cfg := smallLoad()
	cfg.Progress = func(n int) { turns += n }
	results, err := Load([]Target{one, two}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if turns != 4 || len(results) != 2 {
		t.Fatalf("%d turns, %d results", turns, len(results))
	}
	for _, r := range results {
		for _, turn := range r.Turns {
			if turn.Requests < 4 || turn.Keys <= turn.Requests || turn.Misses != 0 || turn.Latency.count*4 != turn.Requests {
				t.Errorf("%s: %d requests, %d keys, %d misses, %d batches", r.Target.Name, turn.Requests, turn.Keys, turn.Misses, turn.Latency.count)
			}
			if turn.Own <= 0 || turn.Latency.percentile(0.5) <= 0 {
				t.Errorf("%s: no processor time or no latency", r.Target.Name)
			}
		}
	}
	var out bytes.Buffer
	PrintLoad(&out, results)
	if !strings.Contains(out.String(), "second") || !strings.Contains(out.String(), "1.00") {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestLoadLargeBatches: batches larger than the sockets' buffers, in both directions, do not lock up.
func TestLoadLargeBatches(t *testing.T) {
	cfg := LoadConfig{Conns: 2, Depth: 200, Multi: 1, Value: 20_000, Gets: 50, Keys: 100, Rounds: 1, Duration: 200 * time.Millisecond}
	results, err := Load([]Target{startFake(t, &fakeServer{})}, cfg)
	if err != nil || results[0].Turns[0].Misses != 0 {
		t.Errorf("%v", err)
	}
}

// TestLoadCountsMisses: a server with room for half of the keys answers half of the gets.
func TestLoadCountsMisses(t *testing.T) {
	cfg := smallLoad()
	cfg.Gets = 100
	results, err := Load([]Target{startFake(t, &fakeServer{max: cfg.Keys / 2})}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	turn := results[0].Turns[0]
	if share := float64(turn.Misses) / float64(turn.Keys); share < 0.3 || share > 0.7 {
		t.Errorf("%d misses of %d keys", turn.Misses, turn.Keys)
	}
}

// TestLoadNoticesWrongAnswers: a changed value ends the run.
func TestLoadNoticesWrongAnswers(t *testing.T) {
	for name, spoil := range map[string]func(key, value string) string{
		"a bit":  func(_, v string) string { return v[:50] + string(v[50]^1) + v[51:] },
		"cut":    func(_, v string) string { return v[:99] },
		"longer": func(_, v string) string { return v + "x" },
	} {
		if _, err := Load([]Target{startFake(t, &fakeServer{spoil: spoil})}, smallLoad()); err == nil {
			t.Errorf("%s: nothing is noticed", name)
		}
	}
}

// TestTakeStored: stored, refused, torn and wrong are told apart.
func TestTakeStored(t *testing.T) {
	for in, want := range map[string]struct {
		rest    string
		refused bool
		err     bool
	}{
		"STORED\r\nx":          {"x", false, false},
		"SERVER_ERROR no\r\nx": {"x", true, false},
		"SERVER_ERROR n":       {"", false, true},
		"STO":                  {"", false, true},
		"NOT_STORED\r\n":       {"", false, true},
	} {
		rest, refused, err := takeStored([]byte(in))
		if string(rest) != want.rest || refused != want.refused || (err != nil) != want.err {
			t.Errorf("%q: %q, %v, %v", in, rest, refused, err)
		}
	}
}

// TestTakeHits cuts an answer at every byte: until the last it is torn, never wrong.
func TestTakeHits(t *testing.T) {
	s := newShape(LoadConfig{Value: 10})
	keys := []int{3, 7, 3}
	var answer []byte
	for _, i := range []int{3, 3} { // 7 is missed
		answer = append(appendKey(append(answer, "VALUE "...), i), " 0 10\r\n"...)
		answer = append(append(answer, s.value(i)...), "\r\n"...)
	}
	answer = append(answer, "END\r\n"...)
	for n := range answer {
		if _, _, err := s.takeHits(answer[:n], keys); err != errTorn {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	rest, misses, err := s.takeHits(append(answer, "more"...), keys)
	if err != nil || misses != 1 || string(rest) != "more" {
		t.Errorf("%q, %d misses, %v", rest, misses, err)
	}
	if _, _, err := s.takeHits([]byte("ERROR\r\n"), keys); err == nil || err == errTorn {
		t.Errorf("ERROR: %v", err)
	}
}

func TestValidate(t *testing.T) {
	if err := smallLoad().Validate(); err != nil {
		t.Error(err)
	}
	bad := LoadConfig{Conns: 0, Depth: 1, Multi: 1, Value: -1, Gets: 101, Keys: 0, Rounds: 1, Duration: time.Second}
	err := bad.Validate()
	for _, want := range []string{"conns is 0", "value is -1", "gets is 101", "keys is 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
