package figure

import (
	"fmt"
	"regexp"
	"strings"
)

// split cuts the row's name at the word in braces.
func (r *Row) split() (before, word, after string) {
	before, rest, _ := strings.Cut(r.Name, "{")
	word, after, _ = strings.Cut(rest, "}")
	return before, word, after
}

// Word returns what the number in the figures' names is of: class, for items:{class}:number. "" if the row is of one
// figure alone.
func (r *Row) Word() string {
	_, word, _ := r.split()
	return word
}

// Named returns the name of the figure with this number.
func (r *Row) Named(number string) string {
	before, _, after := r.split()
	return before + number + after
}

// match says whether a name is the row's, and which number it has.
func (r *Row) match(name string) (number string, ok bool) {
	before, word, after := r.split()
	if word == "" {
		return "", name == r.Name
	}
	number, ok = strings.CutPrefix(name, before)
	if ok {
		number, ok = strings.CutSuffix(number, after)
	}
	return number, ok && number != "" && strings.Trim(number, "0123456789") == ""
}

var (
	names     = regexp.MustCompile(`^[a-z0-9_:]*(\{[a-z]+\}[a-z0-9_:]*)?$`)
	sentences = regexp.MustCompile(`^[-A-Z0-9][^\n|]*\.$`)
)

// Check returns what is wrong with a row, for tests.
func (r *Row) Check() error {
	switch {
	case r.Name == "" || !names.MatchString(r.Name):
		return fmt.Errorf("%q is no name of a figure", r.Name)
	case r.Kind < Info || r.Kind > Gauge:
		return fmt.Errorf("%s is of no kind", r.Name)
	case r.Kind == Info && r.Unit != None:
		return fmt.Errorf("%s has a unit, %s, and is no number", r.Name, r.Unit)
	case !sentences.MatchString(r.Text):
		return fmt.Errorf("%s is explained by no sentence: %q", r.Name, r.Text)
	}
	return nil
}
