package sasl

// login is LOGIN: the server asks for the user, then for the password.
type login struct {
	*attempt
	asked bool
	user  []byte // nil until known
}

// next takes the user and then the password. The user may come with the first message, as libsasl allows.
func (l *login) next(data []byte) ([]byte, Result, string) {
	switch {
	case len(data) == 0 && !l.asked:
		l.asked = true
		return []byte("Username:"), Continue, ""
	case len(data) == 0:
		return nil, Failed, ""
	case l.user == nil:
		l.asked = true
		l.user = append([]byte{}, data...)
		return []byte("Password:"), Continue, ""
	}
	return l.checkPassword(l.user, data)
}
