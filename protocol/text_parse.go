package protocol

import (
	"bytes"

	"gocached/compat"
	"gocached/engine"
)

const (
	// longLine is how many bytes of a line that has no end yet are nothing special, in 1.4.5 and in 1.6. From then on a get is
	// answered key by key, and any other line is waited for with NeedLineEnd.
	longLine     = 1024
	longLine1645 = 2048

	// maxLine is how long a line may be in bytes, its end included (as in memcached 1.4.5, whose buffer grows to that). A
	// get may be longer, and so may what is Whole.
	maxLine = 32 << 10

	// maxWords is how many words of a line are looked at, the name included (keys of a get apart).
	maxWords = 7

	// maxValue is the longest value a line may announce. memcached refuses what does not fit into 31 bits with the two
	// bytes of the block's end.
	maxValue = 1<<31 - 1 - 2
)

// parseText takes requests from text input until the run's end. It is the text half of Parse.
func (p *Parser) parseText(in []byte, run *Run, end int) (pos int, need Need) {
	for {
		if p.Skip > 0 {
			pos = p.pass(in, pos)
		}
		if pos == len(in) {
			return pos, NeedNothing
		}
		if run.N >= end {
			return pos, NeedRoom
		}
		if pos, need = p.next(in, pos, run, end); need != NeedNothing {
			return pos, need
		}
		p.begun = true
	}
}

// next takes one line, or a part of one. The commonest lines in their plain form have ways of their own; anything unusual
// about them goes the general way, which gives the same requests.
func (p *Parser) next(in []byte, pos int, run *Run, end int) (next int, need Need) {
	switch {
	case p.State.SkipLine:
		return p.passLine(in, pos), NeedNothing
	case p.State.InGet:
		return p.resumeGet(in, pos, run, end)
	case p.State.Block > 0:
		return p.passBlock(in, pos)
	}
	if next = plainGet(in, pos, run, p.Limits.getFlag()); next > pos {
		p.State.Meta = false
		return next, NeedNothing
	}
	if next, need = p.plainSet(in, pos, run); next > pos || need != NeedNothing {
		p.State.Meta = p.State.Meta && next == pos
		return next, need
	}
	if next, need = p.plainMeta(in, pos, run); next > pos || need != NeedNothing {
		return next, need
	}
	return p.line(in, pos, run, end)
}

// passLine passes over the rest of a line.
func (p *Parser) passLine(in []byte, pos int) (next int) {
	i := bytes.IndexByte(in[pos:], '\n')
	if i < 0 {
		return len(in)
	}
	p.State = State{}
	return pos + i + 1
}

// line takes a line of any command. Only a line whose end has come is looked at, but for a long get.
func (p *Parser) line(in []byte, pos int, run *Run, end int) (next int, need Need) {
	length := bytes.IndexByte(in[pos:], '\n')
	if length < 0 {
		return p.unfinishedLine(in, pos, run, end)
	}
	next = pos + length + 1
	if next-pos > maxLine && !p.Limits.Whole {
		if row, _ := p.longGet(in[pos : pos+maxLine]); row == nil {
			return pos, NeedClose
		}
	}
	line := withoutCR(in[pos : next-1])
	if row := metaCommandOf(line); row != nil {
		return p.metaLine(in, row, line, pos, next, run)
	}
	behindMeta := p.State.Meta // then what its data block may have left is answered as by 1.6
	p.State.Meta = false
	if next-pos < shortLine && (behindMeta || p.Limits.Compat.Has(compat.ShortLine)) {
		return fail(run, BadFormat, pos, next)
	}
	var space [maxWords][]byte
	words := space[:Words(line, space[:])]
	if len(words) == 0 {
		return fail(run, UnknownCommand, pos, next)
	}
	row := p.Limits.commandAt(line, words[0])
	switch {
	case isHTTP(line, words, row != nil, !p.begun):
		return pos, NeedClose
	case row == nil:
		return p.unknown(line, words, pos, next, run)
	}
	fewest, most, wrong := p.Limits.wordsOf(row)
	switch n := len(words) - 1; {
	case n < fewest || n > most:
		if row.form == formStore && n > most {
			return p.refuseWords(run, row, words, pos, next)
		}
		return fail(run, wrong, pos, next)
	case row.form == formGet || row.form == formGetTouch:
		return p.getLine(in, pos, next, row, words, run, end)
	case row.form == formStore:
		return p.storeLine(in, pos, next, row, words, run)
	}
	r := take(run, nil)
	r.Start, r.Next = pos, next
	r.Command, r.Flag, r.Hide = row.command, row.flag|FlagNewLine, p.Limits.hides(row, line, words)
	key, status := p.Limits.read(row, r, line, words)
	if status != engine.OK {
		r.Command, r.Status = Fail, status
	} else {
		run.Keys[run.N-1].Bytes = key
	}
	if r.Flag&FlagClose != 0 {
		return next, NeedClose
	}
	return next, NeedNothing
}

// unfinishedLine looks at input that holds no end of a line. memcached 1.4.5 reads what is there, up to maxLine, and hangs
// up if there is more than longLine without an end. Here that is for the caller to decide, who has a clock: of a line that
// arrives in two packets the second may come a moment later.
func (p *Parser) unfinishedLine(in []byte, pos int, run *Run, end int) (next int, need Need) {
	length := len(in) - pos
	if length <= p.Limits.longLine() || p.Limits.Whole {
		return pos, NeedMore
	}
	if row, keys := p.longGet(in[pos:]); row != nil {
		return p.unfinishedGet(in, pos, pos+keys, row, run, end)
	}
	if length >= maxLine {
		return pos, NeedClose
	}
	return pos, NeedLineEnd
}

// withoutCR takes away the carriage return that belongs to the line's end. As in memcached one that is the whole line
// stays, and so does any second one: they are a part of the last word.
func withoutCR(line []byte) []byte {
	if last := len(line) - 1; last > 0 && line[last] == '\r' {
		return line[:last]
	}
	return line
}

// read fills r from the words of a line that is neither a get nor a store, and returns its key.
func (l *Limits) read(row *textCommand, r *Request, line []byte, words [][]byte) (key []byte, status engine.Status) {
	switch row.form {
	case formArithmetic:
		return words[1], l.readArithmetic(r, words)
	case formDelete:
		return words[1], l.readDelete(r, words)
	case formTouch:
		return words[1], l.readTouch(r, words)
	case formFlush:
		return nil, l.readFlush(r, words)
	case formVerbosity:
		status = l.readVerbosity(r, words)
	case formMemlimit:
		status = readMemlimit(r, words)
	case formSlabs:
		readSlabs(r, line, words)
	}
	r.Tokens = Rest(line)
	return nil, status
}

func (l *Limits) readArithmetic(r *Request, words [][]byte) engine.Status {
	if len(words[1]) > MaxKey {
		return BadFormat
	}
	delta, ok := l.uint64(words[2])
	if !ok {
		return BadDelta
	}
	r.Delta = delta
	return engine.OK
}

// readDelete allows a time, but only "0", and only as it was allowed in memcached 1.4.5. 1.6 looks at no word behind the key.
func (l *Limits) readDelete(r *Request, words [][]byte) engine.Status {
	if len(words) > 2 && !l.Compat.Has(compat.DeleteTime) {
		zero, silent := string(words[2]) == "0", r.Hide == HideAll
		if !zero && !silent || len(words) == 4 && !(zero && silent) {
			return BadDelete
		}
	}
	if len(words[1]) > MaxKey {
		return BadFormat
	}
	return engine.OK
}

func (l *Limits) readTouch(r *Request, words [][]byte) engine.Status {
	if len(words[1]) > MaxKey {
		return BadFormat
	}
	exptime, ok := l.touchExptime(words[2])
	if !ok {
		return BadExptime
	}
	r.Exptime = exptime
	return engine.OK
}

// readFlush reads the delay, which is not cut to 32 bits as other expiries are. What is no number counts as 0, and so does
// a negative one. memcached 1.4.5 may also refuse it for a number that was too large on an earlier line; that is not copied.
func (l *Limits) readFlush(r *Request, words [][]byte) engine.Status {
	if len(words) == 1 {
		return engine.OK
	}
	if l.Compat.Has(compat.StrictNumbers) {
		return readStrictFlush(r, words)
	}
	delay := scanNumber(words[1])
	n, fits := delay.signed()
	if !fits {
		return BadFormat
	}
	r.Exptime = max(n, 0)
	return engine.OK
}

// readVerbosity reads the level as C does, cut to 32 bits: what is no number counts as 0.
func (l *Limits) readVerbosity(r *Request, words [][]byte) engine.Status {
	if l.Compat.Has(compat.StrictNumbers) {
		level, ok := metaUint32(words[1])
		if !ok {
			return BadFormat
		}
		r.Delta = uint64(level)
		return engine.OK
	}
	level := scanNumber(words[1])
	r.Delta = uint64(uint32(level.unsigned()))
	return engine.OK
}

// take adds an empty request with that key to a run that has room for it.
func take(run *Run, key []byte) *Request {
	i := run.N
	run.N = i + 1
	k, r := &run.Keys[i], &run.Requests[i]
	k.Bytes, k.Touch, k.Exptime, k.Look = key, false, 0, nil
	*r = Request{}
	return r
}

// fail adds a request that answers in[start:next] with a status.
func fail(run *Run, status engine.Status, start, next int) (int, Need) {
	r := take(run, nil)
	r.Command, r.Status, r.Flag = Fail, status, FlagNewLine
	r.Start, r.Next = start, next
	return next, NeedNothing
}
