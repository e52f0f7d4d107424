package item

// NominalSize returns the bytes that memcached 1.4.5 would compute for such an item: its header, the key with a NUL, the
// text " flags length\r\n" and the value with a line end. Clients see this size in every statistic, limits are checked
// against it, and the class in which an item is counted follows from it. It is never less than what the item takes here.
func NominalSize(keyLen, valueLen int, flags uint32, withCAS bool) int {
	const header, nul, text, lineEnd = 48, 1, len("  \r\n"), 2
	n := header + keyLen + nul + text + digits(int64(int32(flags))) + digits(int64(valueLen)) + valueLen + lineEnd
	if withCAS {
		n += 8
	}
	return n
}

// NominalSize returns the size that memcached 1.4.5 would compute for the item.
func (h *Header) NominalSize() int {
	return NominalSize(h.KeyLen(), h.ValueLen(), h.Flags(), h.shape&kindMask != noCAS)
}

// ModernSize returns the size that memcached 1.6 would compute for the item.
func (h *Header) ModernSize() int {
	const header, cas, nul, flags, lineEnd = 48, 8, 1, 4, 2
	n := header + h.KeyLen() + nul + h.ValueLen() + lineEnd
	if h.shape&kindMask != noCAS {
		n += cas
	}
	if h.shape&flagged != 0 {
		n += flags
	}
	return n
}

// digits returns how many characters n has in decimal, its sign included.
func digits(n int64) int {
	count := 1
	if n < 0 {
		count, n = 2, -n
	}
	for ; n >= 10; n /= 10 {
		count++
	}
	return count
}
