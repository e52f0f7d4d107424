package protocol

import (
	"strconv"

	"gocached/engine"
)

// appendTextReply appends the line that answers r, which is classic.
func appendTextReply(dst []byte, r *Request, reply *Reply) []byte {
	if reply.Status != engine.OK {
		return appendLine(dst, textOf(r, reply.Status))
	}
	switch r.Command {
	case Arithmetic:
		dst = strconv.AppendUint(dst, reply.Number, 10)
		return append(dst, "\r\n"...)
	case Version:
		dst = append(dst, "VERSION "...)
		return appendLine(dst, reply.Text)
	case Stats:
		if reply.Text != "" {
			return appendLine(dst, reply.Text)
		}
	case Fail:
		return appendLine(dst, textOf(r, r.Status))
	}
	if done := commands[r.Command].done; done != "" {
		return appendLine(dst, done)
	}
	return dst
}

func appendLine(dst []byte, line string) []byte {
	dst = append(dst, line...)
	return append(dst, "\r\n"...)
}

// appendTextHit appends the line before a value. The flags are printed as a signed number of 32 bits, so 2^31 and more
// come out negative (as in memcached 1.4.5), unless the request has FlagUnsigned.
func appendTextHit(dst []byte, r *Request, key []byte, hit *engine.Hit) []byte {
	dst = append(dst, "VALUE "...)
	dst = append(dst, key...)
	dst = append(dst, ' ')
	flags := int64(int32(hit.Flags))
	if flags < 0 && r.Flag&FlagUnsigned != 0 {
		flags = int64(hit.Flags)
	}
	dst = strconv.AppendInt(dst, flags, 10)
	dst = append(dst, ' ')
	dst = strconv.AppendUint(dst, uint64(len(hit.Value)), 10)
	if r.Flag&FlagCAS != 0 {
		dst = append(dst, ' ')
		dst = strconv.AppendUint(dst, hit.CAS, 10)
	}
	return append(dst, "\r\n"...)
}

// appendEnd appends what the last key of a line has behind it, hit or miss.
func appendEnd(dst []byte, r *Request) []byte {
	if r.Flag&FlagEnd == 0 {
		return dst
	}
	return append(dst, "END\r\n"...)
}

// appendTextStat appends a figure's line. An empty value takes the blank before it away (as in memcached).
func appendTextStat(dst []byte, name, value string) []byte {
	dst = append(dst, "STAT "...)
	dst = append(dst, name...)
	if value != "" {
		dst = append(dst, ' ')
		dst = append(dst, value...)
	}
	return append(dst, "\r\n"...)
}
