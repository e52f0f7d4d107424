package server

import (
	"gocached/protocol"
	"gocached/server/kernel"
	"gocached/server/rim"
)

// newLoop makes a loop that reads from no socket. Workers read for it; an event loop's reads itself after serveSockets.
func newLoop(s *shared, r *rim.Loop) *loop {
	l := new(loop)
	l.checker = checker{loop: l, on: checking}
	l.shared, l.rim, l.kernel, l.failed = s, r, kernel.System{}, l.panicked
	co := &l.core
	l.replies.core, l.replies.sink, l.replies.stream, l.replies.max = co, &l.writer, true, maxOutput
	l.round.core, l.round.inputs, l.round.replies = co, &l.inputs, &l.replies
	l.round.share = protocol.MaxRun
	l.calls.core = co
	l.reader = reader{core: co, round: &l.round, calls: &l.calls, unwrapper: &l.unwrapper}
	l.unwrapper = unwrapper{core: co, round: &l.round, inputs: &l.inputs, writer: &l.writer, stores: &l.stores, answer: l.answer}
	l.waiting.core, l.waiting.round, l.waiting.replies = co, &l.round, &l.replies
	l.waiting.retryTask = l.retrySome
	l.writer = writer{co, &l.replies, &l.calls, &l.inputs, &l.round, &l.waiting, nil}
	l.newExecutor()
	l.pool.home = l
	return l
}

// newExecutor joins what gives commands their meaning.
func (l *loop) newExecutor() {
	a := answers{&l.core, &l.round, &l.replies, &l.waiting}
	l.gets.answers, l.stores.answers, l.figures.answers = a, a, a
	l.changes.answers, l.changes.stores = a, &l.stores
	l.figures.admin = &l.admin
	l.admin.answers, l.describer.answers, l.crawler.answers = a, a, a
	l.executor = executor{answers: a, gets: &l.gets, stores: &l.stores, changes: &l.changes, figures: &l.figures, admin: &l.admin,
		describer: &l.describer, crawler: &l.crawler}
	l.executor.handlers = l.executor.table()
}

// serveSockets makes a loop one that reads from connections, and that may not wait for the engine.
func (l *loop) serveSockets() {
	l.reader.input, l.reader.maxInput = make([]byte, 0, roundInput), roundInput
	l.pool.on = l.shared.blocks
}
