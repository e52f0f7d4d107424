package bench

import (
	"errors"
	"strconv"
	"strings"
)

// Rate is how many requests are to be sent in a second, over all connections. Zero is a closed loop: as many as are
// answered.
type Rate struct {
	text      string
	perSecond float64
	share     float64 // of what the first server can do; 0 if perSecond says it
}

// maxRate is more than any generator sends.
const maxRate = 1e9

// ParseRate reads a rate: 20000, 20k, 1.5M, or a share as 50%.
func ParseRate(text string) (Rate, error) {
	r := Rate{text: text}
	number, percent := strings.CutSuffix(text, "%")
	factor := 1.0
	if !percent && number != "" {
		switch number[len(number)-1] {
		case 'k':
			factor, number = 1e3, number[:len(number)-1]
		case 'M':
			factor, number = 1e6, number[:len(number)-1]
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	n *= factor
	if err != nil || !(n > 0) || n > maxRate || percent && n > 1000 {
		return Rate{}, errors.New("want requests a second as 20000, 20k or 1.5M, or a share as 50%")
	}
	if percent {
		r.share = n / 100
	} else {
		r.perSecond = n
	}
	return r, nil
}

// String is the text that ParseRate makes the same rate of.
func (r *Rate) String() string { return r.text }

// Set reads a rate, so that one can be a flag.
func (r *Rate) Set(text string) (err error) {
	*r, err = ParseRate(text)
	return err
}

// Type is what help calls such a flag's value.
func (*Rate) Type() string { return "rate" }
