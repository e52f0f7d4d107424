// Package server connects clients to an engine: sockets, connections, execution, settings, counters.
//
// # From bytes to replies
//
//	socket ──┬── gnet's poll ── arrive, at once ──────────────────────┐
//	         └── our polls, between gnet's ── a whole round at once ──┤
//	                                                                  v
//	   answer:   1. parse      waiting bytes       -> a run of up to 64 requests   (package protocol)
//	             2. execute    requests            -> replies appended to l.out    (through the engine)
//	             3. write      each connection's part of l.out -> its socket, few system calls for all
//
// A round is what one poll of an event loop found; while clients speak we poll, and gnet has its turn in between (package rim, which
// keeps everything that concerns gnet; nothing else here knows it). A run is what is parsed ahead of execution: neighbouring gets in it,
// whoever sent them, go to the engine in one call, so that their cache misses overlap. The replies of a connection are
// pieces of the loop's one buffer, or values that stay in their chunks ("lent") until the socket has taken them.
//
// # Sockets
//
// Listeners are our own (package listen), since gnet's cannot pause, share or fail safely; an accepted connection is
// handed to an event loop of gnet's, which owns it, opens and closes it, and reads when it is the first to speak. We write:
// with send(2) or io_uring, straight to the descriptor. What a socket does not take is kept (it is bounded by maxOutput and one
// reply), and the connection is blocked and paused: nobody reads from it (pause.go) until there is room again. So a client that does not read costs a bound amount of memory and nobody else's time. What is
// lent to all of them together is bound too (long_values.go), and so is what is being received (execute_store.go,
// short_values.go). Who finds no room waits in line (wait_memory.go), and who stalls while others do is closed (stalled.go).
//
// What a listener says has a transport (package transport, carrier.go), as TLS will, is unwrapped before it is parsed, and
// wrapped before it is sent. The stages know nothing of it. No listener has one yet, and UDP never has.
//
// UDP goes past gnet: a few goroutines for each socket read datagrams, up to 32 with one system call, take them through the
// same three stages, and send each command's answer as a message (udp.go). They may wait, and an answer is never longer
// than 65,535 datagrams.
//
// # Time
//
// One ticker turns the clock (package clock), and what serves items asks that alone. Only who authenticates costs more:
// auth.go asks the machine for the time, to judge the age of a file and the pace of guesses, and park.go sets a timer; so do line_timeout.go and hangup.go, for clients who do not finish.
//
// # Where things are
//
// A loop is made of parts, each a type with one subject. They know each other from top to bottom: what is below is
// called, what is above is told by what it finds in lists when its turn comes.
//
//	loop.go, new_loop.go            loop: answer, with which the hot path begins, and how the parts are joined
//	serve_round.go                  a round of those who speak
//	feed.go, unpark.go              requests that waited for memory are tried again; parked ones get their replies
//	stalled.go, idle_timeout.go     who is closed while others lack memory; who does nothing at all
//	line_timeout.go                 lines that do not end
//	panic.go, check.go              what becomes of a bug; what must hold between two stages, and behind a round
//
//	reader.go                       reader: one way for each kind of caller
//	unwrap.go, handshake.go         unwrapper: what comes through a transport; see carrier.go
//	parse.go, round.go              round: whose input waits, and the run of requests that was parsed from it
//	execute.go, answers.go          executor: one table, a handler for each command, for both protocols
//	execute_get.go, long_values.go  gets; long values, which are sent from where they lie
//	execute_store.go,               stores; short values that come in parts
//	short_values.go
//	execute_change.go               changes
//	execute_stats.go                figures
//	execute_admin.go, auth.go       admin; who may come in under -S
//	settle.go                       the end of a run: each connection keeps what was not taken of its input
//	replies.go, sink.go             replies: what has been made and not sent, and where it goes
//	write.go, write_batch.go        writer: the sink of sockets
//	wrap.go                         what goes through a transport
//	hangup.go                       how a connection is ended whose client may go on
//
//	wait_memory.go                  waiting: the requests of a loop that wait for memory
//	wait_line.go, wait_list.go      the lines that they stand in, for all loops; a loop's list
//	relief.go                       what is lacked, and who holds it
//	park.go                         requests whose work would hold a loop up
//	input_buffers.go, calls.go      input that cannot be taken yet; calls that are made together
//	conn.go, kept_request.go        what a connection remembers; a request that outlives the input it came in
//	core.go, shared.go              what all parts of a loop need; what all loops have in common
//
//	worker.go, worker_pool.go       worker: where rounds are answered if the engine waits
//	background.go                   what runs in goroutines of its own
//	udp*.go                         datagrams: workers that go through the same stages
//	events.go, pause.go             what happens to a connection; clients that do not read
//	package rim                     gnet's event loops, and what it takes to live beside them: polls of our own, pauses, when
//	                                sockets have room again, what is done without gnet's poller
//	accept.go; package listen       how clients get in, and how many
//	server.go                       start and stop
//	package settings                everything the command line can choose: one table
//	package kernel                  the system calls that move bytes
//	stats.go, counters.go,          figures: one row each; packages figure and prefix
//	footprint.go
//	figures.go                      the walk over them, for stats and whoever else shows them
//	verbose_connections.go,         what the operator sees; package oplog
//	verbose_requests.go
//
// # Locks
//
// Everything in a loop and its connections belongs to that loop's goroutine. What is shared is locked in itself (gate,
// rim, prefixes, Log, background, line, relief) and none of these calls another while locked, except that gate pauses its
// listeners. shared.loopsMu guards the list of loops, and comes before line and relief. Parked work runs in
// goroutines of its own, as many at a time as shared.workPlaces has room for, and comes back to its connection as a task of the
// loop. shared.huge is held by the UDP worker whose answer is huge, and comes before every other lock.
//
// Read next: answer in loop.go.
package server
