package tool

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// dump prints every item as an add command. The keys come from lru_crawler metadump where the server knows it, else
// from stats cachedump, which shows at most two megabytes of keys for each slab class. The values are fetched over a
// second connection while the keys arrive, so nothing is gathered. What is not printed is counted, see tally.
//
// memcached 1.4.5 shows the time of its own start for an item that never expires; such an item is printed with 0.
func (r *report) dump() error {
	if r.text == nil {
		return fmt.Errorf("%s: its items cannot be dumped: it speaks binary only, and that protocol has no way to list keys", r.address)
	}
	general, err := r.source.stats("")
	if err != nil {
		return err
	}
	d := &dumper{report: r, started: number(general, "time") - number(general, "uptime"), out: bufio.NewWriter(r.out)}
	d.tally.held = number(general, "curr_items")
	// A server that lists far more than it says it holds is cut off.
	d.left, d.endless = 2*d.tally.held+1000, true
	if limit := int64(r.Limit); limit > 0 && limit < d.left {
		d.left, d.endless = limit, false
	}
	if d.values, err = connect(r.address, r.Timeout); err != nil {
		return err
	}
	defer d.values.close()
	err = d.metadump()
	if errors.Is(err, errNoMetadump) {
		err = d.cachedumps()
	}
	if full := d.out.Flush(); full != nil {
		err = full // whatever else there is follows from that
	}
	if err == nil {
		err = d.tally.verdict(r.address)
	}
	d.tally.print(r.notes)
	return err
}

// dumper is a dump under way.
type dumper struct {
	*report
	values  *server // the connection that values come from
	out     *bufio.Writer
	started int64 // when the server started, in Unix seconds
	left    int64 // how many keys may still come
	endless bool  // and if more do, the server is at fault, not the limit reached that was asked for
	pieces  int   // lines passed over as pieces of keys, at most maxLines
	tally   tally
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
	if err := d.text.ask("lru_crawler metadump all"); err != nil {
		return err
	}
	for first := true; ; first = false {
		d.text.allow()
		line, err := d.text.line()
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
			return d.text.unexpected(line)
		}
		escaped, rest, _ := strings.Cut(escaped, " ")
		key, err := url.PathUnescape(escaped)
		if err != nil {
			return d.text.unexpected(line)
		}
		exp, _, _ := strings.Cut(strings.TrimPrefix(rest, "exp="), " ")
		exptime, _ := strconv.ParseInt(exp, 10, 64)
		if done, err := d.item(key, max(exptime, 0)); done || err != nil {
			return err
		}
	}
}

// cachedumps asks each slab class that has items for its keys. A class that shows fewer than it holds is looked at again:
// some may have gone meanwhile.
func (d *dumper) cachedumps() error {
	before, err := d.itemsByClass()
	if err != nil {
		return err
	}
	short := map[int]int64{} // class: how many it has shown
	for _, class := range slices.Sorted(maps.Keys(before)) {
		shown := d.tally.listed
		done, err := d.cachedump(class)
		if done || err != nil {
			return err
		}
		if shown = d.tally.listed - shown; shown < before[class] {
			short[class] = shown
		}
	}
	if len(short) == 0 {
		return nil
	}
	after, err := d.itemsByClass()
	for _, class := range slices.Sorted(maps.Keys(short)) {
		if missing := min(before[class], after[class]) - short[class]; missing > 0 {
			d.tally.unlisted = append(d.tally.unlisted, shortage{class, missing})
		}
	}
	return err
}

// itemsByClass returns how many items each slab class holds, of those that hold some.
func (d *dumper) itemsByClass() (map[int]int64, error) {
	items, err := d.source.stats("items")
	held := map[int]int64{}
	for _, s := range items {
		name, ok := strings.CutSuffix(strings.TrimPrefix(s.name, "items:"), ":number")
		class, err := strconv.ParseUint(name, 10, 16)
		if n := number([]stat{s}, s.name); ok && err == nil && n > 0 {
			held[int(class)] = n
		}
	}
	return held, err
}

// shownItem is a line of cachedump: the key, and when it expires.
var shownItem = regexp.MustCompile(`^ITEM (.*) \[\d+ b; (-?\d+) s\]$`)

// cachedump reads lines such as "ITEM key [5 b; 1176415152 s]". A key may hold line ends, if it was stored in binary: then
// it is counted, and its other pieces are passed over. gocached shows such a key, and what else could harm a line, in base64.
func (d *dumper) cachedump(class int) (done bool, err error) {
	if err := d.text.ask(fmt.Sprintf("stats cachedump %d 0", class)); err != nil {
		return false, err
	}
	for first := true; ; first = false {
		d.text.allow()
		line, err := d.text.line()
		if err != nil || line == "END" {
			return false, err
		}
		isItem := strings.HasPrefix(line, "ITEM ")
		if first && !isItem || d.pieces == maxLines {
			return false, d.text.unexpected(line)
		}
		parts := shownItem.FindStringSubmatch(line)
		if parts == nil {
			d.pieces++
			parts = []string{line, "", ""} // a key with a line end, whose first piece stands for it
		}
		if !isItem {
			continue
		}
		exptime, _ := strconv.ParseInt(parts[2], 10, 64)
		if exptime <= d.started {
			exptime = 0
		}
		if done, err := d.item(shownKey(parts[1]), exptime); done || err != nil {
			return done, err
		}
	}
}

// shownKey returns the key that a line of cachedump shows as it is, or in base64 with " b" behind it.
func shownKey(shown string) string {
	encoded, ok := strings.CutSuffix(shown, " b")
	if !ok {
		return shown
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return shown
	}
	return string(key)
}

// speakable reports whether a key can stand in a command of the text protocol.
func speakable(key string) bool {
	return key != "" && len(key) <= 250 && !strings.ContainsAny(key, " \n\x00")
}

// item fetches a value and prints it. It reports done when no more keys are wanted. An item that is gone by now is left
// out, and so is a key that cannot be asked for in text.
func (d *dumper) item(key string, exptime int64) (done bool, err error) {
	if d.left--; d.left < 0 {
		if d.endless {
			return true, fmt.Errorf("%s: %w: it lists more than twice as many keys as it says it holds", d.address, errBroken)
		}
		d.tally.limited = true
		return true, nil
	}
	d.tally.listed++
	if !speakable(key) {
		d.tally.unspeakable++
		return false, nil
	}
	s := d.values
	if err := s.ask("get " + key); err != nil {
		return false, err
	}
	line, err := s.line()
	if err != nil {
		return false, err
	}
	if line == "END" {
		d.tally.gone++
		return false, nil
	}
	words := strings.Split(line, " ")
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
	d.tally.written++
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
