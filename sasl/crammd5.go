package sasl

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
)

// cramMD5 is CRAM-MD5 (RFC 2195): the server sends a challenge that was never sent before, the client answers with its
// name, a blank and the keyed digest of the challenge in hexadecimal.
type cramMD5 struct {
	*attempt
	challenge []byte
}

// next sends the challenge, then checks the answer. The client has nothing to say first.
func (c *cramMD5) next(data []byte) ([]byte, Result, string) {
	if c.challenge == nil {
		if len(data) > 0 {
			return nil, Failed, ""
		}
		c.challenge = []byte("<" + c.auth.nonce() + "@" + c.auth.hostname + ">")
		return bytes.Clone(c.challenge), Continue, ""
	}
	blank := bytes.LastIndexByte(data, ' ')
	if blank < 1 || blank > maxName || len(data)-blank-1 != hex.EncodedLen(md5.Size) {
		return nil, Failed, ""
	}
	user := data[:blank]
	var digest [md5.Size]byte
	if _, err := hex.Decode(digest[:], data[blank+1:]); err != nil {
		return nil, Failed, ""
	}
	if !c.table.verifyCRAM(user, c.challenge, digest[:], c.work) {
		return nil, Failed, ""
	}
	return nil, OK, string(user)
}

// cramKey returns the key under which HMAC-MD5 treats the password, so that a long one costs no more than a short one.
func cramKey(password []byte) [md5.BlockSize]byte {
	var key [md5.BlockSize]byte
	if len(password) > len(key) {
		sum := md5.Sum(password)
		copy(key[:], sum[:])
	} else {
		copy(key[:], password)
	}
	return key
}

// verifyCRAM reports whether digest is the user's answer to the challenge. It works alike for every name.
func (t *table) verifyCRAM(user, challenge, digest []byte, w *work) bool {
	c := t.find(user)
	mac := hmac.New(md5.New, c.cramKey[:])
	mac.Write(challenge)
	w.digests++
	same := hmac.Equal(mac.Sum(nil), digest)
	return same && c.plaintext
}
