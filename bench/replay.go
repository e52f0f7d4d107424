package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// ReplayConfig says how a trace is played.
type ReplayConfig struct {
	Trace []Request
	Conns int // connections; a key always goes through the same one, so its requests keep their order
	Batch int // requests sent before the first answer is read; never two of the same key
	// Progress is told how many requests were answered since the last time. It may be nil, and is called from several
	// goroutines.
	Progress func(requests int)
}

// ReplayResult is what came of a trace on one server.
type ReplayResult struct {
	Target    Target
	Requests  int
	Gets      int64
	Hits      int64
	Refused   int64 // sets that the server refused, for want of memory or for their size
	Evictions string
	Items     string
	RSS       uint64        // resident memory at the end, in bytes; 0 if not known
	CPU       time.Duration // the server's processor time, user and system; 0 if not known
	Elapsed   time.Duration
}

// HitRatio is the share of gets that found something.
func (r ReplayResult) HitRatio() float64 {
	if r.Gets == 0 {
		return 0
	}
	return float64(r.Hits) / float64(r.Gets)
}

// Replay plays the trace against the server: each get that misses is followed by a set. An answer that is not what the
// protocol and the keys' values demand ends the run with an error.
func Replay(t Target, cfg ReplayConfig) (ReplayResult, error) {
	res := ReplayResult{Target: t, Requests: len(cfg.Trace)}
	if t.network() == "udp" {
		return res, t.fault(errors.New("a replay needs a connection, not datagrams"))
	}
	id, err := t.identify()
	if err != nil {
		return res, err
	}
	before := readProcess(id.pid)
	start := time.Now()
	if err := replayAll(t, cfg, &res); err != nil {
		return res, t.fault(err)
	}
	res.Elapsed = time.Since(start)
	after := readProcess(id.pid)
	if before.known && after.known {
		res.CPU, res.RSS = after.cpu-before.cpu, after.rss
	}
	stats, err := t.stats()
	res.Evictions, res.Items = stats["evictions"], stats["curr_items"]
	return res, err
}

// replayAll divides the trace among connections and waits for all of them.
func replayAll(t Target, cfg ReplayConfig, res *ReplayResult) error {
	parts := divide(cfg.Trace, max(cfg.Conns, 1))
	faults := make([]error, len(parts))
	var stop atomic.Bool
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() {
			if faults[i] = replayPart(t, part, cfg, res, &stop); faults[i] != nil {
				stop.Store(true)
			}
		})
	}
	wait.Wait()
	return errors.Join(faults...)
}

// divide deals requests out by a hash of their keys.
func divide(trace []Request, n int) [][]Request {
	parts := make([][]Request, n)
	for _, r := range trace {
		i := hash(r.Key) % uint64(n)
		parts[i] = append(parts[i], r)
	}
	return parts
}

func replayPart(t Target, part []Request, cfg ReplayConfig, res *ReplayResult, stop *atomic.Bool) error {
	conn, err := t.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	p := &player{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), res: res}
	for len(part) > 0 && !stop.Load() {
		n := together(part, max(cfg.Batch, 1))
		conn.SetDeadline(time.Now().Add(patience))
		if err := p.play(part[:n]); err != nil {
			return err
		}
		part = part[n:]
		if cfg.Progress != nil {
			cfg.Progress(n)
		}
	}
	return nil
}

// together is how many requests can be sent together: they end before the first key that stands there already, since its
// answer depends on what became of the first.
func together(part []Request, most int) int {
	most = min(most, len(part))
	for i := 1; i < most; i++ {
		for j := range i {
			if part[i].Key == part[j].Key {
				return i
			}
		}
	}
	return most
}

// player plays batches over one connection.
type player struct {
	conn io.Writer
	in   *bufio.Reader
	out  []byte
	buf  []byte
	fill []Request // the misses of the batch
	res  *ReplayResult
}

// play sends a batch, reads its answers, and then sets what was missed.
func (p *player) play(batch []Request) error {
	p.out, p.fill = p.out[:0], p.fill[:0]
	for _, r := range batch {
		p.out = appendRequest(p.out, r)
	}
	if _, err := p.conn.Write(p.out); err != nil {
		return err
	}
	for _, r := range batch {
		if err := p.answer(r); err != nil {
			return fmt.Errorf("key %s: %w", r.Key, err)
		}
	}
	return p.fillIn()
}

func appendRequest(out []byte, r Request) []byte {
	switch r.Op {
	case OpSet:
		return appendSet(out, r)
	case OpDelete:
		return append(append(append(out, "delete "...), r.Key...), "\r\n"...)
	}
	return append(append(append(out, "get "...), r.Key...), "\r\n"...)
}

func appendSet(out []byte, r Request) []byte {
	out = append(append(out, "set "...), r.Key...)
	out = append(out, " 0 "...)
	out = strconv.AppendInt(out, int64(r.TTL), 10)
	out = append(out, ' ')
	out = strconv.AppendInt(out, int64(r.Size), 10)
	out = append(out, "\r\n"...)
	out = appendValue(out, r.Key, r.Size)
	return append(out, "\r\n"...)
}

func (p *player) answer(r Request) error {
	switch r.Op {
	case OpSet:
		return p.stored()
	case OpDelete:
		line, err := p.line()
		if err == nil && string(line) != "DELETED" && string(line) != "NOT_FOUND" {
			err = fmt.Errorf("delete answers %q", line)
		}
		return err
	}
	hit, err := p.get(r.Key)
	if err != nil {
		return err
	}
	atomic.AddInt64(&p.res.Gets, 1)
	if hit {
		atomic.AddInt64(&p.res.Hits, 1)
	} else {
		p.fill = append(p.fill, r)
	}
	return nil
}

// get reads the answer to a get and checks the value.
func (p *player) get(key string) (hit bool, err error) {
	line, err := p.line()
	if err != nil || string(line) == "END" {
		return false, err
	}
	words := bytes.Fields(line)
	if len(words) != 4 || string(words[0]) != "VALUE" || string(words[1]) != key {
		return false, fmt.Errorf("get answers %q", line)
	}
	n, err := strconv.Atoi(string(words[3]))
	if err != nil || n < 0 || n > maxSize {
		return false, fmt.Errorf("get answers %q", line)
	}
	if cap(p.buf) < n+7 {
		p.buf = make([]byte, n+7)
	}
	value := p.buf[:n+7]
	if _, err := io.ReadFull(p.in, value); err != nil {
		return false, err
	}
	if string(value[n:]) != "\r\nEND\r\n" || !isValue(key, value[:n]) {
		return false, fmt.Errorf("a wrong value of %d bytes", n)
	}
	return true, nil
}

// fillIn sets what was missed.
func (p *player) fillIn() error {
	if len(p.fill) == 0 {
		return nil
	}
	p.out = p.out[:0]
	for _, r := range p.fill {
		p.out = appendSet(p.out, r)
	}
	if _, err := p.conn.Write(p.out); err != nil {
		return err
	}
	for range p.fill {
		if err := p.stored(); err != nil {
			return err
		}
	}
	return nil
}

// stored reads the answer to a set. A refusal is counted: a full server may say no.
func (p *player) stored() error {
	line, err := p.line()
	switch {
	case err != nil:
		return err
	case string(line) == "STORED":
		return nil
	case bytes.HasPrefix(line, []byte("SERVER_ERROR")):
		atomic.AddInt64(&p.res.Refused, 1)
		return nil
	}
	return fmt.Errorf("set answers %q", line)
}

// line reads a line without its end; the bytes are gone with the next read.
func (p *player) line() ([]byte, error) {
	line, err := p.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
