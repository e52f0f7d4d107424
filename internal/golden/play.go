package golden

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options is what a case asks of the server it is played against.
type Options struct {
	Transport string            // tcp, unix, udp or startup
	Flags     []string          // besides the address
	Env       map[string]string // with {dir} already filled in
	Dir       string            // a scratch folder, where a unix socket may go
}

// Server is a running server.
type Server struct {
	TCP, UDP, Unix string        // where it listens; empty where it does not
	Stderr         func() string // what it has said so far; nil if that cannot be had: startup cases are skipped then
	Stop           func() error  // ends it and waits for the end
}

// Starter starts a fresh server that is ready to answer. ErrSkip means that it cannot do what the options ask.
type Starter func(Options) (*Server, error)

// ErrSkip is returned by a Starter to leave a case out.
var ErrSkip = errors.New("cannot be played here")

const (
	patience = time.Minute           // for a reply that must come, on a machine that may be busy
	silence  = 60 * time.Millisecond // for one that must not
)

// Play plays a case against a fresh server. It returns nil if every reply was as recorded.
func Play(c *Case, start Starter) (err error) {
	if c.Transport == "argv" {
		return fmt.Errorf("%w: a command line needs a program", ErrSkip)
	}
	dir, err := os.MkdirTemp("", "golden")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := start(c.options(dir))
	if err != nil {
		return err
	}
	if c.Transport == "startup" { // what it says may come later than it listens, but not later than it ends
		return errors.Join(server.Stop(), c.checkSlabs(server))
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	talk := &talk{server: server, c: c, seen: casValues{}, conns: map[string]*stream{}}
	defer talk.close()
	return talk.run()
}

// options writes the files of the case to dir and fills in its name.
func (c *Case) options(dir string) Options {
	o := Options{Transport: c.Transport, Flags: c.Flags, Dir: dir, Env: map[string]string{}}
	os.Chmod(dir, 0o755)
	for name, text := range c.Files {
		os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "{dir}", dir)), 0o644)
	}
	for name, value := range c.Env {
		o.Env[name] = strings.ReplaceAll(value, "{dir}", dir)
	}
	return o
}

// talk is one case under way.
type talk struct {
	server *Server
	c      *Case
	seen   casValues
	conns  map[string]*stream
	udp    net.Conn
}

// stream is one connection and what was read from it and not yet matched.
type stream struct {
	net.Conn
	in     []byte
	closed bool // the server closed, as it should
}

// errHeldUp marks a failure of a case that took much longer than it sleeps: what some answers are depends on the second in
// which they are asked for.
var errHeldUp = errors.New("held up")

// heldUp is how much longer that is.
const heldUp = 500 * time.Millisecond

// afterTick waits until a second has just begun, so that steps which follow each other at once fall into the same one.
// gocached's seconds begin with those of the wall clock.
func afterTick() {
	const soon, most = 20 * time.Millisecond, 200 * time.Millisecond
	if past := time.Duration(time.Now().Nanosecond()); past < soon || past > most {
		time.Sleep((time.Second + soon - past) % time.Second)
	}
}

func (t *talk) run() error {
	if t.c.Has("slow") {
		afterTick()
	}
	began, slept := time.Now(), time.Duration(0)
	for i := range t.c.Steps {
		step := &t.c.Steps[i]
		if step.Sleep > 0 {
			nap := time.Duration(step.Sleep * float64(time.Second))
			time.Sleep(nap)
			slept += nap
		}
		play := t.playStream
		if t.c.Transport == "udp" && step.Via != "tcp" {
			play = t.playDatagrams
		}
		if err := play(step); err != nil {
			if late := time.Since(began) - slept; late > heldUp {
				err = fmt.Errorf("%w by %v: %w", errHeldUp, late, err)
			}
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return t.finish()
}

func (t *talk) close() {
	for _, s := range t.conns {
		s.Close()
	}
	if t.udp != nil {
		t.udp.Close()
	}
}

func (t *talk) conn(n int) (*stream, error) {
	network, address := "tcp", t.server.TCP
	if t.c.Transport == "unix" {
		network, address = "unix", t.server.Unix
	}
	name := fmt.Sprint(network, n)
	if s := t.conns[name]; s != nil {
		return s, nil
	}
	c, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return nil, err
	}
	t.conns[name] = &stream{Conn: c}
	return t.conns[name], nil
}

func (t *talk) playStream(step *Step) error {
	s, err := t.conn(step.Conn)
	if err != nil {
		return err
	}
	send, err := step.Send.bytes(t.seen)
	if err != nil {
		return err
	}
	want, err := step.Expect.stream()
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		s.SetWriteDeadline(time.Now().Add(patience))
		_, err := s.Write(send)
		sent <- err
	}()
	if t.c.Has("unordered") || t.c.Has("names-only") {
		err = s.expectLines(want, t.seen, t.c.Has("names-only"))
	} else {
		err = s.expect(want, t.seen)
	}
	if err == nil && len(want) == 0 && !step.Close {
		err = s.expectSilence()
	}
	if err == nil && step.Close {
		err = s.expectEnd()
	}
	if err != nil {
		s.Close()
	}
	if sendErr := <-sent; err == nil && !step.Close {
		err = sendErr
	}
	return err
}

// expect reads until the pattern is used up.
func (s *stream) expect(want payload, seen casValues) error {
	deadline := time.Now().Add(patience)
	for {
		used, v := want.match(s.in, seen)
		switch v {
		case yes:
			s.in = s.in[used:]
			return nil
		case no:
			// Wait a moment, so that the message shows the whole answer.
			s.read(time.Now().Add(silence))
			return fmt.Errorf("got %s, want %s (they differ at byte %d)", quote(s.in), want, used)
		}
		if err := s.read(deadline); err != nil {
			return fmt.Errorf("got %s and then %w, want %s", quote(s.in), err, want)
		}
	}
}

// expectSilence fails if anything comes, and if the server closes.
func (s *stream) expectSilence() error {
	if len(s.in) == 0 {
		if err := s.read(time.Now().Add(silence)); errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		} else if err != nil {
			return fmt.Errorf("got %w, want silence", err)
		}
	}
	return fmt.Errorf("got %s, want silence", quote(s.in))
}

// expectEnd fails unless the server closes with nothing more to say. A reset is a close too: that is what a client
// sees when it had sent more than was read.
func (s *stream) expectEnd() error {
	deadline := time.Now().Add(patience)
	for {
		if len(s.in) > 0 {
			return fmt.Errorf("got %s, want the connection closed", quote(s.in))
		}
		err := s.read(deadline)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return errors.New("the connection is still open, want it closed")
		}
		if err != nil {
			s.closed = true
			return nil
		}
	}
}

func (s *stream) read(deadline time.Time) error {
	s.SetReadDeadline(deadline)
	buf := make([]byte, 64<<10)
	n, err := s.Read(buf)
	s.in = append(s.in, buf[:n]...)
	if n > 0 {
		return nil
	}
	return err
}

// finish ends every connection from our side and fails if the server had more to say: a client that stops talking is
// hung up on, so the end of the stream marks the end of the answers.
func (t *talk) finish() error {
	for name, s := range t.conns {
		if s.closed {
			continue
		}
		if half, ok := s.Conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		if err := s.expectEnd(); err != nil {
			return fmt.Errorf("at the end of connection %s: %w", name, err)
		}
	}
	if t.udp != nil {
		return t.udpSilence()
	}
	return nil
}

// quote shows bytes, shortened where they are many.
func quote(b []byte) string {
	const room = 700
	if len(b) > room {
		return fmt.Sprintf("%q... (%d bytes)", b[:room], len(b))
	}
	return fmt.Sprintf("%q", b)
}

// String shows the pattern.
func (p payload) String() string {
	var b strings.Builder
	for _, t := range p {
		switch t.kind {
		case literal:
			b.WriteString(strings.Trim(quote(t.literal), `"`))
		case pad:
			fmt.Fprintf(&b, "{{pad:%d}}", t.n)
		case number:
			b.WriteString("{{num}}")
		case casText, casBinary:
			fmt.Fprintf(&b, "{{cas:%s}}", t.name)
		default:
			b.WriteString("{{any}}")
		}
	}
	return `"` + b.String() + `"`
}
