package replay

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"gocached/bench"
)

// player plays batches over one connection.
type player struct {
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	buf    []byte
	fill   []Request // the misses of the batch
	window int       // where gets count
	res    *Result
}

func newPlayer(t bench.Target, res *Result) (*player, error) {
	conn, err := t.Dial()
	if err != nil {
		return nil, err
	}
	return &player{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), res: res}, nil
}

// playPortion plays a portion, batch by batch.
func (p *player) playPortion(part portion, cfg Config) error {
	p.window = part.window
	for rest := part.requests; len(rest) > 0; {
		n := together(rest, max(cfg.Batch, 1))
		p.conn.SetDeadline(time.Now().Add(bench.Patience))
		if err := p.play(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
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
	out = bench.AppendValue(out, r.Key, r.Size)
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
	_, hit, err := p.get(r.Key)
	if err != nil {
		return err
	}
	p.count(hit)
	if !hit {
		p.fill = append(p.fill, r)
	}
	return nil
}

// count counts a get, unless it belongs to the warm-up.
func (p *player) count(hit bool) {
	if p.window == notCounted {
		return
	}
	c := &p.res.Counted[p.window]
	atomic.AddInt64(&c.Gets, 1)
	if hit {
		atomic.AddInt64(&c.Hits, 1)
	}
}

// get reads the answer to a get and checks the value, which has so many bytes.
func (p *player) get(key string) (size int, hit bool, err error) {
	line, err := p.line()
	if err != nil || string(line) == "END" {
		return 0, false, err
	}
	words := bytes.Fields(line)
	if len(words) != 4 || string(words[0]) != "VALUE" || string(words[1]) != key {
		return 0, false, fmt.Errorf("get answers %q", line)
	}
	n, err := strconv.Atoi(string(words[3]))
	if err != nil || n < 0 || n > bench.MaxSize {
		return 0, false, fmt.Errorf("get answers %q", line)
	}
	if cap(p.buf) < n+7 {
		p.buf = make([]byte, n+7)
	}
	value := p.buf[:n+7]
	if _, err := io.ReadFull(p.in, value); err != nil {
		return 0, false, err
	}
	if string(value[n:]) != "\r\nEND\r\n" || !bench.IsValue(key, value[:n]) {
		return 0, false, fmt.Errorf("a wrong value of %d bytes", n)
	}
	return n, true, nil
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
