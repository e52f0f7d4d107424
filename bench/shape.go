package bench

import (
	"math/bits"
	"runtime"
)

// shape says what is in the requests of a load: which keys, how long, with which values. All of it follows from the
// number of a key, so that neither keys nor values take memory, and a value can be checked by whoever knows its key.
// A shape is read-only and shared by all connections.
type shape struct {
	LoadConfig
	threads int    // of the generator
	digits  int    // how many hexadecimal digits tell the keys apart
	plain   string // what stands before them, cut to the key's length
	odd     string // the same for odd keys
	pool    []byte // random bytes; a value is a window of it
	most    int    // bytes of the largest value
	popular *Zipf  // nil if all keys are equally popular
}

const (
	keyPrefix = "bench:load:key:"
	poolSize  = 64 << 10
	// oddBytes stand in odd keys. All are legal: the protocol excludes only spaces and what ends a line.
	oddBytes = "\x01\x1f\x7f\x80\xff\"%\\'$\xc3\xa9\x02"
)

func newShape(cfg LoadConfig) *shape {
	s := &shape{
		LoadConfig: cfg,
		threads:    min(runtime.GOMAXPROCS(0), cfg.Conns),
		digits:     max(1, (bits.Len(uint(cfg.Keys-1))+3)/4),
		most:       min(cfg.Value.most(), maxValue),
	}
	s.plain = keyPrefix
	for len(s.plain) < MaxKey {
		s.plain += "0"
	}
	for len(s.odd) < MaxKey {
		s.odd += oddBytes
	}
	s.pool = AppendValue(nil, "pool", poolSize+s.most)
	if cfg.Zipf > 0 {
		s.popular = NewZipf(cfg.Zipf, cfg.Keys)
	}
	return s
}

// scatter makes a chance of a key's number: always the same for the same, and unlike that of its neighbours.
func scatter(i int) uint64 {
	state := uint64(i)
	return Next(&state)
}

// pick draws a key.
func (s *shape) pick(random *uint64) int {
	if s.popular != nil {
		return s.popular.Rank(random)
	}
	return int(Next(random) % uint64(s.Keys))
}

// appendKey appends key number i.
func (s *shape) appendKey(dst []byte, i int) []byte {
	const hex = "0123456789abcdef"
	fill := s.plain
	if s.OddKeys && i%8 == 3 {
		fill = s.odd
	}
	size := min(max(s.Key.pick(scatter(i)), s.digits), MaxKey)
	dst = append(dst, fill[:size-s.digits]...)
	for shift := 4 * (s.digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hex[i>>shift&15])
	}
	return dst
}

// value is the value of key number i. Neighbours differ in every window, and the number stands in the key, which is
// compared as well. The bytes must not be changed.
func (s *shape) value(i int) []byte {
	at := uint64(i) * 0x9e3779b97f4a7c15 >> 32 % poolSize
	return s.pool[at : at+uint64(s.valueSize(i))]
}

// valueSize is how long the value of key number i is.
func (s *shape) valueSize(i int) int { return min(s.Value.pick(^scatter(i)), s.most) }
