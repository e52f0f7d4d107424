package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

const slapTool = "memcaslap"

// slapShape is memcaslap's configuration: keys of 32 bytes, values of 100, nine gets for a set.
const slapShape = "key\n32 32 1\nvalue\n100 100 1\ncmd\n0 0.1\n1 0.9\n"

// slapLoad names the load. Its generator asks for keys that it has set itself, so nothing is filled before.
const slapLoad = "90 % get, 48 connections"

// memcaslap lets libmemcached's generator work on each server in turn. Nothing is returned where there is none.
func (r *run) memcaslap() (out []other) {
	if _, err := exec.LookPath(slapTool); err != nil {
		return nil
	}
	for _, p := range r.peers {
		out = append(out, r.another(slapTool, slapLoad, p.name))
	}
	err := with(r.peers, r.fresh("tcp"), func(started []*server) error {
		shape := filepath.Join(os.TempDir(), fmt.Sprintf("memcaslap.%d", os.Getpid()))
		defer os.Remove(shape)
		if err := os.WriteFile(shape, []byte(slapShape), 0o600); err != nil {
			return err
		}
		for range r.size.rounds {
			for i, s := range started {
				out[i].round(s, func() (int64, float64, error) { return r.slapTurn(s, shape, &out[i]) })
			}
		}
		return nil
	})
	for i := range out {
		out[i].fail(err)
	}
	return out
}

var (
	slapRate   = regexp.MustCompile(`Ops: (\d+) TPS: (\d+)`)
	slapMisses = regexp.MustCompile(`get_misses: (\d+)`)
)

// slapTurn is a run of memcaslap, which takes whole seconds.
func (r *run) slapTurn(s *server, shape string, o *other) (int64, float64, error) {
	seconds := max(1, int(r.size.turn.Seconds()))
	text, err := exec.Command(slapTool, "-s", s.address("tcp"), "-T", "1", "-c", "48", "-F", shape,
		"-t", strconv.Itoa(seconds)+"s").Output()
	if err != nil {
		return 0, 0, err
	}
	ops, rate, misses, err := readSlap(text)
	o.Misses += misses
	return ops, rate, err
}

// readSlap reads the requests in all, those a second and the misses from what memcaslap prints.
func readSlap(text []byte) (ops int64, rate float64, misses int64, err error) {
	total, missed := slapRate.FindSubmatch(text), slapMisses.FindSubmatch(text)
	if total == nil || missed == nil {
		return 0, 0, 0, fmt.Errorf("%s prints %q", slapTool, text)
	}
	ops, _ = strconv.ParseInt(string(total[1]), 10, 64)
	rate, _ = strconv.ParseFloat(string(total[2]), 64)
	misses, _ = strconv.ParseInt(string(missed[1]), 10, 64)
	return ops, rate, misses, nil
}
