package sasl

import "bytes"

// plain is PLAIN (RFC 4616): one message, authorization identity NUL user NUL password.
type plain struct {
	*attempt
	asked bool
}

// next checks the message. An empty first one is answered by an empty challenge, since memcached's protocol cannot tell a
// missing first message from an empty one.
func (p *plain) next(data []byte) ([]byte, Result, string) {
	if len(data) == 0 && !p.asked {
		p.asked = true
		return nil, Continue, ""
	}
	fields := bytes.Split(data, []byte{0})
	if len(fields) != 3 {
		return nil, Failed, ""
	}
	authzid, user, password := fields[0], fields[1], fields[2]
	if len(authzid) > 0 && !bytes.Equal(authzid, user) {
		return nil, Failed, "" // nobody may act for another
	}
	return p.checkPassword(user, password)
}

// checkPassword is the end of every mechanism that sends the password.
func (a *attempt) checkPassword(user, password []byte) ([]byte, Result, string) {
	if len(user) == 0 || len(user) > maxName || len(password) == 0 {
		return nil, Failed, ""
	}
	if !a.table.verify(user, password, a.work) {
		return nil, Failed, ""
	}
	return nil, OK, string(user)
}
