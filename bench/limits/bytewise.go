package main

import "fmt"

// byteByByte lets many clients send a set and a get one byte at a time, all of them in turn, in text or in binary. The
// figure counts the answers that are wrong.
func byteByByte(t *trial) ([]float64, error) {
	clients := t.scale(1000, 250)
	srv, err := t.start("-c", "1100")
	if err != nil {
		return nil, err
	}
	var all []*client
	longest := 0
	requests, answers := make([]string, clients), make([]string, clients)
	for i := range clients {
		c, err := srv.dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		all = append(all, c)
		requests[i], answers[i] = setAndGet(i)
		longest = max(longest, len(requests[i]))
	}
	for at := range longest {
		for i, c := range all {
			if at < len(requests[i]) {
				c.send([]byte{requests[i][at]})
			}
		}
	}
	wrong := 0
	for i, c := range all {
		if withoutCAS(c.bytes(len(answers[i])), i) != answers[i] {
			wrong++
		}
		if c.err != nil {
			return nil, c.err
		}
	}
	return []float64{float64(wrong)}, nil
}

// withoutCAS takes the CAS out of binary answers, which is not known beforehand.
func withoutCAS(answers string, i int) string {
	if i%2 == 0 {
		return answers
	}
	const head, cas = 24, 16
	out := []byte(answers)
	clear(out[cas:head])
	clear(out[head+cas : 2*head])
	return string(out)
}

// setAndGet is a request to store something and one to get it, with what is answered.
func setAndGet(i int) (requests, answers string) {
	key, value := fmt.Sprintf("key-%04d", i), fmt.Sprintf("value of %04d", i)
	if i%2 == 0 {
		return fmt.Sprintf("set %s 0 0 %d\r\n%s\r\nget %s\r\n", key, len(value), value, key),
			fmt.Sprintf("STORED\r\nVALUE %s 0 %d\r\n%s\r\nEND\r\n", key, len(value), value)
	}
	const set, get = "\x01", "\x00"
	zero := func(n int) string { return string(make([]byte, n)) }
	head := func(magic, opcode string, key, extras, body int) string {
		return magic + opcode + zero(1) + string(byte(key)) + string(byte(extras)) + zero(6) + string(byte(body)) + zero(12)
	}
	return head("\x80", set, len(key), 8, 8+len(key)+len(value)) + zero(8) + key + value + head("\x80", get, len(key), 0, len(key)) + key,
		head("\x81", set, 0, 0, 0) + head("\x81", get, 0, 4, 4+len(value)) + zero(4) + value
}
