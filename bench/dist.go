package bench

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Dist is a distribution of whole numbers: of sizes in bytes, or of times in seconds. Zero is always 0. It is read-only
// once set, and may be copied.
type Dist struct {
	text  string
	parts []part
}

// part is one of the parts of a distribution: a number, a range or an exponential.
type part struct {
	upTo uint64  // this part is taken by chances below this, of 1<<32
	low  int     // the number, or the smallest of the range
	span uint64  // how many numbers the range has beyond the smallest
	mean float64 // of an exponential; 0 if it is none
}

// Bounds of a distribution.
const (
	maxParts  = 64
	maxNumber = 1 << 30
)

// Fixed is a distribution of one number.
func Fixed(n int) Dist {
	return Dist{strconv.Itoa(n), []part{{upTo: 1 << 32, low: n}}}
}

// ParseDist reads a distribution:
//
//	100              always 100
//	50-200           any from 50 to 200
//	exp:300          exponential with a mean of 300; at most 22 times as much
//	100:90,4000:10   parts with weights; one without has weight 1
//
// Each part of a list may be any of these: 10-99:7,exp:300:2,5000.
func ParseDist(text string) (Dist, error) {
	words := strings.Split(text, ",")
	if len(words) > maxParts {
		return Dist{}, fmt.Errorf("%d parts, more than %d", len(words), maxParts)
	}
	d := Dist{text: text}
	weights, sum := make([]float64, len(words)), 0.0
	for i, word := range words {
		p, weight, err := parsePart(word)
		if err != nil {
			return Dist{}, fmt.Errorf("%q: %w", word, err)
		}
		d.parts, weights[i] = append(d.parts, p), weight
		sum += weight
	}
	below := 0.0
	for i := range d.parts {
		below += weights[i]
		d.parts[i].upTo = uint64(below / sum * (1 << 32))
	}
	d.parts[len(d.parts)-1].upTo = 1 << 32
	return d, nil
}

// parsePart reads a part and its weight.
func parsePart(word string) (p part, weight float64, err error) {
	weight = 1
	rest, exponential := strings.CutPrefix(word, "exp:")
	numbers, tail, weighted := strings.Cut(rest, ":")
	if weighted {
		if weight, err = strconv.ParseFloat(tail, 64); err != nil || !(weight > 0) || weight > maxNumber {
			return p, 0, errors.New("the weight is no number above 0")
		}
	}
	low, high, ranged := strings.Cut(numbers, "-")
	if p.low, err = parseNumber(low); err != nil {
		return p, 0, err
	}
	switch {
	case exponential && (ranged || p.low == 0):
		return p, 0, errors.New("an exponential has a mean above 0, and no range")
	case exponential:
		p.low, p.mean = 0, float64(p.low)
	case ranged:
		top, err := parseNumber(high)
		if err != nil {
			return p, 0, err
		}
		if top < p.low {
			return p, 0, errors.New("the range ends before it begins")
		}
		p.span = uint64(top - p.low)
	}
	return p, weight, nil
}

func parseNumber(word string) (int, error) {
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil || n > maxNumber {
		return 0, fmt.Errorf("want a number up to %d, a range as 50-200, or exp:300", maxNumber)
	}
	return int(n), nil
}

// pick returns the number for a chance: the same for the same chance, and distributed as asked for if chances are evenly
// distributed over all 64 bits.
func (d *Dist) pick(chance uint64) int {
	if len(d.parts) == 0 {
		return 0
	}
	i := 0
	for chance>>32 >= d.parts[i].upTo {
		i++
	}
	p := &d.parts[i]
	return p.low + p.above(chance<<32>>32)
}

// above is how much more than the smallest number it is, for a chance of 1<<32.
func (p *part) above(chance uint64) int {
	if p.mean > 0 {
		return int(-p.mean * math.Log((float64(chance)+0.5)/(1<<32)))
	}
	return int(chance * (p.span + 1) >> 32)
}

// within says what is wrong if a number or the mean of an exponential is beyond these bounds.
func (d *Dist) within(low, high int) error {
	for i := range d.parts {
		p := &d.parts[i]
		bottom, top := p.low, p.low+int(p.span)
		if p.mean > 0 {
			bottom, top = int(p.mean), int(p.mean)
		}
		if bottom < low || top > high {
			return fmt.Errorf("is %s, but must be from %d to %d", d, low, high)
		}
	}
	return nil
}

// most is the largest number it can give.
func (d *Dist) most() (n int) {
	for i := range d.parts {
		p := &d.parts[i]
		if p.mean > 0 {
			n = max(n, p.above(0))
		} else {
			n = max(n, p.low+int(p.span))
		}
	}
	return n
}

// String is the text that ParseDist makes the same distribution of.
func (d *Dist) String() string {
	if d.text == "" {
		return "0"
	}
	return d.text
}

// Set reads a distribution, so that one can be a flag.
func (d *Dist) Set(text string) (err error) {
	*d, err = ParseDist(text)
	return err
}

// Type is what help calls such a flag's value.
func (*Dist) Type() string { return "sizes" }
