package server

import (
	"errors"
	"hash/fnv"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gocached/internal/golden"
	"gocached/server/oplog"
	"gocached/server/settings"
)

// TestSplitConversations plays recorded conversations through a relay that cuts what the client says into pieces, byte
// by byte or at random, against a server whose one loop reads the input of thirty other clients into the same rounds.
// The answers must be those of the recording.
func TestSplitConversations(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it starts a server for each case")
	}
	dir, err := golden.Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := golden.Load(dir, true, "text", "binary")
	if err != nil {
		t.Fatal(err)
	}
	played := make(chan struct{}, len(cases))
	t.Run("case", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				if reason := unsplit(c); reason != "" {
					t.Skip(reason)
				}
				err := golden.Play(c, func(o golden.Options) (*golden.Server, error) { return startCrowded(t, c.Name) })
				if errors.Is(err, golden.ErrSkip) {
					t.Skip(err)
				}
				if err != nil {
					t.Error(err)
				}
				played <- struct{}{}
			})
		}
	})
	if len(played) < 100 {
		t.Errorf("only %d conversations were played", len(played))
	}
}

// unsplit says why a case is left out, if it is.
func unsplit(c *golden.Case) string {
	switch {
	case c.Transport != "tcp" || len(c.Flags) > 0 || len(c.Env) > 0:
		return "it wants a server of another kind"
	case c.Has("slow"):
		return "it sleeps"
	case c.Name == "text/verbosity-cap":
		return "it shows the default of -t"
	case strings.Contains(c.Name, "stat"):
		return "others count too"
	case c.Has("bug") && c.Server != "gocached":
		return "a defect of memcached is recorded here"
	}
	return ""
}

// startCrowded starts a server with thirty busy clients and a relay before it.
func startCrowded(t *testing.T, name string) (*golden.Server, error) {
	st := settings.Default()
	st.Port, st.Listen, st.Threads = -1, []string{"127.0.0.1"}, 1
	if err := st.Validate(); err != nil {
		return nil, err
	}
	log := oplog.New(io.Discard)
	s, err := New(st, testEngine(st), log)
	if err != nil {
		return nil, err
	}
	if err := s.Listen(); err != nil {
		return nil, err
	}
	var done sync.WaitGroup
	done.Go(func() { _ = s.Serve() })
	addr := s.Addrs()[0].String()
	crowd := make([]net.Conn, 30)
	for i := range crowd {
		if crowd[i], err = net.Dial("tcp", addr); err != nil {
			return nil, err
		}
		done.Go(func() { chatter(crowd[i]) })
	}
	relay, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	seed := fnv.New64()
	_, _ = io.WriteString(seed, name)
	random := rand.New(rand.NewPCG(seed.Sum64(), 1))
	t.Logf("pieces of up to %d bytes", pieceSize(random))
	done.Go(func() { serveRelay(relay, addr, seed.Sum64()) })
	stop := func() error {
		for _, c := range crowd {
			_ = c.Close()
		}
		s.Stop()
		err := relay.Close()
		done.Wait()
		return errors.Join(err, log.Close())
	}
	return &golden.Server{TCP: relay.Addr().String(), Stop: stop}, nil
}

// chatter asks for something that is not there until its connection is closed, with small pauses.
func chatter(c net.Conn) {
	request, reply := []byte("get nobody-has-this nor-this\r\ndelete nobody-has-this\r\n"), make([]byte, len("END\r\nNOT_FOUND\r\n"))
	for range time.Tick(500 * time.Microsecond) {
		if _, err := c.Write(request); err != nil {
			return
		}
		if _, err := io.ReadFull(c, reply); err != nil {
			return
		}
	}
}

// pieceSize chooses how large the pieces of a conversation are at most.
func pieceSize(random *rand.Rand) int { return []int{1, 1, 3, 30, 500}[random.IntN(5)] }

// serveRelay passes what clients say on to addr in pieces, and the answers back whole.
func serveRelay(relay net.Listener, addr string, seed uint64) {
	for {
		client, err := relay.Accept()
		if err != nil {
			return
		}
		go relayOne(client.(*net.TCPConn), addr, rand.New(rand.NewPCG(seed, 1)))
	}
}

func relayOne(client *net.TCPConn, addr string, random *rand.Rand) {
	defer client.Close()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	server := nc.(*net.TCPConn)
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	size := pieceSize(random)
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		sendPieces(server, buffer[:n], size, random)
		if err != nil {
			break
		}
	}
	_ = server.CloseWrite()
	_, _ = io.Copy(io.Discard, client) // ends when the other direction has
}

// sendPieces sends data in pieces of up to size bytes.
func sendPieces(server net.Conn, data []byte, size int, random *rand.Rand) {
	for piece := range pieces(data, size, random) {
		if _, err := server.Write(piece); err != nil {
			return
		}
		time.Sleep(time.Duration(random.IntN(60)) * time.Microsecond) // so that many come by themselves
	}
}

// pieces cuts data into pieces of up to size bytes. The middle of what is long is cut into larger ones.
func pieces(data []byte, size int, random *rand.Rand) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for at := 0; at < len(data); {
			n := 1 + random.IntN(size)
			if at > 400 && len(data)-at > 100 {
				n *= 1000
			}
			n = min(n, len(data)-at)
			if !yield(data[at : at+n]) {
				return
			}
			at += n
		}
	}
}
