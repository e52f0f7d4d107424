// Package prefix counts requests by what stands in front of their keys, for stats detail and -D.
package prefix

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Counts counts per key prefix (stats detail): what stands before the delimiter of -D. It is off unless somebody
// asks, since it takes one lock for all; keys without the delimiter are not counted (as in memcached).
type Counts struct {
	On        atomic.Bool
	Delimiter byte

	mu    sync.Mutex
	table map[string]*prefixCounts
}

type prefixCounts struct{ gets, hits, sets, dels uint64 }

// MaxPrefixes bounds the table: a client that makes up prefixes must not take memory without end. Prefixes beyond it
// are not counted.
const MaxPrefixes = 10_000

// of returns the counts of a key's prefix, or nil. The lock is held.
func (p *Counts) of(key []byte) *prefixCounts {
	n := bytes.IndexByte(key, p.Delimiter)
	if n < 0 {
		return nil
	}
	if c := p.table[string(key[:n])]; c != nil {
		return c
	}
	if len(p.table) >= MaxPrefixes {
		return nil
	}
	if p.table == nil {
		p.table = make(map[string]*prefixCounts)
	}
	c := new(prefixCounts)
	p.table[string(key[:n])] = c
	return c
}

// change applies f to the counts of a key's prefix.
func (p *Counts) change(key []byte, f func(*prefixCounts)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.of(key); c != nil {
		f(c)
	}
}

func (p *Counts) Get(key []byte, hit bool) {
	p.change(key, func(c *prefixCounts) {
		c.gets++
		if hit {
			c.hits++
		}
	})
}

func (p *Counts) Set(key []byte) { p.change(key, func(c *prefixCounts) { c.sets++ }) }
func (p *Counts) Del(key []byte) { p.change(key, func(c *prefixCounts) { c.dels++ }) }

// Clear forgets all counts.
func (p *Counts) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.table = nil
}

// Dump appends a line for each prefix, in the order of their names. The lock is held only while the counts are copied.
func (p *Counts) Dump(dst []byte) []byte {
	type line struct {
		name string
		prefixCounts
	}
	p.mu.Lock()
	lines := make([]line, 0, len(p.table))
	for name, c := range p.table {
		lines = append(lines, line{name, *c})
	}
	p.mu.Unlock()
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.name, b.name) })
	for _, l := range lines {
		dst = fmt.Appendf(dst, "PREFIX %s get %d hit %d set %d del %d\r\n", l.name, l.gets, l.hits, l.sets, l.dels)
	}
	return dst
}
