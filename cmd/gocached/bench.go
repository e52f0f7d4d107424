package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"gocached/bench"
)

// benchCommand returns "gocached bench", which puts load on servers and compares them.
func benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Put load on servers and compare them",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(replayCommand(), loadCommand())
	return cmd
}

// replayCommand returns "gocached bench replay".
func replayCommand() *cobra.Command {
	var path string
	var servers []string
	var cfg bench.ReplayConfig
	cmd := &cobra.Command{
		Use:   "replay --trace FILE --server NAME=ADDRESS...",
		Short: "Replay a trace: hit ratio, memory and processor time",
		Long: `Replay a trace on each server in turn. A get that misses is followed by a set, and every value
is checked. Start with servers that are empty, with the same -m.

A trace has lines of time,key,size,op,TTL (op: get, set, delete) and may be packed with gzip.`,
		Example: "  gocached bench replay --trace day.csv.gz --server ours=:11211 --server memcached=127.0.0.1:11311",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := parseTargets(servers)
			if err != nil {
				return err
			}
			if cfg.Trace, err = bench.LoadTrace(path); err != nil {
				return err
			}
			return replay(cmd, targets, cfg)
		},
	}
	f := cmd.Flags()
	f.StringVar(&path, "trace", "", "file to replay")
	addServerFlag(cmd, &servers)
	f.IntVar(&cfg.Conns, "conns", 4, "connections")
	f.IntVar(&cfg.Batch, "batch", 16, "requests sent before the first answer is read")
	cmd.MarkFlagRequired("trace")
	return cmd
}

func replay(cmd *cobra.Command, targets []bench.Target, cfg bench.ReplayConfig) error {
	var results []bench.ReplayResult
	for _, t := range targets {
		bar := newBar(cmd.ErrOrStderr(), len(cfg.Trace), t.Name)
		cfg.Progress = func(n int) { bar.Add(n) }
		result, err := bench.Replay(t, cfg)
		bar.Clear()
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	bench.PrintReplay(cmd.OutOrStdout(), results)
	return nil
}

// loadCommand returns "gocached bench load".
func loadCommand() *cobra.Command {
	var servers []string
	var cfg bench.LoadConfig
	cmd := &cobra.Command{
		Use:   "load --server NAME=ADDRESS...",
		Short: "Compare servers under a load of a given shape",
		Long: `Fill each server with keys of 32 bytes, then load them in turn, round by round, each connection
sending its next batch when the last is answered. Every answer is checked. The table shows medians
over the rounds, and how each server compares with the first.`,
		Example: "  gocached bench load --server memcached=127.0.0.1:11311 --server ours=127.0.0.1:11211 --conns 50",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := parseTargets(servers)
			if err != nil {
				return err
			}
			bar := newBar(cmd.ErrOrStderr(), cfg.Rounds*len(targets), "rounds")
			cfg.Progress = func(n int) { bar.Add(n) }
			results, err := bench.Load(targets, cfg)
			bar.Clear()
			if err != nil {
				return err
			}
			bench.PrintLoad(cmd.OutOrStdout(), results)
			return nil
		},
	}
	f := cmd.Flags()
	addServerFlag(cmd, &servers)
	f.IntVar(&cfg.Conns, "conns", 50, "connections")
	f.IntVar(&cfg.Depth, "depth", 1, "requests a connection sends at once")
	f.IntVar(&cfg.Multi, "multiget", 1, "keys in a get")
	f.IntVar(&cfg.Value, "value", 100, "bytes in a value")
	f.IntVar(&cfg.Gets, "gets", 90, "requests of a hundred that are gets; the others are sets")
	f.IntVar(&cfg.Keys, "keys", 100_000, "keys")
	f.IntVar(&cfg.Rounds, "rounds", 5, "turns of each server")
	f.DurationVar(&cfg.Duration, "time", 2*time.Second, "length of a turn")
	return cmd
}

func addServerFlag(cmd *cobra.Command, servers *[]string) {
	cmd.Flags().StringArrayVar(servers, "server", nil, "NAME=ADDRESS of a server; may be given several times")
	cmd.MarkFlagRequired("server")
}

func parseTargets(servers []string) ([]bench.Target, error) {
	var targets []bench.Target
	var faults []error
	for _, s := range servers {
		t, err := bench.ParseTarget(s)
		targets, faults = append(targets, t), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	return targets, nil
}

// newBar returns a progress bar, which shows nothing unless it writes to a terminal.
func newBar(w io.Writer, n int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(n,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetVisibility(isTerminal(w)),
		progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
