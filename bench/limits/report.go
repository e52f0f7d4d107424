package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// runAll makes the attacks and prints the table as it grows. It reports whether gocached kept to every bound.
func runAll(opts *options) (ok bool) {
	start := time.Now()
	fmt.Fprintf(os.Stderr, "seed %d\n", opts.seed)
	head := []string{"attack", "bound", "gocached"}
	for _, p := range opts.peers {
		head = append(head, p.name)
	}
	printRow(append(head, "ok"))
	printRow(slices.Repeat([]string{"---"}, len(head)+1))
	ok = true
	lesser := false // an attack on a peer was
	for i := range attacks {
		a := &attacks[i]
		if len(opts.only) > 0 && !slices.Contains(opts.only, a.name) {
			continue
		}
		ok = runOne(opts, a) && ok
		lesser = lesser || a.long && !opts.short && len(opts.peers) > 0
	}
	if lesser {
		fmt.Println("\n\\* in the short form of the attack, a small part of it")
	}
	fmt.Fprintf(os.Stderr, "%.0f s\n", time.Since(start).Seconds())
	return ok
}

// outcome is what an attack on one server showed.
type outcome struct {
	figures []float64 // one for each bound
	err     error
}

// runOne makes one attack on all servers and prints its lines.
func runOne(opts *options, a *attack) (ok bool) {
	var peers []outcome
	for _, p := range opts.peers {
		if a.alone {
			peers = append(peers, outcome{})
			continue
		}
		peers = append(peers, attempt(opts, a, p))
	}
	compared, with := peers, "memcached"
	switch {
	case !a.compares():
	case len(peers) > 0:
		with = opts.peers[0].name
	default:
		compared, with = []outcome{attempt(opts, a, reference())}, "reference"
	}
	limits := a.limits(compared)
	own := attempt(opts, a, target{name: "gocached", program: opts.ours, ours: true})
	for try := 1; a.noisy && try < 3 && own.err == nil && !own.within(limits); try++ {
		fmt.Fprintf(os.Stderr, "  %s: %v is more than %v; the machine may have been busy, so it is measured again\n", a.name, own.figures, limits)
		own = attempt(opts, a, target{name: "gocached", program: opts.ours, ours: true})
	}
	for i, b := range a.bounds {
		verdict := "ok"
		if own.err != nil || !(own.figures[i] <= limits[i]) {
			verdict = "**FAILED**"
		}
		cells := []string{a.what + b.what, b.text(with), own.cell(i, b.unit)}
		for _, p := range peers {
			cell := p.cell(i, b.unit)
			if a.long && !opts.short && p.figures != nil {
				cell += " *"
			}
			cells = append(cells, cell)
		}
		printRow(append(cells, verdict))
	}
	return own.within(limits)
}

// compares says whether a bound depends on another server.
func (a *attack) compares() bool {
	return slices.ContainsFunc(a.bounds, func(b bound) bool { return b.peers > 0 })
}

// limits are the bounds as numbers.
func (a *attack) limits(peers []outcome) (limits []float64) {
	for i, b := range a.bounds {
		limit := b.most
		if b.peers > 0 && len(peers) > 0 && peers[0].err == nil {
			limit += b.peers * peers[0].figures[i]
		}
		limits = append(limits, limit)
	}
	return limits
}

// within says whether all figures keep to their limits.
func (o outcome) within(limits []float64) bool {
	for i, limit := range limits {
		if o.err != nil || !(o.figures[i] <= limit) {
			return false
		}
	}
	return true
}

// attempt makes an attack on one server and stops whatever it started.
func attempt(opts *options, a *attack, of target) (o outcome) {
	t := &trial{options: opts, target: of, attack: a}
	defer t.stopAll()
	start := time.Now()
	figures, err := a.run(t)
	if err == nil {
		err = t.died()
	}
	fmt.Fprintf(os.Stderr, "  %s, %s: %.1f s\n", a.name, of.name, time.Since(start).Seconds())
	if err != nil {
		fmt.Fprintf(os.Stderr, "  %s, %s: %v\n%s", a.name, of.name, err, t.lastWords())
		return outcome{err: err}
	}
	return outcome{figures: figures}
}

func (o outcome) cell(i int, unit string) string {
	switch {
	case o.err != nil:
		return "failed"
	case o.figures == nil:
		return "-"
	}
	return format(o.figures[i], unit)
}

// text says what is allowed. with is the server that it is compared with.
func (b bound) text(with string) string {
	text := "≤ " + format(b.most, b.unit)
	if b.most == 0 {
		text = "0"
	}
	switch b.peers {
	case 0:
	case 1:
		text += " + " + with + "'s"
	default:
		text += fmt.Sprintf(" + %v × %s's", b.peers, with)
	}
	return text
}

// format prints a figure with three digits.
func format(f float64, unit string) string {
	digits := 3
	if f != 0 {
		digits = max(digits, int(math.Log10(math.Abs(f)))+1)
	}
	return strings.TrimSpace(strconv.FormatFloat(f, 'g', digits, 64) + " " + unit)
}

// printRow prints a line of the table, which a page in Markdown can take as it is.
func printRow(cells []string) {
	widths := []int{94, 20, 10, 10, 10, 10}
	line := "|"
	for i, cell := range cells {
		width := 3
		if i < len(widths) && i < len(cells)-1 {
			width = widths[i]
		}
		line += " " + cell + strings.Repeat(" ", max(0, width-len([]rune(cell)))) + " |"
	}
	fmt.Println(line)
}
