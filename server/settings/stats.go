package settings

// Live is what `stats settings` shows that changes while the server runs.
type Live struct {
	TCPPort   int   // the bound port, 0 if there is none
	UDPPort   int   // likewise
	Verbosity int   // see Log.Level
	Oldest    int64 // the flush horizon, in seconds since the start; 0 if nothing was flushed
	Detail    bool  // stats detail is on
}

// Stats reports `stats settings`: the 21 lines of memcached 1.4.5, in its order. No line of our own may join them, since
// memcached's tests count them.
func (s *Settings) Stats(emit func(name, value string), live Live) {
	var order [len(table) + 1]*Setting
	last := 0
	for i := range table {
		if row := &table[i]; row.stat != "" {
			order[row.statOrder] = row
			last = max(last, row.statOrder)
		}
	}
	for _, row := range order[1 : last+1] {
		emit(row.stat, row.value(s, live))
	}
}
