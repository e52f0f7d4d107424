package server

import "gocached/protocol"

// admin answers commands that concern no item: connections, users, the server.
type admin struct {
	answers
	parked []parked // requests that have been parked in this round
}

func (m *admin) fail(i int) {
	r := &m.round.run.Requests[i]
	m.reply(i, protocol.Reply{Status: r.Status})
}

func (m *admin) end(i int) { m.reply(i, protocol.Reply{}) }

func (m *admin) noop(i int) { m.reply(i, protocol.Reply{}) }

func (m *admin) quit(i int) {
	m.reply(i, protocol.Reply{})
	m.replies.to.set(stateClosing | stateSaidAll)
}

// compatibleVersion is the version that the protocol reports: clients that look at it behave as with this memcached.
const compatibleVersion = "1.4.5"

func (m *admin) version(i int) { m.reply(i, protocol.Reply{Text: compatibleVersion}) }

// verbosity answers verbosity.
func (m *admin) verbosity(i int) {
	m.shared.log.SetLevel(int(min(m.round.run.Requests[i].Delta, maxVerbosity)))
	m.reply(i, protocol.Reply{})
}

// maxVerbosity is the highest level that a client can choose (as in memcached).
const maxVerbosity = 2

// shutdown answers shutdown, which works only if the command line allows it. Every stop is a graceful one.
func (m *admin) shutdown(i int) {
	var words [2][]byte
	n := protocol.Words(m.round.run.Requests[i].Tokens, words[:])
	switch {
	case !m.shared.settings.AllowShutdown:
		m.reply(i, protocol.Reply{Status: protocol.ShutdownOff})
		return
	case n > 1 || n == 1 && string(words[0]) != "graceful":
		m.reply(i, protocol.Reply{Status: protocol.BadShutdown})
		return
	}
	m.replies.to.set(stateClosing)
	m.shared.stop()
}
