package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// codec makes requests of one protocol and takes their answers. It has no state of its own and is shared by connections.
type codec interface {
	// appendSet appends a set of key number i.
	appendSet(dst []byte, i, exptime int) []byte
	// appendGet appends a get of these keys.
	appendGet(dst []byte, keys []int) []byte
	// takeSet takes the answer to such a set from the beginning of in, and returns what follows it. The error is errTorn if
	// the answer is not there in full, and any other if it is no answer at all.
	takeSet(in []byte, i int) (rest []byte, a answer, err error)
	// takeGet does the same for a get. Each value is compared with what belongs to its key.
	takeGet(in []byte, keys []int) (rest []byte, a answer, err error)
}

// codecs are the protocols, by the name that --protocol takes.
var codecs = []struct {
	name string
	make func(*shape, *notes) codec
}{
	{"text", func(s *shape, n *notes) codec { return &textCodec{s, n} }},
	{"binary", func(s *shape, n *notes) codec { return &binaryCodec{s, n} }},
}

// newCodec returns the codec of a protocol. Faults it finds in answers are described in n.
func newCodec(s *shape, n *notes) codec {
	for _, c := range codecs {
		if c.name == s.Protocol {
			return c.make(s, n)
		}
	}
	panic("no protocol " + s.Protocol) // Validate has looked
}

// checkProtocol says what is wrong with a protocol's name.
func checkProtocol(name string) error {
	var names []string
	for _, c := range codecs {
		names = append(names, c.name)
	}
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("protocol is %q, but must be %s", name, strings.Join(names, " or "))
}

// answer is what the answer to a request came to.
type answer struct {
	misses, wrong, errors int32
	bytes                 int64 // of the values read or set
}

// errTorn says that an answer is not there in full yet.
var errTorn = errors.New("more to come")

// errStream says that bytes are not what the protocol allows at their place, so that nothing after them can be read.
func errStream(in []byte, to string) error {
	return fmt.Errorf("the answer to %s is %q", to, in[:min(len(in), 100)])
}
