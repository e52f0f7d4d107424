package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// script is one side of a conversation and what a server must answer to it, byte for byte: requests of all kinds on keys
// that no other client uses. The CAS in binary answers is not known beforehand and stands as zero (see withoutTokens).
type script struct {
	random  *rand.Rand
	prefix  string            // of its keys
	items   map[string]stored // what the server holds of them now
	binary  bool
	said    []byte
	answers []byte
}

// stored is an item.
type stored struct {
	flags uint32
	value []byte
}

// scriptKeys is how many keys a script uses, few enough that it meets its own items again.
const scriptKeys = 40

// write begins anew and adds so many requests. The last one is answered always, so that the answers tell when the server
// is through.
func (s *script) write(requests int) {
	s.said, s.answers = s.said[:0], s.answers[:0]
	for range requests {
		key := s.key()
		if s.binary {
			s.packet(key)
		} else {
			s.line(key)
		}
	}
	if s.binary {
		s.request(opNoop, nil, "", nil)
		s.response(opNoop, 0, nil, "", nil)
	} else {
		s.ask("get "+s.prefix+"none\r\n", "END\r\n")
	}
}

func (s *script) key() string { return s.prefix + strconv.Itoa(s.random.IntN(scriptKeys)) }

// value is of a length at which a server may do otherwise than before: it fits into a read or does not, is sent from
// where it lies or copied, and so on. Most are short.
func (s *script) value() []byte {
	length := s.random.IntN(300)
	switch s.random.IntN(10) {
	case 0:
		length = 1<<s.random.IntN(20) + s.random.IntN(32) - 16
	case 1:
		length = s.random.IntN(70_000)
	case 2:
		length = s.random.IntN(5000)
	case 3:
		length = 0
	}
	at := s.random.IntN(poolSize)
	return pool[at : at+max(length, 0)]
}

// ask adds a text request and its answer.
func (s *script) ask(request, answer string) {
	s.said = append(s.said, request...)
	s.answers = append(s.answers, answer...)
}

// line adds a request in text, or two.
func (s *script) line(key string) {
	old, there := s.items[key]
	switch s.random.IntN(12) {
	case 0, 1, 2:
		s.store(key, there)
	case 3:
		s.extend(key, old, there)
	case 4:
		answer := "NOT_FOUND\r\n"
		if there {
			delete(s.items, key)
			answer = "DELETED\r\n"
		}
		s.ask("delete "+key+"\r\n", answer)
	case 5:
		n := s.random.IntN(1_000_000)
		before, after := strconv.Itoa(n), strconv.Itoa(n+7)
		s.items[key] = stored{0, []byte(after)}
		s.ask(fmt.Sprintf("set %s 0 0 %d\r\n%s\r\nincr %s 7\r\n", key, len(before), before, key), "STORED\r\n"+after+"\r\n")
	case 6:
		s.ask("what\r\n", "ERROR\r\n")
	default:
		s.lookUp(1 + max(0, s.random.IntN(120)-60))
	}
}

// store adds a set, add or replace, with an answer or without.
func (s *script) store(key string, there bool) {
	verb := [...]string{"set", "set", "add", "replace"}[s.random.IntN(4)]
	item := stored{uint32(s.random.Int32()), s.value()}
	answer := "NOT_STORED\r\n"
	if verb == "set" || there == (verb == "replace") {
		s.items[key] = item
		answer = "STORED\r\n"
	}
	end := "\r\n"
	if s.random.IntN(4) == 0 {
		end, answer = " noreply\r\n", ""
	}
	s.said = fmt.Appendf(s.said, "%s %s %d 0 %d%s%s\r\n", verb, key, item.flags, len(item.value), end, item.value)
	s.answers = append(s.answers, answer...)
}

// extend adds an append or a prepend.
func (s *script) extend(key string, old stored, there bool) {
	piece := s.value()
	piece = piece[:min(len(piece), 300)]
	verb, whole := "append", append(append([]byte(nil), old.value...), piece...)
	if s.random.IntN(2) == 0 {
		verb, whole = "prepend", append(append([]byte(nil), piece...), old.value...)
	}
	answer := "NOT_STORED\r\n"
	if there {
		s.items[key] = stored{old.flags, whole}
		answer = "STORED\r\n"
	}
	s.ask(fmt.Sprintf("%s %s 0 0 %d\r\n%s\r\n", verb, key, len(piece), piece), answer)
}

// lookUp adds a get of some keys.
func (s *script) lookUp(keys int) {
	s.said = append(s.said, "get"...)
	for range keys {
		key := s.key()
		s.said = append(append(s.said, ' '), key...)
		if item, ok := s.items[key]; ok {
			s.answers = fmt.Appendf(s.answers, "VALUE %s %d %d\r\n%s\r\n", key, item.flags, len(item.value), item.value)
		}
	}
	s.ask("\r\n", "END\r\n")
}

// The opcodes of the binary protocol that scripts use. A quiet one is not answered if it goes as most of its kind do.
const (
	opGet    = 0x00
	opSet    = 0x01
	opDelete = 0x04
	opGetQ   = 0x09
	opNoop   = 0x0a
	opGetK   = 0x0c
	opGetKQ  = 0x0d
	opSetQ   = 0x11

	statusNotFound = 1
)

// packet adds a request in binary.
func (s *script) packet(key string) {
	old, there := s.items[key]
	switch s.random.IntN(8) {
	case 0, 1:
		item := stored{s.random.Uint32(), s.value()}
		s.items[key] = item
		opcode := byte(opSet)
		if s.random.IntN(2) == 0 {
			opcode = opSetQ
		}
		s.request(opcode, binary.BigEndian.AppendUint32(nil, item.flags), key, item.value)
		if opcode == opSet {
			s.response(opSet, 0, nil, "", nil)
		}
	case 2:
		s.request(opDelete, nil, key, nil)
		if there {
			delete(s.items, key)
			s.response(opDelete, 0, nil, "", nil)
		} else {
			s.response(opDelete, statusNotFound, nil, "", []byte("Not found"))
		}
	default:
		opcode := [...]byte{opGet, opGetQ, opGetK, opGetKQ}[s.random.IntN(4)]
		s.request(opcode, nil, key, nil)
		s.lookedUp(opcode, key, old, there)
	}
}

// lookedUp adds the answer to a get.
func (s *script) lookedUp(opcode byte, key string, item stored, there bool) {
	withKey := opcode == opGetK || opcode == opGetKQ
	name, words := "", []byte("Not found")
	if withKey {
		name, words = key, nil
	}
	switch {
	case there:
		s.response(opcode, 0, binary.BigEndian.AppendUint32(nil, item.flags), name, item.value)
	case opcode == opGet || opcode == opGetK:
		s.response(opcode, statusNotFound, nil, name, words)
	}
}

// request adds a packet. A set has eight bytes of extras, of which the last four are the time to live.
func (s *script) request(opcode byte, extras []byte, key string, value []byte) {
	if extras != nil {
		extras = append(extras, 0, 0, 0, 0)
	}
	s.said = appendPacket(s.said, 0x80, opcode, 0, extras, key, value)
}

func (s *script) response(opcode byte, status uint16, extras []byte, key string, value []byte) {
	s.answers = appendPacket(s.answers, 0x81, opcode, status, extras, key, value)
}

const packetHead = 24 // bytes

// appendPacket appends a packet of the binary protocol whose opaque and CAS are zero.
func appendPacket(dst []byte, magic, opcode byte, status uint16, extras []byte, key string, value []byte) []byte {
	var head [packetHead]byte
	head[0], head[1], head[4] = magic, opcode, byte(len(extras))
	binary.BigEndian.PutUint16(head[2:], uint16(len(key)))
	binary.BigEndian.PutUint16(head[6:], status)
	binary.BigEndian.PutUint32(head[8:], uint32(len(extras)+len(key)+len(value)))
	return append(append(append(append(dst, head[:]...), extras...), key...), value...)
}

// withoutTokens writes zeros over the CAS of binary answers.
func withoutTokens(answers []byte) {
	for len(answers) >= packetHead {
		clear(answers[16:packetHead])
		answers = answers[min(packetHead+int(binary.BigEndian.Uint32(answers[8:])), len(answers)):]
	}
}
