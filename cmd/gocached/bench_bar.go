package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"gocached/bench"
)

// newBar returns a progress bar, which shows nothing unless it writes to a terminal.
func newBar(w io.Writer, n int64, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(n,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetVisibility(isTerminal(w)),
		progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// loadBar shows the progress of a load: a bar for the filling of each server, one for the calibration, and one for all
// turns, which moves within them.
type loadBar struct {
	w      io.Writer
	of     string // what the bar is of
	bar    *progressbar.ProgressBar
	rounds int
}

// show is told the progress.
func (b *loadBar) show(p bench.Progress) {
	of := string(p.Stage)
	if p.Stage != bench.Loading {
		of += " " + p.Server
	}
	if of != b.of {
		b.clear()
		b.of, b.bar = of, newBar(b.w, p.Total, of)
	}
	b.bar.Describe(describe(p, b.rounds))
	_ = b.bar.Set64(p.Done)
}

// describe says in words where a load is.
func describe(p bench.Progress, rounds int) string {
	switch p.Stage {
	case bench.Filling:
		return fmt.Sprintf("filling %s: %s of %s keys", p.Server, humanize.Comma(p.Done), humanize.Comma(p.Total))
	case bench.Calibrating:
		return fmt.Sprintf("what can %s do: %s requests/s", p.Server, humanize.Comma(int64(p.Rate)))
	}
	return fmt.Sprintf("round %d of %d, %s: %s requests/s", p.Round, rounds, p.Server, humanize.Comma(int64(p.Rate)))
}

// clear takes the bar off the screen.
func (b *loadBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
