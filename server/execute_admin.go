package server

import "gocached/protocol"

// admin answers commands that concern no item: connections, users, the server.
type admin struct {
	answers
	parked []parked // requests that have been parked in this round
}

func (ad *admin) fail(i int) {
	r := &ad.round.run.Requests[i]
	ad.reply(i, protocol.Reply{Status: r.Status})
}

func (ad *admin) end(i int) { ad.reply(i, protocol.Reply{}) }

func (ad *admin) noop(i int) { ad.reply(i, protocol.Reply{}) }

func (ad *admin) quit(i int) {
	ad.reply(i, protocol.Reply{})
	ad.replies.to.set(stateClosing | stateSaidAll)
}

func (ad *admin) version(i int) {
	ad.reply(i, protocol.Reply{Text: ad.shared.settings.Compat.Version()})
}

// verbosity answers verbosity.
func (ad *admin) verbosity(i int) {
	ad.shared.log.SetLevel(int(min(ad.round.run.Requests[i].Delta, maxVerbosity)))
	ad.reply(i, protocol.Reply{})
}

// maxVerbosity is the highest level that a client can choose (as in memcached).
const maxVerbosity = 2

// shutdown answers shutdown, which works only if the command line allows it. Every stop is a graceful one.
func (ad *admin) shutdown(i int) {
	var words [2][]byte
	n := protocol.Words(ad.round.run.Requests[i].Tokens, words[:])
	switch {
	case !ad.shared.settings.AllowShutdown:
		ad.reply(i, protocol.Reply{Status: protocol.ShutdownOff})
		return
	case n > 1 || n == 1 && !isWord(ad.shared.settings.Compat, string(words[0]), "graceful"):
		ad.reply(i, protocol.Reply{Status: protocol.BadShutdown})
		return
	}
	ad.replies.to.set(stateClosing)
	ad.shared.stop()
}
