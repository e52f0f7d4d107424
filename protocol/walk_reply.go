package protocol

// AppendMetadump appends the line of one item of lru_crawler metadump, of which about is what stands behind the key.
func AppendMetadump(dst []byte, key, about string) []byte {
	dst = append(dst, "key="...)
	dst = AppendEscaped(dst, key)
	dst = append(dst, ' ')
	dst = append(dst, about...)
	return append(dst, " \n"...)
}

// AppendMgdump appends the line of one item of lru_crawler mgdump: what a client would ask. encoded says that the key was spelled in
// base64. So is any other that cannot stand in a line.
func AppendMgdump(dst []byte, key string, encoded bool) []byte {
	dst = append(dst, "mg "...)
	return appendLine(appendMetaKey(dst, []byte(key), encoded || !isPlain([]byte(key))), "")
}

// AppendEscaped appends a key as memcached shows it in lines of dumps and logs: what is neither a letter nor a digit nor one of -._~
// becomes %XX.
func AppendEscaped(dst []byte, key string) []byte {
	const digits = "0123456789ABCDEF"
	for from := 0; ; from++ {
		at := from
		for at < len(key) && unescaped[key[at]] {
			at++
		}
		if dst = append(dst, key[from:at]...); at == len(key) {
			return dst
		}
		dst = append(dst, '%', digits[key[at]>>4], digits[key[at]&15])
		from = at
	}
}

// unescaped has the bytes that AppendEscaped leaves as they are.
var unescaped = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		is[c] = true
	}
	return is
}()
