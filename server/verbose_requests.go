package server

import (
	"bytes"

	"gocached/protocol"
)

// logRequest writes the line of a request, but not again for each further turn of a list.
func (ex *executor) logRequest(i int, states bool) {
	r, p := &ex.round.run.Requests[i], ex.round.part(i)
	if r.Flag&protocol.FlagNewLine == 0 || p.c.rare != nil && p.c.rare.dump != nil {
		return
	}
	if states {
		ex.shared.log.Printf("%d: going from conn_read to conn_parse_cmd", p.c.fd)
	}
	data := ex.round.ready[p.arrival].data
	line := data[min(r.Start, len(data)):]
	if r.Dialect == protocol.Binary {
		ex.shared.log.Printf("<%d Read binary protocol data: % #x", p.c.fd, line[:min(len(line), 24)])
		return
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	ex.shared.log.Printf("<%d %s", p.c.fd, printable(bytes.TrimSuffix(line, []byte("\r"))))
}

// logReply writes what a request was answered.
func (ex *executor) logReply(fd int, r *protocol.Request, key, reply []byte, lent bool) {
	switch {
	case r.Command == protocol.Get && r.Dialect == protocol.Classic:
		if lent || bytes.HasPrefix(reply, []byte("VALUE ")) {
			ex.shared.log.Printf(">%d sending key %s", fd, printable(key))
		}
		if r.Flag&protocol.FlagEnd != 0 {
			ex.shared.log.Printf(">%d END", fd)
		}
	case r.Dialect == protocol.Binary && len(reply) > 0:
		ex.shared.log.Printf(">%d Writing bin response: % #x", fd, reply[:min(len(reply), 24)])
	case len(reply) == 0 && r.Hide == protocol.HideAll:
		ex.shared.log.Printf(">%d NOREPLY", fd)
	case len(reply) > 0:
		line, _, _ := bytes.Cut(reply, []byte("\r\n"))
		ex.shared.log.Printf(">%d %s", fd, printable(line))
	}
}

// nextState names, in memcached's words for -vvv, what a connection does after a request.
func nextState(c *conn, r *protocol.Request) string {
	switch {
	case c.is(stateClosing):
		return "conn_closing"
	case c.receiving():
		return "conn_nread"
	case c.parser.Skip > 0:
		return "conn_swallow"
	case r.Command == protocol.Get:
		return "conn_mwrite"
	}
	return "conn_write"
}

// maxPrintable bounds what a client can make a line of the log hold, in bytes.
const maxPrintable = 1024

// printable makes bytes from a client safe to print: bounded, and without anything that could steer a terminal.
func printable(b []byte) string {
	more := ""
	if len(b) > maxPrintable {
		b, more = b[:maxPrintable], "..."
	}
	clean := make([]byte, 0, len(b))
	for _, ch := range b {
		if ch < ' ' || ch >= 0x7f && ch <= 0x9f { // 0x80 to 0x9f steer some terminals too
			ch = '?'
		}
		clean = append(clean, ch)
	}
	return string(clean) + more
}
