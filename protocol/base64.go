package protocol

import "encoding/base64"

// maxDecoded is how long what a key of base64 stands for can be.
const maxDecoded = MaxKey / 4 * 3

// notBase64 stands in base64Values for characters that are none of base64's.
const notBase64 = 0x80

// base64Values is what each character of base64 stands for.
var base64Values = func() (values [256]byte) {
	for i := range values {
		values[i] = notBase64
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(alphabet) {
		values[alphabet[i]] = byte(i)
	}
	values['='] = 0
	return values
}()

// decodeBase64 writes what src stands for to dst and returns how long that is, or 0 if src cannot be read. As in memcached 1.6.45
// characters that are none of base64's are passed over, the others must come in fours, and nothing counts behind the first four
// with padding. dst needs three bytes for each four of src.
func decodeBase64(dst, src []byte) (n int) {
	if !inFours(src) {
		return 0
	}
	var four [4]byte
	have, padding := 0, 0
	for _, c := range src {
		value := base64Values[c]
		if value == notBase64 {
			continue
		}
		if c == '=' {
			padding++
		}
		four[have] = value
		if have++; have < 4 {
			continue
		}
		dst[n], dst[n+1], dst[n+2] = four[0]<<2|four[1]>>4, four[1]<<4|four[2]>>2, four[2]<<6|four[3]
		n, have = n+3, 0
		switch {
		case padding > 2:
			return 0
		case padding > 0:
			return n - padding
		}
	}
	return n
}

// inFours says whether so many characters of src are base64's that they can be read.
func inFours(src []byte) bool {
	count := 0
	for _, c := range src {
		if base64Values[c] != notBase64 {
			count++
		}
	}
	return count > 0 && count%4 == 0
}

// appendBase64 appends src in base64, with padding.
func appendBase64(dst, src []byte) []byte { return base64.StdEncoding.AppendEncode(dst, src) }
