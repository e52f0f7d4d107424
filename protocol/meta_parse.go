package protocol

import "gocached/engine"

const (
	// maxFlagWords is how many words the line of a meta command may have, its name included, and maxMetaWords how many of them
	// are looked at to see whether they can be flags (as in memcached 1.6.45).
	maxFlagWords = 20
	maxMetaWords = 23
)

// metaLine takes the line of a meta command, which lies between pos and next. line is the same without its end:
//
//	mg|md|ma|me key flag...    ms key length flag...    mn ...
//
// Only blanks separate words, so a key may hold a NUL.
func (p *Parser) metaLine(in []byte, row *metaCommand, line []byte, pos, next int, run *Run) (int, Need) {
	if !p.begun {
		var space [maxWords][]byte
		if isHTTP(line, space[:Words(line, space[:])], true, true) {
			return pos, NeedClose
		}
	}
	r := p.takeMeta(run, nil)
	r.Start, r.Next = pos, next
	r.Command, r.Flag = row.command, FlagNewLine
	switch {
	case row.command != Noop:
		return p.metaWords(in, row, line, run, r)
	case next-pos < shortLine:
		r.refuse(BadFormat)
	}
	return next, NeedNothing
}

// metaWords reads the words behind the name of a meta command. What is wrong is told in memcached 1.6.45's words and order. A
// data block is passed over then, unless its length cannot be read or a word can be no flag (as in memcached).
func (p *Parser) metaWords(in []byte, row *metaCommand, line []byte, run *Run, r *Request) (next int, need Need) {
	key, at := metaWord(line, 2)
	length, known := 0, true
	if row.command == Store {
		var word []byte
		word, at = metaWord(line, at)
		length, known = metaLength(word)
	}
	f := metaFlags{row: row, r: r, key: key, space: run.decoded[run.N-1][:]}
	if len(key) == 0 || !known || !f.read(line, at) {
		r.refuse(BadFormat)
		return r.Next, NeedNothing
	}
	if status := f.judge(); status != engine.OK {
		r.refuse(status)
		if row.command == Store {
			r.Skip = uint64(length) + 2
			p.Skip = r.Skip
		}
		return r.Next, NeedNothing
	}
	run.Keys[run.N-1].Bytes = f.key
	if row.command == Store {
		r.ValueLen = length
		return p.value(in, r.Start, r.Next, run, r, 2)
	}
	return r.Next, NeedNothing
}

// metaWord returns the word of line that begins at or behind at, past any blanks, and where it ends. It is empty if there is none.
func metaWord(line []byte, at int) (word []byte, end int) {
	from := skipBlanks(line, at)
	end = plainEnd(line, from)
	for end < len(line) && line[end] != ' ' {
		end = plainEnd(line, end+1)
	}
	return line[from:end:end], end
}

// refuse makes a meta request one that is answered with a status alone.
func (r *Request) refuse(status engine.Status) {
	*r = Request{Command: Fail, Status: status, Dialect: Meta, Flag: FlagNewLine, After: r.After, Start: r.Start, Next: r.Next}
}
