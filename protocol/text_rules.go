package protocol

import (
	"bytes"

	"gocached/compat"
	"gocached/engine"
)

// The rules of text lines in which memcached 1.4.5 and 1.6.45 differ: see package compat. Only lines that are not of the plain
// form come here.

// shortLine is how many bytes 1.6 wants of a line, its end included, to look at it at all.
const shortLine = 4

// longLine is how many bytes of a line may come without its end.
func (l *Limits) longLine() int {
	if l.Compat.Has(compat.LineLimit) {
		return longLine1645
	}
	return longLine
}

// commandAt returns the row of the command that a line calls for, or nil. 1.6 looks for a name at the very beginning of the
// line, and only for those that operators use behind blanks too.
func (l *Limits) commandAt(line, name []byte) *textCommand {
	row := textCommandNamed(name)
	if row == nil || !l.Compat.Has(compat.LeadingBlank) {
		return row
	}
	if row.gone || line[0] == ' ' && !row.late {
		return nil
	}
	return row
}

// wordsOf returns how many words must and may follow the name of a command, and the status of any other number.
func (l *Limits) wordsOf(row *textCommand) (fewest, most int, wrong engine.Status) {
	fewest, most, wrong = row.fewest, row.most, row.wrong
	if row.exact {
		return fewest, most, wrong
	}
	if l.Compat.Has(compat.FewWords) {
		wrong = BadFormat
		if row.form == formStore {
			fewest = 4 // without its unique a cas is refused as if that were no number: the block goes too
		}
	}
	if l.Compat.Has(compat.ManyWords) {
		most = anyNumber
	}
	return fewest, most, wrong
}

// hides says what a line hides: all if its last word is noreply, else nothing. In 1.6 that may stand anywhere behind the name,
// or in the line of a command that nobody knows, for which row is nil. In 1.4.5 it has its place, and of a storage line the words behind
// the seventh do not count.
func (l *Limits) hides(row *textCommand, line []byte, words [][]byte) Hide {
	modern := l.Compat.Has(compat.NoReply)
	first := 0
	switch {
	case row == nil && !modern, row != nil && row.noreply == 0:
		return HideNothing
	case row != nil && modern:
		first = 1
	case row != nil:
		first = row.noreply
	}
	if len(words) <= first {
		return HideNothing
	}
	last := words[len(words)-1]
	if len(words) == maxWords && (modern || row.form != formStore) {
		last = lastWord(line)
	}
	if string(last) == "noreply" {
		return HideAll
	}
	return HideNothing
}

// unknown answers a line of no command.
func (p *Parser) unknown(line []byte, words [][]byte, pos, next int, run *Run) (int, Need) {
	next, need := fail(run, UnknownCommand, pos, next)
	run.Requests[run.N-1].Hide = p.Limits.hides(nil, line, words)
	return next, need
}

// badGetKey is what a get is answered that has a key too long.
func (l *Limits) badGetKey() engine.Status {
	if l.Compat.Has(compat.KeyTooLong) {
		return BadGetKey
	}
	return BadFormat
}

// uint64 reads a word as an unsigned number of 64 bits.
func (l *Limits) uint64(word []byte) (n uint64, ok bool) {
	if l.Compat.Has(compat.StrictNumbers) {
		return metaUint64(word)
	}
	return Uint64(word)
}

// touchExptime reads the expiry of touch and gat.
func (l *Limits) touchExptime(word []byte) (n int64, ok bool) {
	if l.Compat.Has(compat.StrictNumbers) {
		return metaExptime(bytes.TrimRight(word, " "))
	}
	return Exptime(word)
}

// storeExptime reads the expiry of a storage line. 1.6 reads it as 1.4.5 does, but for what becomes of a negative one.
func (l *Limits) storeExptime(word []byte) (n int64, ok bool) {
	if !l.Compat.Has(compat.NegativeExptime) {
		return Exptime(word)
	}
	n, ok = Int64(word)
	return int64(int32(n)), ok
}

// readStrictFlush reads the delay of flush_all as 1.6 does. What is only a noreply is no delay.
func readStrictFlush(r *Request, words [][]byte) engine.Status {
	if len(words) == 2 && r.Hide == HideAll {
		return engine.OK
	}
	delay, ok := metaExptime(words[1])
	if !ok {
		return BadExptime
	}
	r.Exptime = max(delay, 0)
	return engine.OK
}
