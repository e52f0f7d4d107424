package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gocached/bench"
)

// loadCommand returns "gocached bench load".
func loadCommand() *cobra.Command {
	var servers []string
	var path string
	cfg := bench.LoadConfig{Value: bench.Fixed(100), Key: bench.Fixed(32), Exptime: bench.Fixed(0)}
	cmd := &cobra.Command{
		Use:   "load --server NAME=ADDRESS...",
		Short: "Compare servers under a load of a given shape",
		Long: `Fill each server with keys, then load them in turn, round by round. An ADDRESS is HOST:PORT,
udp:HOST:PORT, or the path of a unix socket.

Each connection sends its next batch when the last is answered (a closed loop). With --rate, requests
are sent at moments laid down before, and latencies count from these: a server that stalls is charged
for every request that had to wait. Every answer is checked. The table shows medians over the rounds,
and how each server compares with the first. The exit status is 1 if a value was wrong.

SIZES is 100, 50-200, exp:300 (exponential with this mean), or a list with weights as 100:90,4000:10.`,
		Example: `  gocached bench load --server memcached=127.0.0.1:11311 --server ours=127.0.0.1:11211 --conns 50
  gocached bench load --server memcached=127.0.0.1:11311 --server ours=127.0.0.1:11211 --rate 50% --zipf 0.99`,
		Args: noAddresses,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := parseTargets(cmd, servers)
			if err != nil {
				return err
			}
			return load(cmd, targets, cfg, path)
		},
	}
	addServerFlag(cmd, &servers)
	addLoadFlags(cmd, &cfg)
	complete(cmd, "protocol", cobra.FixedCompletions([]string{"text", "binary"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVar(&path, "json", "", "file for the result as JSON; - is the standard output, and the table then goes to standard error")
	return cmd
}

// addLoadFlags adds a flag for each field of the configuration.
func addLoadFlags(cmd *cobra.Command, cfg *bench.LoadConfig) {
	f := cmd.Flags()
	f.IntVar(&cfg.Conns, "conns", 50, "connections")
	f.IntVar(&cfg.Depth, "depth", 1, "requests a connection sends at once")
	f.IntVar(&cfg.Multi, "multiget", 1, "keys in a get")
	f.Var(&cfg.Value, "value", "bytes in a value")
	f.IntVar(&cfg.Gets, "gets", 90, "requests of a hundred that are gets; the others are sets")
	f.IntVar(&cfg.Keys, "keys", 100_000, "keys")
	f.IntVar(&cfg.Rounds, "rounds", 5, "turns of each server")
	f.DurationVar(&cfg.Duration, "time", 2*time.Second, "length of a turn")
	f.Var(&cfg.Rate, "rate", "requests a second in all, as 20000, 20k, or 50% of what the first server can do")
	f.BoolVar(&cfg.Poisson, "poisson", false, "with --rate: send at random moments, as many independent users would")
	f.StringVar(&cfg.Protocol, "protocol", "text", "text or binary")
	f.Var(&cfg.Key, "keysize", "bytes in a key")
	f.BoolVar(&cfg.OddKeys, "oddkeys", false, "control bytes, quotes and bytes beyond ASCII in every eighth key")
	f.Var(&cfg.Exptime, "exptime", "seconds that a set gives an item; 0 is for ever")
	f.Float64Var(&cfg.Zipf, "zipf", 0, "exponent of the keys' popularity, as 0.99; 0 makes all equally popular")
	f.DurationVar(&cfg.Timeout, "timeout", 10*time.Second, "how long an answer may take before the run is given up")
	f.DurationVar(&cfg.Lost, "lost", 250*time.Millisecond, "when a request by UDP is counted as lost")
}

// load runs a load, and shows and writes what came of it.
func load(cmd *cobra.Command, targets []bench.Target, cfg bench.LoadConfig, path string) error {
	write, err := openReport(cmd, path)
	if err != nil {
		return err
	}
	bar := &loadBar{w: cmd.ErrOrStderr(), rounds: cfg.Rounds}
	if isTerminal(bar.w) { // else nothing need disturb the generator
		cfg.Progress = bar.show
	}
	report, err := bench.Load(targets, cfg)
	bar.clear()
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if path == "-" {
		out = cmd.ErrOrStderr()
	}
	bench.PrintLoad(out, report)
	if err := write(report); err != nil {
		return err
	}
	for _, s := range report.Servers {
		if s.Counts.Wrong > 0 {
			return errors.New("a value was wrong")
		}
	}
	return nil
}

// openReport opens the file for the report before the run, so that a path which is no good does not cost one. What the
// file holds stays as it is until the report is written.
func openReport(cmd *cobra.Command, path string) (write func(*bench.Report) error, err error) {
	if path == "" {
		return func(*bench.Report) error { return nil }, nil
	}
	var file *os.File
	if path != "-" {
		if file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666); err != nil {
			return nil, fmt.Errorf("--json: %w", err)
		}
	}
	return func(r *bench.Report) error {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(r); err != nil {
			return err
		}
		if file == nil {
			_, err := cmd.OutOrStdout().Write(text.Bytes())
			return err
		}
		_, err := file.Write(text.Bytes())
		return errors.Join(err, file.Truncate(int64(text.Len())), file.Close())
	}, nil
}
