package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const redisTool = "redis-benchmark"

// redisKeys is how redis-benchmark spells a key of 32 bytes: it puts twelve digits in place of the word.
const redisKeys = "bench:load:key:00000__rand_int__"

// redisLoads are the two loads, with the names of the standard loads that they come near to.
var redisLoads = []struct {
	name  string
	depth int
}{
	{"get, 50 connections", 1},
	{"get, 32 per write", 32},
}

// redis measures redis-server, which speaks another protocol, under its own generator: random gets of 100-byte values.
// Nothing is returned where there is no redis-server.
func (r *run) redis() (out []other) {
	redis, err := parsePeer("redis-server=redis-server")
	if _, none := exec.LookPath(redisTool); err != nil || none != nil {
		return nil
	}
	err = with([]peer{redis}, r.fresh("tcp"), func(started []*server) error {
		if err := fillRedis(started[0].address("tcp"), r.size.keys); err != nil {
			return err
		}
		for _, l := range redisLoads {
			o := r.another(redisTool, l.name, "redis-server "+redis.version())
			for range r.size.rounds {
				o.round(started[0], func() (int64, float64, error) { return r.redisTurn(started[0], l.depth) })
			}
			misses, err := redisMisses(started[0].address("tcp"))
			o.fail(err)
			o.Misses = misses
			out = append(out, o)
		}
		return nil
	})
	if err != nil {
		o := r.another(redisTool, "all", redis.name)
		o.fail(err)
		out = append(out, o)
	}
	return out
}

// redisTurn lets redis-benchmark work for about the length of a turn: it counts requests, not time.
func (r *run) redisTurn(s *server, depth int) (int64, float64, error) {
	const guess = 100_000 // gets a second, one at a time
	n := int64(guess*r.size.turn.Seconds()) * int64(min(depth, 10))
	text, err := exec.Command(redisTool, "-p", strconv.Itoa(s.where.port), "-c", "50", "-P", strconv.Itoa(depth), "--csv",
		"-r", strconv.Itoa(r.size.keys), "-n", strconv.FormatInt(n, 10), "GET", redisKeys).Output()
	if err != nil {
		return 0, 0, err
	}
	rate, err := redisRate(text)
	return n, rate, err
}

// redisRate reads the requests a second from what redis-benchmark prints.
func redisRate(text []byte) (float64, error) {
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) < 2 || len(lines[1]) < 2 {
		return 0, fmt.Errorf("%s prints %q", redisTool, text)
	}
	return strconv.ParseFloat(lines[1][1], 64)
}

// fillRedis sets all keys.
func fillRedis(address string, keys int) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	value, want := strings.Repeat("v", 100), "+OK\r\n"
	for from := 0; from < keys; from += 1000 {
		var b bytes.Buffer
		n := min(1000, keys-from)
		for i := range n {
			key := strings.Replace(redisKeys, "__rand_int__", fmt.Sprintf("%012d", from+i), 1)
			fmt.Fprintf(&b, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(key), key, len(value), value)
		}
		if _, err := c.Write(b.Bytes()); err != nil {
			return err
		}
		got := make([]byte, n*len(want))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != strings.Repeat(want, n) {
			return errors.Join(errors.New("redis-server does not take a key"), err)
		}
	}
	return nil
}

// redisMisses asks how many gets have missed.
func redisMisses(address string) (int64, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprint(c, "INFO stats\r\nQUIT\r\n")
	for lines := bufio.NewScanner(c); lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), "keyspace_misses:"); found {
			return strconv.ParseInt(text, 10, 64)
		}
	}
	return 0, errors.New("redis-server does not tell its misses")
}
