package golden

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// token is a stretch of a pattern: literal bytes, or a placeholder.
type token struct {
	kind    tokenKind
	literal []byte
	name    string // of a cas
	n       int    // of pad, one and now
}

type tokenKind uint8

const (
	literal   tokenKind = iota
	anyLine             // {{any}}: the rest of a line
	anyBytes            // {any:}: as few bytes as will do
	number              // {{num}}
	pad                 // {{pad:N}} and ??: exactly n bytes
	casText             // {{cas:c1}}, in decimal
	casBinary           // {cas:c1}, eight bytes
	now                 // {{now:S}}: the Unix time plus n
)

// payload is what a step sends or expects.
type payload []token

// payloads is one payload on a stream, or a list of them for datagrams. A list in the file is ambiguous until the
// transport is known, so both readings are kept.
type payloads struct {
	raw json.RawMessage
}

// UnmarshalJSON keeps the bytes for stream and datagrams.
func (p *payloads) UnmarshalJSON(b []byte) error {
	p.raw = bytes.Clone(b)
	return nil
}

// stream reads the payload as that of a stream.
func (p *payloads) stream() (payload, error) {
	var out payload
	if len(p.raw) == 0 {
		return nil, nil
	}
	err := json.Unmarshal(p.raw, &out)
	return out, err
}

// datagrams reads a list of payloads.
func (p *payloads) datagrams() ([]payload, error) {
	var out []payload
	err := json.Unmarshal(p.raw, &out)
	return out, err
}

// UnmarshalJSON reads any of the forms in which bytes are written.
func (p *payload) UnmarshalJSON(b []byte) error {
	var wrapped struct{ Hex json.RawMessage }
	isHex := bytes.HasPrefix(bytes.TrimSpace(b), []byte("{"))
	if isHex {
		if err := json.Unmarshal(b, &wrapped); err != nil {
			return err
		}
		b = wrapped.Hex
	}
	parts, err := splitParts(b)
	if err != nil {
		return err
	}
	for _, part := range parts {
		tokens, err := part.tokens(isHex)
		if err != nil {
			return err
		}
		*p = append(*p, tokens...)
	}
	return nil
}

// part is a string, or a character many times.
type part struct {
	text string
	n    int
}

func splitParts(b []byte) ([]part, error) {
	var s string
	if json.Unmarshal(b, &s) == nil {
		return []part{{s, 1}}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	var out []part
	for _, item := range list {
		if json.Unmarshal(item, &s) == nil {
			out = append(out, part{s, 1})
			continue
		}
		var rep struct {
			Rep string `json:"rep"`
			N   int    `json:"n"`
		}
		if err := json.Unmarshal(item, &rep); err != nil {
			return nil, err
		}
		out = append(out, part{rep.Rep, rep.N})
	}
	return out, nil
}

func (p part) tokens(isHex bool) ([]token, error) {
	split, opening, closing := textToken, "{{", "}}"
	if isHex {
		split, opening, closing = hexToken, "{", "}"
	}
	if p.n != 1 {
		b, err := literalBytes(p.text, isHex)
		return []token{{kind: literal, literal: bytes.Repeat(b, p.n)}}, err
	}
	var out []token
	rest := p.text
	for rest != "" {
		plain, after, found := strings.Cut(rest, opening)
		more, err := plainTokens(plain, isHex)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
		if !found {
			break
		}
		word, tail, ok := strings.Cut(after, closing)
		if !ok {
			return nil, fmt.Errorf("%q is not closed", opening)
		}
		t, err := split(word)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		rest = tail
	}
	return out, nil
}

// plainTokens cuts what stands between placeholders: literals, and in hex the ?? for one byte.
func plainTokens(s string, isHex bool) ([]token, error) {
	var out []token
	for s != "" {
		plain, after, found := s, "", false
		if isHex {
			plain, after, found = strings.Cut(s, "??")
		}
		b, err := literalBytes(plain, isHex)
		if err != nil {
			return nil, err
		}
		if len(b) > 0 {
			out = append(out, token{kind: literal, literal: b})
		}
		if !found {
			break
		}
		out = append(out, token{kind: pad, n: 1})
		s = after
	}
	return out, nil
}

func literalBytes(s string, isHex bool) ([]byte, error) {
	if isHex {
		return hex.DecodeString(s)
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 255 {
			return nil, fmt.Errorf("%q is more than a byte", r)
		}
		b = append(b, byte(r))
	}
	return b, nil
}

func textToken(word string) (token, error) {
	name, arg, _ := strings.Cut(word, ":")
	switch name {
	case "any":
		return token{kind: anyLine}, nil
	case "num":
		return token{kind: number}, nil
	case "cas":
		return token{kind: casText, name: arg}, nil
	case "pad":
		n, err := strconv.Atoi(arg)
		return token{kind: pad, n: n}, err
	case "now":
		n, err := strconv.Atoi(arg)
		return token{kind: now, n: n}, err
	}
	return token{}, fmt.Errorf("unknown placeholder {{%s}}", word)
}

func hexToken(word string) (token, error) {
	name, arg, _ := strings.Cut(word, ":")
	switch name {
	case "any":
		return token{kind: anyBytes}, nil
	case "cas":
		return token{kind: casBinary, name: arg}, nil
	}
	return token{}, fmt.Errorf("unknown placeholder {%s}", word)
}

// bytes writes the payload out, as something to send.
func (p payload) bytes(seen casValues) ([]byte, error) {
	var out []byte
	for _, t := range p {
		switch t.kind {
		case literal:
			out = append(out, t.literal...)
		case now:
			out = strconv.AppendInt(out, time.Now().Unix()+int64(t.n), 10)
		case casText, casBinary:
			v, ok := seen[t.name]
			if !ok {
				return nil, fmt.Errorf("cas %s is sent before it was seen", t.name)
			}
			if t.kind == casText {
				out = strconv.AppendUint(out, v, 10)
			} else {
				out = binary.BigEndian.AppendUint64(out, v)
			}
		default:
			return nil, errors.New("a placeholder that cannot be sent")
		}
	}
	return out, nil
}
