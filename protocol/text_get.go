package protocol

import (
	"gocached/compat"
	"gocached/engine"
)

// A text get becomes one Get for each key, the last with FlagEnd. Only where that is not known to be the last when it is
// taken, because the line goes on in input that has not come, an End follows. There are three ways through a line:
//
//	plainGet       one key, the commonest line of all
//	getLine        the line is there up to its end: all keys are checked before the first Get is let out
//	unfinishedGet  the line is longer than what is waited for, and its end has not come: keys go out as they come
//
// The latter two leave State.InGet set if the run is full or the input is used up, and resumeGet goes on from there.

// plainGet takes the line "get key\r\n", whose request has the given flag too. It takes nothing and returns pos if the line is anything else, or not all there.
func plainGet(in []byte, pos int, run *Run, flag Flag) (next int) {
	if len(in)-pos < 4 || string(in[pos:pos+4]) != "get " {
		return pos
	}
	start := pos + 4
	stop := plainEnd(in, start)
	if stop == start || stop-start > MaxKey || stop+1 >= len(in) || in[stop] != '\r' || in[stop+1] != '\n' {
		return pos
	}
	r := take(run, in[start:stop:stop])
	r.Command, r.Hide, r.Flag = Get, HideMiss, FlagNewLine|FlagEnd|flag
	r.Start, r.Next = pos, stop+2
	return r.Next
}

// getLine takes a get whose line lies between pos and lineEnd. One bad key, and one error is all the answer.
func (p *Parser) getLine(in []byte, pos, lineEnd int, row *textCommand, words [][]byte, run *Run, end int) (next int, need Need) {
	p.State = State{InGet: true, NoKey: true, Flag: row.flag | p.Limits.getFlag()}
	keys := afterWord(in, pos)
	if row.form == formGetTouch {
		exptime, ok := p.Limits.touchExptime(words[1])
		if !ok {
			p.State = State{}
			return fail(run, BadExptime, pos, lineEnd)
		}
		p.State.Exptime = exptime
		keys = afterWord(in, keys)
	}
	first := run.N
	next, need, good := p.keys(in[:lineEnd], pos, keys, run, end)
	if !good || need == NeedRoom && !goodKeys(in[next:lineEnd]) {
		p.State = State{}
		run.N = first
		return fail(run, p.Limits.badGetKey(), pos, lineEnd)
	}
	return next, need
}

// longGet says whether a line of which only the beginning is there is a get, whose keys can be answered as they come, and
// where those begin. It is none behind more than 100 blanks (as in memcached 1.4.5), nor while it may be an HTTP request, and in
// 1.6 a gat is none.
func (p *Parser) longGet(line []byte) (row *textCommand, keys int) {
	const maxBlanks = 100
	start := skipBlanks(line, 0)
	keys = wordEnd(line, start)
	row = p.Limits.commandAt(line[start:], line[start:keys])
	if start > maxBlanks || row == nil || row.command != Get || keys == len(line) || line[keys] != ' ' {
		return nil, 0
	}
	if !p.begun && mayBeHTTP(line) {
		return nil, 0
	}
	if row.form == formGetTouch {
		if p.Limits.Compat.Has(compat.LineLimit) {
			return nil, 0
		}
		if keys = afterWord(line, keys); keys == len(line) { // or is still in its exptime
			return nil, 0
		}
	}
	return row, keys
}

// unfinishedGet begins a get whose line has become too long to wait for its end.
func (p *Parser) unfinishedGet(in []byte, pos, keys int, row *textCommand, run *Run, end int) (next int, need Need) {
	p.State = State{InGet: true, NoKey: true, Flag: row.flag | p.Limits.getFlag()}
	if row.form == formGetTouch {
		exptime, ok := p.Limits.touchExptime(Rest(in[pos:keys]))
		if !ok {
			return p.refuse(run, BadExptime, pos, keys)
		}
		p.State.Exptime = exptime
	}
	return p.someKeys(in, pos, keys, run, end)
}

// resumeGet goes on with a get that has been taken in part.
func (p *Parser) resumeGet(in []byte, pos int, run *Run, end int) (next int, need Need) {
	return p.someKeys(in, pos, pos, run, end)
}

// someKeys takes what it can of a get's keys. A bad one is answered with an error, and the rest of the line goes.
func (p *Parser) someKeys(in []byte, start, pos int, run *Run, end int) (next int, need Need) {
	next, need, good := p.keys(in, start, pos, run, end)
	if !good {
		return p.refuse(run, p.Limits.badGetKey(), start, next)
	}
	return next, need
}

// refuse answers a get with an error and lets the rest of its line be passed over.
func (p *Parser) refuse(run *Run, status engine.Status, start, next int) (int, Need) {
	p.State = State{SkipLine: true}
	next, need := fail(run, status, start, next)
	run.Requests[run.N-1].After = p.State
	return next, need
}

// keys adds a Get for each key of in[pos:], as long as there is room, up to the end of the line. start is where
// the first of these requests begins. It reports false at a key that is too long, and leaves that to the caller; there
// is room for one request then.
func (p *Parser) keys(in []byte, start, pos int, run *Run, end int) (next int, need Need, good bool) {
	for run.N < end {
		from, to, stop := nextKey(in, pos)
		switch {
		case to-from > MaxKey:
			return from, NeedNothing, false
		case from == len(in):
			return from, NeedNothing, true
		case stop == len(in):
			return from, NeedMore, true
		case from == to:
			return p.endGet(run, start, afterLine(in, from), in[stop] == 0), NeedNothing, true
		}
		r := p.addKey(run, in[from:to:to], start, to)
		if next := afterLine(in, to); next > to {
			r.Flag |= FlagEnd
			r.Next = next
			r.After = State{SkipLine: in[next-1] == 0}
			p.State = r.After
			return next, NeedNothing, true
		}
		start, pos = to, to
	}
	return pos, NeedRoom, true
}

// nextKey finds the word in[from:to] that begins at pos or behind blanks there, and where the scan stopped: at a blank,
// a NUL, a newline or the end of the input. A carriage return that belongs, or may belong, to the line's end is no part
// of the word. The word is empty where the line ends.
func nextKey(in []byte, pos int) (from, to, stop int) {
	from = skipBlanks(in, pos)
	stop = wordEnd(in, from)
	to = stop
	if to > from && in[to-1] == '\r' && (stop == len(in) || in[stop] == '\n') {
		to--
	}
	return from, to, stop
}

// goodKeys reports whether no key of a complete line is too long.
func goodKeys(line []byte) bool {
	for pos := 0; ; {
		from, to, stop := nextKey(line, pos)
		if to-from > MaxKey {
			return false
		}
		if stop == len(line) || line[stop] != ' ' {
			return true
		}
		pos = stop
	}
}

// afterLine returns where the next line begins if nothing but blanks and the line's end follow at, or 0 if there is
// more, or if the end has not come. After a NUL, which ends the words of a line, it returns what is behind that: the
// rest of the line is to be passed over.
func afterLine(in []byte, at int) (next int) {
	at = skipBlanks(in, at)
	if at+1 < len(in) && in[at] == '\r' && in[at+1] == '\n' {
		return at + 2
	}
	if at < len(in) && (in[at] == '\n' || in[at] == 0) {
		return at + 1
	}
	return 0
}

// addKey adds the Get for one key, which ends at next.
func (p *Parser) addKey(run *Run, key []byte, start, next int) *Request {
	r := take(run, key)
	r.Command, r.Hide, r.Flag = Get, HideMiss, p.State.Flag
	if p.State.NoKey {
		p.State.NoKey = false
		r.Flag |= FlagNewLine
	}
	r.Exptime = p.State.Exptime
	run.Keys[run.N-1].Touch = r.Flag&FlagTouch != 0
	r.After = p.State
	r.Start, r.Next = start, next
	return r
}

// endGet ends a get that has no further key, at a newline or a NUL. A get without any key is no command.
func (p *Parser) endGet(run *Run, start, next int, atNUL bool) int {
	keyless, touches := p.State.NoKey, p.State.Flag&FlagTouch != 0
	p.State = State{SkipLine: atNUL}
	r := take(run, nil)
	r.Command = End
	if keyless {
		r.Command, r.Status, r.Flag = Fail, UnknownCommand, FlagNewLine
		if touches || p.Limits.Compat.Has(compat.FewWords) {
			r.Status = BadFormat // as a gat's row has it
		}
	}
	r.After = p.State
	r.Start, r.Next = start, next
	return next
}
