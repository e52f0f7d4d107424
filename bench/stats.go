package bench

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxStats is more bytes than the general figures of any server take.
const maxStats = 1 << 20

// Stats asks for the general figures, in text; a server that hangs up on text is asked again in the binary protocol.
func (t Target) Stats() (map[string]string, error) {
	out, err := t.ask([]byte("stats\r\n"), textStats)
	if err == nil || t.Network() == "udp" {
		return out, err
	}
	binary, again := t.ask(appendHeader(nil, opStat, 0), binaryStats)
	if again != nil {
		return nil, err
	}
	return binary, nil
}

// ask sends a request and reads until take has understood the answer.
func (t Target) ask(request []byte, take func([]byte) (map[string]string, error)) (map[string]string, error) {
	c, err := t.Dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if t.Network() == "udp" {
		answer, err := askDatagram(c, request)
		if err != nil {
			return nil, t.Fault(err)
		}
		out, err := take(answer)
		return out, t.Fault(err)
	}
	c.SetDeadline(time.Now().Add(Patience))
	if _, err := c.Write(request); err != nil {
		return nil, t.Fault(err)
	}
	in, chunk := []byte(nil), make([]byte, 16<<10)
	for len(in) < maxStats {
		n, err := c.Read(chunk)
		in = append(in, chunk[:n]...)
		if out, torn := take(in); torn != errTorn {
			return out, t.Fault(torn)
		}
		if err != nil {
			return nil, t.Fault(fmt.Errorf("no whole answer to stats: %w", err))
		}
	}
	return nil, t.Fault(errors.New("no end to its answer to stats"))
}

// textStats reads lines of STAT name value, up to END.
func textStats(in []byte) (map[string]string, error) {
	out := map[string]string{}
	for {
		line, rest, err := takeLine(in, "stats")
		if err != nil || string(line) == "END" {
			return out, err
		}
		words := strings.SplitN(string(line), " ", 3)
		if len(words) != 3 || words[0] != "STAT" {
			return nil, errStream(line, "stats")
		}
		out[words[1]] = words[2]
		in = rest
	}
}

// binaryStats reads an answer for each figure, up to one without a key.
func binaryStats(in []byte) (map[string]string, error) {
	out := map[string]string{}
	for {
		r, rest, err := takeReply(in, "stats")
		if err == nil && (r.opcode != opStat || r.status != 0) {
			err = errStream(in, "stats")
		}
		if err != nil || len(r.key) == 0 {
			return out, err
		}
		out[string(r.key)] = string(r.value)
		in = rest
	}
}

// FigureOf reads a figure, -1 if there is none.
func FigureOf(stats map[string]string, name string) int64 {
	n, err := strconv.ParseInt(stats[name], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// ErrNoLimit is why the megabytes must be given: the server answers, but does not say them.
var ErrNoLimit = errors.New("it does not tell its limit_maxbytes")

// MemoryLimit is how many megabytes the server may take, as it says itself, or ErrNoLimit.
func (t Target) MemoryLimit() (megabytes int, err error) {
	stats, err := t.Stats()
	if err != nil {
		return 0, err
	}
	if megabytes = int(FigureOf(stats, "limit_maxbytes") >> 20); megabytes < 1 {
		return 0, t.Fault(ErrNoLimit)
	}
	return megabytes, nil
}
