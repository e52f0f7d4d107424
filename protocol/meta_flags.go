package protocol

import "gocached/engine"

const (
	// maxOpaque is how long an opaque may be, its letter included.
	maxOpaque = 32

	// maxLetters is how many flags there are of which the order counts, see metaFlags.take.
	maxLetters = 11
)

// metaFlags reads the flags of a meta command into its request. Every command reads all flags and makes use of its own: what is
// wrong with one of another's is refused too (as in memcached 1.6.45).
type metaFlags struct {
	row   *metaCommand
	r     *Request
	key   []byte // as it came, and once b has been read what it stands for
	space []byte // for that

	words   int           // of the line
	first   []byte        // the first flag
	seen    uint64        // a bit for each letter
	letters int           // how many are in r.Letters
	mode    byte          // what follows M, or zero
	fault   engine.Status // the last that was found
	stuck   bool          // after which no flag is read
}

// read takes the flags of a line from at on. It reports false if a word begins with none of the characters that a flag may begin
// with: then nothing else counts.
func (f *metaFlags) read(line []byte, at int) bool {
	for f.words = 1 + f.row.fewest; f.words < maxMetaWords; f.words++ {
		var word []byte
		if word, at = metaWord(line, at); len(word) == 0 {
			break
		}
		if c := word[0]; (c < 'A' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
		if f.first == nil {
			f.first = word
		}
		if !f.stuck && f.row.command != Describe {
			f.take(word)
		}
	}
	return true
}

// take takes one flag: a letter, and what belongs to it.
func (f *metaFlags) take(word []byte) {
	letter := word[0]
	bit := uint64(1) << (letter & 63)
	if f.seen&bit != 0 {
		f.fault, f.stuck = DoubledFlag, true
		return
	}
	f.seen |= bit
	switch letter {
	case 'O':
		f.r.Tokens = word
		f.note(letter)
	case 'k', 'c', 's', 't', 'f', 'l', 'h':
		f.note(letter)
	case 'v':
		f.r.Flag |= FlagValue
	case 'q':
		f.r.Hide = f.row.quiet
	case 'u':
		f.r.Flag |= FlagNoBump
	case 'x':
		f.r.Flag |= FlagEmpty
	case 'I':
		f.r.Flag |= FlagStale
	case 'b':
		if !f.decodeKey() {
			f.fault = BadKey
		}
	case 'P', 'L': // for proxies
	case 'M':
		f.mode = ' '
		if len(word) > 1 {
			f.mode = word[1]
		}
	default:
		f.takeNumber(letter, word[1:])
	}
}

// note notes a flag of which the order counts.
func (f *metaFlags) note(letter byte) {
	f.r.Letters[f.letters] = letter
	f.letters++
}

// takeNumber takes a flag that is followed by a number.
func (f *metaFlags) takeNumber(letter byte, number []byte) {
	r, wrong, ok := f.r, BadToken, false
	switch letter {
	case 'T':
		r.Exptime, ok = metaExptime(number)
		r.Flag |= FlagTouch
		f.note(letter)
	case 'N':
		r.Vivify, ok = metaExptime(number)
		r.Flag |= FlagVivify
		f.note(letter)
	case 'R':
		r.Recache, ok = metaExptime(number)
		r.Flag |= FlagRecache
		f.note(letter)
	case 'C':
		r.CAS, ok = metaUint64(number)
		r.Flag |= FlagCompare
	case 'E':
		r.NewCAS, ok = metaUint64(number)
		r.Flag |= FlagNewCAS
	case 'F':
		r.Flags, ok = metaUint32(number)
		if wrong = f.fault; wrong == engine.OK { // it has no words of its own
			wrong = BadFormat
		}
	case 'J':
		r.Initial, ok = metaUint64(number)
		wrong = BadInitial
	case 'D':
		r.Delta, ok = metaUint64(number)
		wrong = BadDeltaToken
	default:
		wrong, f.stuck = UnknownFlag, true
	}
	if !ok {
		f.fault = wrong
	}
}

// decodeKey takes the key for base64, and says whether it is. One that is too long is refused anyway.
func (f *metaFlags) decodeKey() bool {
	f.r.Flag |= FlagEncoded
	if f.tooLong() {
		return true
	}
	n := decodeBase64(f.space, f.key)
	f.key = f.space[:n:n]
	return n > 0
}

func (f *metaFlags) tooLong() bool { return len(f.key) > MaxKey }

func (f *metaFlags) has(letter byte) bool { return f.seen&(1<<(letter&63)) != 0 }

// judge says whether the command can be carried out, and completes its request.
func (f *metaFlags) judge() engine.Status {
	status := f.faultOfWords()
	if status == engine.OK {
		status = f.apply()
	}
	if status == engine.OK && len(f.r.Tokens) > maxOpaque {
		return LongOpaque
	}
	return status
}

// faultOfWords says what is wrong with the words. All commands but ma tell one from another.
func (f *metaFlags) faultOfWords() engine.Status {
	status := f.fault
	switch {
	case f.tooLong():
		status = BadFormat
	case f.words > maxFlagWords && f.r.Command != Describe:
		status = TooManyFlags
	}
	if status != engine.OK && f.r.Command == Arithmetic {
		return BadArithmetic
	}
	return status
}

// apply makes of the flags what the command makes of them.
func (f *metaFlags) apply() engine.Status {
	switch f.r.Command {
	case Store:
		return f.applyToStore()
	case Arithmetic:
		return f.applyToArithmetic()
	case Describe:
		return f.applyToDescribe()
	}
	return engine.OK
}

// applyToStore chooses the way of storing. A CAS makes a cas of what is no add and no join. Only a join can vivify.
func (f *metaFlags) applyToStore() engine.Status {
	r := f.r
	switch f.mode {
	case 0, 'S':
		r.Op = engine.OpSet
	case 'E':
		r.Op = engine.OpAdd
	case 'A':
		r.Op = engine.OpAppend
	case 'P':
		r.Op = engine.OpPrepend
	case 'R':
		r.Op = engine.OpReplace
	default:
		return BadStoreMode
	}
	switch {
	case !r.IsChange():
		r.Flag &^= FlagVivify
	case r.Flag&FlagVivify != 0:
		r.Exptime = r.Vivify
	}
	if r.Flag&FlagCompare != 0 && (r.Op == engine.OpSet || r.Op == engine.OpReplace) {
		r.Op = engine.OpCAS
	}
	return engine.OK
}

// applyToArithmetic chooses whether to add or to take away. Without a delta it is one.
func (f *metaFlags) applyToArithmetic() engine.Status {
	switch f.mode {
	case 0, 'I', '+':
	case 'D', '-':
		f.r.Flag |= FlagDecrease
	default:
		return BadArithmeticMode
	}
	if !f.has('D') {
		f.r.Delta = 1
	}
	if f.r.Flag&FlagVivify != 0 {
		f.r.Flag |= FlagCreate
	}
	return engine.OK
}

// applyToDescribe looks for the only flag of me, which counts only if it comes first and one more word follows (as in memcached
// 1.6.45).
func (f *metaFlags) applyToDescribe() engine.Status {
	if f.words > 1+f.row.fewest+1 && string(f.first) == "b" && !f.decodeKey() {
		return BadFormat
	}
	return engine.OK
}
