package protocol

import "encoding/base64"

// appendMetaReply appends the answer to a meta command, if it has no value to show: the letters of its outcome and what
// the line asked to have back, or the line of an error.
func appendMetaReply(dst []byte, r *Request, key []byte, reply *Reply) []byte {
	letters := metaOf(r, reply.Status)
	if letters == "" {
		return appendLine(dst, textOf(r, reply.Status))
	}
	dst = append(dst, letters...)
	dst = appendEchoes(dst, r, key)
	return append(dst, "\r\n"...)
}

// appendEchoes appends what a meta command gets back whatever comes of it, in the order in which its tokens ask for it: its
// opaque (O), and its key (k), which is shown in base64 if it came so (b).
func appendEchoes(dst []byte, r *Request, key []byte) []byte {
	for token, rest := firstWord(r.Tokens); len(token) > 0; token, rest = firstWord(rest) {
		switch token[0] {
		case 'O':
			dst = append(append(dst, ' '), token...)
		case 'k':
			dst = append(dst, " k"...)
			dst = appendMetaKey(dst, key, r.hasToken('b'))
		}
	}
	return dst
}

// appendMetaKey appends a key, in base64 with a mark that says so, or as it is.
func appendMetaKey(dst, key []byte, encoded bool) []byte {
	if !encoded {
		return append(dst, key...)
	}
	dst = base64.StdEncoding.AppendEncode(dst, key)
	return append(dst, " b"...)
}

// hasToken says whether one of the tokens begins with that letter.
func (r *Request) hasToken(letter byte) bool {
	for token, rest := firstWord(r.Tokens); len(token) > 0; token, rest = firstWord(rest) {
		if token[0] == letter {
			return true
		}
	}
	return false
}
