package protocol

import (
	"bytes"
	"math"

	"gocached/compat"
	"gocached/engine"
)

// plainSet takes a set line of the plain form: one blank between words, numbers of nothing but digits. If the line is
// anything else, or not all there, it takes nothing and returns pos with NeedNothing.
func (p *Parser) plainSet(in []byte, pos int, run *Run) (next int, need Need) {
	if len(in)-pos < 4 || string(in[pos:pos+4]) != "set " {
		return pos, NeedNothing
	}
	keyEnd := plainEnd(in, pos+4)
	key := in[pos+4 : keyEnd : keyEnd]
	if len(key) == 0 || len(key) > MaxKey {
		return pos, NeedNothing
	}
	flags, i, ok := plainNumber(in, keyEnd)
	if !ok {
		return pos, NeedNothing
	}
	exptime, lengthAt, ok := plainNumber(in, i)
	if !ok {
		return pos, NeedNothing
	}
	length, i, ok := plainNumber(in, lengthAt)
	if !ok || length > maxValue || exptime > math.MaxInt32 || i-lengthAt > 1+maxDigits32 {
		return pos, NeedNothing
	}
	hide := HideNothing
	if bytes.HasPrefix(in[i:], noreplyEnd) {
		hide = HideAll
		i += len(noreplyEnd) - 2
	}
	if i+1 >= len(in) || in[i] != '\r' || in[i+1] != '\n' {
		return pos, NeedNothing
	}
	r := take(run, key)
	r.Command, r.Hide, r.Flag = Store, hide, FlagNewLine // OpSet is zero
	r.Flags, r.Exptime, r.ValueLen = uint32(flags), int64(exptime), int(length)
	return p.value(in, pos, i+2, run, r, 2)
}

// noreplyEnd is how a plain set line ends that wants no answer.
var noreplyEnd = []byte(" noreply\r\n")

// plainNumber reads a blank and the digits behind it.
func plainNumber(in []byte, at int) (n uint64, end int, ok bool) {
	if at >= len(in) || in[at] != ' ' {
		return 0, at, false
	}
	n, end = digits(in, at+1)
	return n, end, end > at+1
}

// storeLine takes a storage command whose line lies between pos and data.
func (p *Parser) storeLine(in []byte, pos, data int, row *textCommand, words [][]byte, run *Run) (next int, need Need) {
	hide := p.Limits.hides(row, withoutCR(in[pos:data-1]), words)
	flags, okFlags := Uint32(words[2])
	exptime, okExptime := p.Limits.storeExptime(words[3])
	length, okLength := p.Limits.valueLength(words)
	cas, okCAS := uint64(0), true
	if row.op == engine.OpCAS {
		cas, okCAS = p.Limits.unique(words)
	}
	if !okLength && p.Limits.Compat.Has(compat.NoReply) {
		hide = HideNothing
	}
	if !okFlags || !okExptime || !okLength || !okCAS || len(words[1]) > MaxKey {
		return p.refuseStore(run, hide, pos, data, length, okLength)
	}
	r := take(run, words[1])
	r.Command, r.Op, r.Flag, r.Hide = Store, row.op, row.flag|FlagNewLine, hide
	r.Flags, r.Exptime, r.CAS, r.ValueLen = flags, exptime, cas, length
	if row.op == engine.OpCAS && p.Limits.NoCAS && p.Limits.Compat.Has(compat.GuardWithoutCAS) {
		r.Op |= engine.Exact
	}
	return p.value(in, pos, data, run, r, 2)
}

// valueLength reads the word of a storage line that says how long its data block is. False means that this is not known.
func (l *Limits) valueLength(words [][]byte) (length int, ok bool) {
	if len(words) < 5 {
		return 0, false
	}
	if l.Compat.Has(compat.StrictNumbers) {
		return metaLength(words[4])
	}
	n, ok := Int64(words[4])
	if !ok || n < 0 || n > maxValue {
		return 0, false
	}
	return int(n), true
}

// unique reads the word of a cas line that says which CAS the item must have.
func (l *Limits) unique(words [][]byte) (cas uint64, ok bool) {
	switch {
	case len(words) < 6:
		return 0, false
	case l.Compat.Has(compat.StrictNumbers):
		return metaUint64(words[5])
	}
	return Uint64(words[5])
}

// refuseStore answers a storage line that is at fault. Its data block is passed over if its length is known: whoever
// chooses a value must not be able to give commands (memcached 1.4.5 reads it as commands, 1.6 does not).
func (p *Parser) refuseStore(run *Run, hide Hide, pos, data, length int, known bool) (next int, need Need) {
	next, need = fail(run, BadFormat, pos, data)
	r := &run.Requests[run.N-1]
	r.Hide = hide
	if known {
		r.Skip = uint64(length) + 2
		p.Skip = r.Skip
	}
	return next, need
}

// refuseWords answers a storage line with too many words. Its length can be read, so its data block must go too, or a value
// could give commands. But memcached 1.4.5 reads what follows as commands, and so a client that sends such a line without a
// block is in step with it (text/set-sixth-word), and must be here. So a block is passed over where one is seen to follow, see
// passBlock, and only one that is too long to be waited for is passed over unseen. With too few words there is no length, or
// none is known to be it: memcached 1.4.5's own tests want what follows to be read as commands.
func (p *Parser) refuseWords(run *Run, row *textCommand, words [][]byte, pos, data int) (next int, need Need) {
	next, need = fail(run, row.wrong, pos, data)
	r := &run.Requests[run.N-1]
	length, known := p.Limits.valueLength(words)
	switch {
	case !known:
	case length+2 > int(p.Limits.StreamFrom): // too long to be looked at
		r.Skip = uint64(length) + 2
		p.Skip = r.Skip
	default:
		r.After = State{Block: length + 2}
		p.State = r.After
	}
	return next, need
}

// passBlock passes over what may be the data block of a refused line if it ends as one does. If not, it is commands.
func (p *Parser) passBlock(in []byte, pos int) (next int, need Need) {
	end := pos + p.State.Block
	if end > len(in) {
		return pos, NeedMore
	}
	p.State = State{}
	if in[end-2] == '\r' && in[end-1] == '\n' {
		return end, NeedNothing
	}
	return pos, NeedNothing
}

// value completes r, the last request of the run, with its value. The request begins at start, the value at data; tail
// bytes follow it, CR and LF in text and none in binary.
//
// If all is there, the request takes it. If not, a value shorter than StreamFrom is waited for, as is any of them in whole
// input, and the request is withdrawn. Of a longer one the request takes what has come: never a byte of the tail, even if some of it is there.
func (p *Parser) value(in []byte, start, data int, run *Run, r *Request, tail int) (next int, need Need) {
	have, n := in[data:], r.ValueLen
	r.Start = start
	switch {
	case len(have) >= n+tail:
		r.Value = have[:n:n]
		r.Next = data + n + tail
		if tail != 0 && (have[n] != '\r' || have[n+1] != '\n') {
			r.Flag |= FlagBadData
		}
		return r.Next, NeedNothing
	case n < int(p.Limits.StreamFrom), p.Limits.Whole:
		run.N--
		return start, NeedMore
	}
	have = have[:min(n, len(have))]
	r.Value = have[:len(have):len(have)]
	r.Flag |= FlagStreaming
	r.Next = data + len(have)
	return r.Next, NeedStream
}
