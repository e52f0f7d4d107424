package memory

// number reads a value as memcached 1.4.5 does with C's strtoull: leading white space, a sign, digits; then the end, white
// space or a NUL. A value of nothing but white space is zero. memcached 1.4.5 takes any text behind white space for zero,
// and writes over it; that is not copied. A negative number is read modulo 2^64, and refused only if the highest bit is set
// then. Nobody needs this, but clients could rely on it.
func number(v []byte) (n uint64, ok bool) {
	i := 0
	for i < len(v) && isSpace(v[i]) {
		i++
	}
	negative := false
	if i < len(v) && (v[i] == '+' || v[i] == '-') {
		negative = v[i] == '-'
		i++
		if i == len(v) || !isDigit(v[i]) {
			return 0, false
		}
	}
	first := i
	for ; i < len(v) && isDigit(v[i]); i++ {
		d := uint64(v[i] - '0')
		if n > (1<<64-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if i < len(v) && !isSpace(v[i]) && (v[i] != 0 || i == first) {
		return 0, false
	}
	if negative {
		n = -n
		return n, int64(n) >= 0
	}
	return n, true
}

func isSpace(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
