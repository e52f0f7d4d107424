package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"
)

const (
	senders   = 4   // clients at once
	batchSize = 500 // inputs of each between two looks at the server
	perClient = 8   // inputs on one connection
)

// mutatedInputs sends spoilt inputs. After each batch the server must answer a new client, and must not have ended or
// recovered from a panic: those are counted. A seventh of the inputs are datagrams.
func mutatedInputs(t *trial) ([]float64, error) {
	inputs := t.scale(1_300_000, 60_000)
	srv, err := t.start("-m", "64", "-U", "-1")
	if err != nil {
		return nil, err
	}
	var sources []*corpus
	for i := range senders {
		c, err := loadCorpus(t.corpus, t.random(i))
		if err != nil {
			return nil, err
		}
		sources = append(sources, c)
	}
	faults := 0
	for rest := inputs; rest > 0; rest -= senders * batchSize {
		err := together(senders, func(i int) error { return t.sendSpoilt(srv, sources[i]) })
		if err = errors.Join(err, t.answers(srv)); err == nil && !srv.panicked() {
			continue
		}
		t.note("after %d inputs with seed %d: %v\n%s", inputs-rest, t.seed, err, srv.Said(2000))
		faults++
		srv.kill()
		break
	}
	if faults > 0 {
		return []float64{float64(faults), 0}, nil
	}
	peak, err := srv.peak()
	return []float64{0, mebi(peak) / 64}, err
}

// sendSpoilt sends a batch. What the server answers, and whether it hangs up, does not matter.
func (t *trial) sendSpoilt(srv *server, c *corpus) error {
	udp, err := net.Dial("udp", net.JoinHostPort("127.0.0.1", strconv.Itoa(srv.udp)))
	if err != nil {
		return err
	}
	defer udp.Close()
	for i := 0; i < batchSize; {
		if len(c.frames) > 0 && c.random.IntN(2) == 0 {
			_, _ = udp.Write(c.frame())
			i++
			continue
		}
		if err := t.spoiltTalk(srv, c); err != nil {
			return err
		}
		i += perClient
	}
	return nil
}

// spoiltTalk sends inputs on one connection. Then it leaves rudely, or waits until the server has taken everything and
// hangs up. A server that cannot be reached is at fault, and gocached if it does not hang up.
func (t *trial) spoiltTalk(srv *server, c *corpus) error {
	conn, err := srv.dialAs(c.random.IntN(200))
	if err != nil {
		return err
	}
	defer conn.Close()
	await := patience
	if !t.target.ours {
		await = time.Second // newer commands of memcached keep the connection
	}
	_ = conn.SetDeadline(time.Now().Add(await))
	var inputs [perClient][]byte
	for i := range inputs {
		inputs[i] = c.stream()
	}
	if c.random.IntN(8) == 0 {
		conn.reset()
		_, _ = conn.Write(bytes.Join(inputs[:], nil))
		return nil
	}
	go func() {
		for _, input := range inputs {
			_, _ = conn.Write(input)
		}
		_ = conn.Conn.(*net.TCPConn).CloseWrite()
	}()
	if _, err := io.Copy(io.Discard, conn.Conn); t.target.ours && errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a client that has said everything is kept: %w", err)
	}
	return nil
}

// answers asks a server, as a new client, for its version, and gocached for its panics.
func (t *trial) answers(srv *server) error {
	c, err := srv.dial()
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if len(c.ask("version")) < len("VERSION 1.4.5") {
		c.fail("no version")
	}
	if t.target.ours && c.stats("gocached")["panics"] != "0" {
		c.fail("a panic is counted")
	}
	return c.err
}
