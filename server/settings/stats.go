package settings

import (
	"gocached/compat"
	"gocached/figure"
)

// Live is what `stats settings` shows that changes while the server runs.
type Live struct {
	TCPPort   int   // the bound port, 0 if there is none
	UDPPort   int   // likewise
	Verbosity int   // see Log.Level
	Oldest    int64 // the flush horizon, in seconds since the start; 0 if nothing was flushed
	Detail    bool  // stats detail is on

	MemoryLimit int64 // as Settings.MemoryLimit, but what a client has made of it; 0 is what it was

	Tuned map[string]string // lines of the 1.6 mode that commands have changed
}

// Stats reports `stats settings`: the 21 lines of memcached 1.4.5, or in the 1.6 mode the 66 of 1.6.45, in its order. No line of
// our own may join them, since memcached's tests count them.
func (s *Settings) Stats(emit func(name, value string), live Live) {
	if s.Compat.Has(compat.SettingsStats) {
		for _, line := range modernLines {
			emit(line.name, line.value(s, live))
		}
		return
	}
	for _, row := range shown() {
		emit(row.stat, row.value(s, live))
	}
}

// shown returns the settings that `stats settings` shows, in its order.
func shown() []*Setting {
	var order [len(table) + 1]*Setting
	last := 0
	for i := range table {
		if row := &table[i]; row.stat != "" {
			order[row.statOrder] = row
			last = max(last, row.statOrder)
		}
	}
	return order[1 : last+1]
}

// Rows describes the lines of `stats settings`, in their order: most by the flag that they show. They are words, also where
// they look like numbers, since nothing is measured.
func Rows() (rows []figure.Row) {
	for _, row := range shown() {
		text := row.Help
		if row.Letter != 0 {
			text = "See -" + string(row.Letter)
		}
		rows = append(rows, figure.New(row.stat, figure.Info, figure.None, text+"."))
	}
	return rows
}
