// Package server connects clients to an engine: sockets, connections, execution, settings, counters.
//
// # From bytes to replies
//
//	socket ──┬── gnet's poll ── arrive, at once ──────────────────────┐
//	         └── our polls, between gnet's ── a whole round at once ──┤
//	                                                                  v
//	   answer:   1. parse      waiting bytes       -> a run of up to 64 requests   (package protocol)
//	             2. execute    requests            -> replies appended to replies.out (through the engine)
//	             3. write      each connection's part of them -> its socket, few system calls for all
//
// A round is what one poll of an event loop found. While clients send, we poll ourselves, and gnet polls in between (package
// rim, which keeps everything that concerns gnet; nothing else here knows it). A run is the requests that are parsed before
// they are executed. Neighbouring gets in it go to the engine in one call, whoever sent them, so that their cache misses
// overlap. The replies of a connection are pieces of the loop's one buffer, or values that stay in their chunks ("lent")
// until the socket has taken them.
//
// # Sockets
//
// Listeners are our own (package listen), since gnet's cannot pause, share or fail safely. An accepted connection is handed to
// an event loop of gnet's. gnet owns it, opens and closes it, and reads from it when it is the first to send. We write, with
// send(2) or io_uring, straight to the descriptor.
//
// If a socket does not take all of its output, the rest is kept: maxOutput bytes and one reply at most. The connection is
// blocked and paused: nobody reads from it (pause.go) until the socket has room. So a client that does not read costs a
// bounded amount of memory, and nobody else's time. Values that are lent are bounded for all clients together
// (long_values.go), and so are values that are being received (execute_store.go, short_values.go). A request that finds no
// room waits in a queue (wait_memory.go). A connection that stalls while others wait is closed (stalled.go).
//
// A listener may give its connections a transport (package transport, carrier.go), as TLS will be. Their input is unwrapped
// before it is parsed, and their output is wrapped before it is sent. The stages know nothing of it. No listener does so
// yet, and UDP never does.
//
// UDP goes past gnet. A few goroutines for each socket read datagrams, up to 32 with one system call, take them through the
// same three stages, and send each command's answer as a message (udp.go). They may wait. An answer is at most 65,535
// datagrams.
//
// # Time
//
// One ticker turns the clock (package clock), and the code that serves items asks no other. Authentication asks the machine for
// the time (auth.go), to judge the age of a file and the pace of guesses, and sets a timer (park.go). So do line_timeout.go and
// hangup.go, for clients that do not finish.
//
// # Words
//
// Each verb has one meaning in this package:
//
//	accept, reject     let a client in; tell it that there is no room, and close
//	add, remove        put on a list, queue or round; take off
//	plan, make         collect a system call; make those that were collected, together
//	read, receive      input into the round; a value into its chunk or buffer
//	parse              input to requests: stage 1
//	execute            requests to replies, by their handlers: stage 2
//	begin, reply       make a connection the one whose replies are appended; append the reply to one request
//	refuse             reply that a request is not carried out
//	answer             take all that is there through the stages
//	settle             decide about the rest of a connection's input, when its part of a run has been executed
//	write, send, push  replies to their sinks: stage 3; bytes to a socket; what a blocked socket did not take before
//	take               what a socket does: it takes bytes of output
//	keep, save         hold a request or output beyond its round; make input wait in its connection
//	lend, release      send a value from its chunk; give it back to the engine
//	reserve            make room before it is needed; false means that there is none
//	limit              close or cut what has become too large
//	yield              let the other connections have their turns
//	pause, resume      stop reading from a connection
//	block, unblock     serve nothing of a connection until its socket has room
//	park, unpark       serve nothing of a connection until its request has its reply: from the background, a worker, or a retry
//	proceed            put the input that a connection saved back into the round
//	wait, retry        let a request wait for memory; execute it again
//	relieve            close connections that hold memory for which requests wait
//	hear, look, judge  note that a client moves; go over all connections; decide whether one is closed
//	close, hang up     end a connection at once; end it so that the client can read what it was sent
//	drop, cut, forget  give up input; give up the rest of an answer or value; end the record of something
//	guard              run a function on behalf of a connection: a panic in it closes that connection
//	run                run a function in the background, in a goroutine of its own
//	onLoop, askTo...   run a function as a task of a loop; ask loops for a certain task
//	check, verify      look for broken invariants; panic if there is one
//
// Bounds begin with max or min (maxOutput, minInput). A number from which on something is done ends with From (lendFrom).
//
// # Where things are
//
// A loop is made of parts, each a type with one subject. A part calls those below it in this list. It calls none above it:
// those find in lists, when their turn comes, what has happened below.
//
//	loop.go, new_loop.go            loop: answer, with which the hot path begins, and how the parts are joined
//	serve_round.go                  a round of those who speak
//	wait_retry.go, unpark.go        requests that waited for memory are tried again; parked ones get their replies
//	stalled.go, idle_timeout.go     connections that are closed while requests lack memory; idle ones
//	line_timeout.go                 lines that do not end
//	panic.go                        what becomes of a bug
//	check.go; check_on.go or        what must hold between two stages, and behind a round; whether that is checked
//	check_off.go
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
//	stats_conns.go                  stats conns, which asks all loops
//	execute_crawl.go, dump.go       crawler: lru_crawler, and its lists of all items
//	execute_admin.go, auth.go       admin; what a client may ask for under -S
//	settle.go                       the end of a run: each connection keeps what was not taken of its input
//	replies.go, sink.go             replies: what has been made and not sent, and where it goes
//	write.go, write_batch.go        writer: the sink of sockets
//	wrap.go                         what goes through a transport
//	hangup.go                       how a connection is ended whose client may go on
//
//	wait_memory.go                  waiting: the requests of a loop that wait for memory
//	wait_queue.go, wait_list.go     the queues of all loops for it; a loop's list
//	shortage.go                     what is lacked, and which connections hold it
//	park.go                         requests whose work would hold a loop up
//	input_buffers.go                input that waits
//	planned_calls.go                system calls that are made together
//	conn.go, fill.go                what a connection remembers; a value that is on its way into its chunk
//	kept_request.go                 a request that outlives the input it came in
//	core.go, shared.go              what all parts of a loop need; what all loops have in common
//
//	worker.go, worker_pool.go       worker: where rounds are answered if the engine waits
//	background.go                   what runs in goroutines of its own
//	udp*.go                         datagrams: workers that go through the same stages
//	conn_events.go, pause.go        what happens to a connection; clients that do not read
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
// Everything in a loop and its connections belongs to that loop's goroutine. What is shared locks itself (gate, rim,
// prefixes, Log, background, waitQueue, relief). None of these calls another while locked, except that gate pauses its
// listeners. shared.loopsMu guards the list of loops, and comes before waitQueue and relief. Parked work runs in the
// background, as many at a time as shared.workPlaces has room for, and comes back to its connection as a task of the loop.
// shared.huge is held by the UDP worker whose answer is huge, and comes before every other lock.
//
// Read next: answer in loop.go.
package server
