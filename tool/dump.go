package tool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// dump prints every item as an add command. The keys come from lru_crawler metadump where the server knows it, else
// from stats cachedump, which shows at most two megabytes of keys for each slab class. The values are fetched over a
// second connection while the keys arrive, so nothing is gathered.
//
// memcached 1.4.5 shows the time of its own start for an item that never expires; such an item is printed with 0.
func (r *report) dump() error {
	general, err := r.server.stats("")
	if err != nil {
		return err
	}
	d := &dumper{report: r, started: number(general, "time") - number(general, "uptime"), out: bufio.NewWriter(r.out)}
	// A server that lists far more than it says it holds is cut off.
	d.left = 2*number(general, "curr_items") + 1000
	if limit := int64(r.Limit); limit > 0 && limit < d.left {
		d.left = limit
	}
	if d.values, err = connect(r.server.address, r.Timeout); err != nil {
		return err
	}
	defer d.values.close()
	err = d.metadump()
	if errors.Is(err, errNoMetadump) {
		err = d.cachedumps()
	}
	if err = errors.Join(err, d.out.Flush()); err != nil {
		return err
	}
	fmt.Fprintf(r.notes, "%d items\n", d.items)
	return nil
}

// dumper is a dump under way.
type dumper struct {
	*report
	values  *server // the connection that values come from
	out     *bufio.Writer
	started int64 // when the server started, in Unix seconds
	left    int64 // how many keys may still come
	items   int
	pieces  int // lines passed over as pieces of keys, at most maxLines
}

// errNoMetadump says that the server has no metadump, or will not do it now.
var errNoMetadump = errors.New("no metadump")

// number is a figure as a number, 0 if it is none. It is bounded, so that sums do not overflow.
func number(stats []stat, name string) int64 {
	for _, s := range stats {
		if s.name == name {
			n, _ := strconv.ParseInt(s.value, 10, 64)
			return max(0, min(n, 1<<40))
		}
	}
	return 0
}

// metadump reads lines such as "key=a%20b exp=-1 la=1 cas=2 fetch=no cls=1 size=61".
func (d *dumper) metadump() error {
	if err := d.server.ask("lru_crawler metadump all"); err != nil {
		return err
	}
	for first := true; ; first = false {
		d.server.allow()
		line, err := d.server.line()
		if err != nil {
			return err
		}
		escaped, isKey := strings.CutPrefix(line, "key=")
		switch {
		case line == "END":
			return nil
		case first && isRefusal(line):
			return errNoMetadump
		case line == "OK":
			continue
		case !isKey:
			return d.server.unexpected(line)
		}
		escaped, rest, _ := strings.Cut(escaped, " ")
		key, err := url.PathUnescape(escaped)
		if err != nil {
			return d.server.unexpected(line)
		}
		exp, _, _ := strings.Cut(strings.TrimPrefix(rest, "exp="), " ")
		exptime, _ := strconv.ParseInt(exp, 10, 64)
		if done, err := d.item(key, max(exptime, 0)); done || err != nil {
			return err
		}
	}
}

// cachedumps asks each slab class that has items for its keys.
func (d *dumper) cachedumps() error {
	items, err := d.server.stats("items")
	if err != nil {
		return err
	}
	for _, s := range items {
		class, ok := strings.CutSuffix(strings.TrimPrefix(s.name, "items:"), ":number")
		if _, err := strconv.ParseUint(class, 10, 16); !ok || err != nil {
			continue
		}
		if done, err := d.cachedump(class); done || err != nil {
			return err
		}
	}
	return nil
}

// cachedump reads lines such as "ITEM key [5 b; 1176415152 s]". A key may hold line ends, if it was stored in binary: then
// its pieces are passed over, as such a key cannot be asked for in text.
func (d *dumper) cachedump(class string) (done bool, err error) {
	if err := d.server.ask("stats cachedump " + class + " 0"); err != nil {
		return false, err
	}
	for first := true; ; first = false {
		d.server.allow()
		line, err := d.server.line()
		if err != nil || line == "END" {
			return false, err
		}
		rest, isItem := strings.CutPrefix(line, "ITEM ")
		at := strings.LastIndex(rest, " [")
		switch {
		case first && !isItem, d.pieces == maxLines:
			return false, d.server.unexpected(line)
		case !isItem || at < 0:
			d.pieces++
			continue
		}
		_, when, _ := strings.Cut(rest[at:], "; ")
		exptime, _ := strconv.ParseInt(strings.TrimSuffix(when, " s]"), 10, 64)
		if exptime <= d.started {
			exptime = 0
		}
		if done, err := d.item(rest[:at], exptime); done || err != nil {
			return done, err
		}
	}
}

// item fetches a value and prints it. It reports done when no more keys are wanted. An item that is gone by now is left
// out, and so is a key that cannot be asked for in text.
func (d *dumper) item(key string, exptime int64) (done bool, err error) {
	if d.left--; d.left < 0 {
		return true, nil
	}
	if key == "" || len(key) > 250 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false, nil
	}
	s := d.values
	if err := s.ask("get " + key); err != nil {
		return false, err
	}
	line, err := s.line()
	if err != nil || line == "END" {
		return false, err
	}
	words := strings.Fields(line)
	if len(words) != 4 || words[0] != "VALUE" || words[1] != key {
		return false, s.unexpected(line)
	}
	flags, err1 := strconv.ParseInt(words[2], 10, 64)
	length, err2 := strconv.ParseInt(words[3], 10, 64)
	if err1 != nil || err2 != nil || length < 0 || length > maxValue {
		return false, s.unexpected(line)
	}
	// memcached 1.4.5 prints flags as a signed number and takes them unsigned only.
	fmt.Fprintf(d.out, "add %s %d %d %d\r\n", key, uint32(flags), exptime, length)
	s.allowValue(length)
	if _, err := io.CopyN(d.out, s.in, length); err != nil {
		return false, s.readError(err)
	}
	d.out.WriteString("\r\n")
	d.items++
	for _, want := range []string{"", "END"} {
		line, err := s.line()
		if err == nil && line != want {
			err = s.unexpected(line)
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}
