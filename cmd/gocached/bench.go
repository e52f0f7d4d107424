package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gocached/bench"
	"gocached/bench/replay"
)

// benchCommand returns "gocached bench", which puts load on servers and compares them.
func benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Put load on servers and compare them",
		Args:  onlySubcommands,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() }, // so that a word that is no subcommand is refused
	}
	cmd.AddCommand(replayCommand(), loadCommand(), hitsCommand())
	return cmd
}

// replayCommand returns "gocached bench replay".
func replayCommand() *cobra.Command {
	var path string
	var servers []string
	var cfg replay.Config
	cmd := &cobra.Command{
		Use:   "replay --trace FILE --server NAME=ADDRESS...",
		Short: "Replay a trace: hit ratio, memory and processor time",
		Long: `Replay a trace on each server in turn. A get that misses is followed by a set, and every value
is checked. Start with servers that are empty, with the same -m.

A trace has lines of time,key,size,op,TTL (op: get, set, delete) and may be packed with gzip.`,
		Example: "  gocached bench replay --trace day.csv.gz --server ours=:11211 --server memcached=127.0.0.1:11311",
		Args:    noAddresses,
		RunE: func(cmd *cobra.Command, _ []string) error {
			targets, err := parseTargets(cmd, servers)
			if err != nil {
				return err
			}
			if path == "" {
				return errors.New("which trace? Give --trace FILE")
			}
			requests, err := replay.LoadTrace(path)
			if err != nil {
				return err
			}
			cfg.Trace = replay.TraceOf(requests)
			return runReplay(cmd, targets, cfg)
		},
	}
	f := cmd.Flags()
	f.StringVar(&path, "trace", "", "file to replay")
	addServerFlag(cmd, &servers)
	f.IntVar(&cfg.Conns, "conns", 4, "connections")
	f.IntVar(&cfg.Batch, "batch", 16, "requests sent before the first answer is read")
	return cmd
}

func runReplay(cmd *cobra.Command, targets []bench.Target, cfg replay.Config) error {
	var results []replay.Result
	for _, t := range targets {
		bar := newBar(cmd.ErrOrStderr(), int64(cfg.Trace.Count), t.Name)
		cfg.Progress = func(n int) { bar.Add(n) }
		result, err := replay.Play(t, cfg)
		bar.Clear()
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	replay.Print(cmd.OutOrStdout(), results)
	return nil
}

func addServerFlag(cmd *cobra.Command, servers *[]string) {
	cmd.Flags().StringArrayVar(servers, "server", nil, "NAME=ADDRESS of a server; may be given several times")
}

func parseTargets(cmd *cobra.Command, servers []string) ([]bench.Target, error) {
	if len(servers) == 0 {
		return nil, fmt.Errorf("which server? Give --server NAME=ADDRESS for each, as in: %s --server ours=127.0.0.1:11211",
			cmd.CommandPath())
	}
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
