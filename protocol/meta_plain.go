package protocol

// plainMeta takes the lines "mg key v\r\n" and "ms key length\r\n". If a line is anything else, or not all there, it takes nothing
// and returns pos with NeedNothing.
func (p *Parser) plainMeta(in []byte, pos int, run *Run) (next int, need Need) {
	if len(in)-pos < 3 || in[pos] != 'm' || in[pos+2] != ' ' {
		return pos, NeedNothing
	}
	start := pos + 3
	stop := plainEnd(in, start)
	if stop == start || stop-start > MaxKey {
		return pos, NeedNothing
	}
	switch in[pos+1] {
	case 'g':
		return p.plainMetaGet(in, pos, stop, run), NeedNothing
	case 's':
		return p.plainMetaSet(in, pos, stop, run)
	}
	return pos, NeedNothing
}

// plainMetaGet takes an mg whose key ends at stop.
func (p *Parser) plainMetaGet(in []byte, pos, stop int, run *Run) (next int) {
	const rest = " v\r\n"
	if len(in)-stop < len(rest) || string(in[stop:stop+len(rest)]) != rest {
		return pos
	}
	r := p.takeMeta(run, in[pos+3:stop:stop])
	r.Command, r.Flag = Get, FlagNewLine|FlagValue
	r.Start, r.Next = pos, stop+len(rest)
	return r.Next
}

// plainMetaSet takes an ms whose key ends at stop.
func (p *Parser) plainMetaSet(in []byte, pos, stop int, run *Run) (next int, need Need) {
	length, i, ok := plainNumber(in, stop)
	if !ok || length > maxValue || i-stop > maxDigits32 || i+1 >= len(in) || in[i] != '\r' || in[i+1] != '\n' {
		return pos, NeedNothing
	}
	r := p.takeMeta(run, in[pos+3:stop:stop])
	r.Command, r.Flag = Store, FlagNewLine // OpSet is zero
	r.ValueLen = int(length)
	return p.value(in, pos, i+2, run, r, 2)
}

// takeMeta adds a request of a meta command to a run that has room for it.
func (p *Parser) takeMeta(run *Run, key []byte) *Request {
	r := take(run, key)
	r.Dialect = Meta
	r.After.Meta, p.State.Meta = true, true
	return r
}
