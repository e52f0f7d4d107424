// Package server connects clients to an engine: sockets, connections, execution, settings, counters.
//
// # From bytes to replies
//
//	socket ──┬── gnet's poll ── arrive, at once ──────────────────────┐
//	         └── our polls, between gnet's ── take, for a whole round ┤
//	                                                                  v
//	   answer:   1. parse      waiting bytes       -> a run of up to 64 requests   (package protocol)
//	             2. execute    requests            -> replies appended to l.out    (through the engine)
//	             3. write      each connection's part of l.out -> its socket, few system calls for all
//
// A round is what one poll of an event loop found; while clients speak we poll (poll.go), and gnet has its turn in between. A run is what is parsed ahead of execution: neighbouring gets in it,
// whoever sent them, go to the engine in one call, so that their cache misses overlap. The replies of a connection are
// pieces of the loop's one buffer, or values that stay in their chunks ("lent") until the socket has taken them.
//
// # Sockets
//
// Listeners are our own (package listen), since gnet's cannot pause, share or fail safely; an accepted connection is
// enrolled with a gnet event loop, which owns it, opens and closes it, and reads when it is the first to speak. We write:
// with send(2) or io_uring, straight to the descriptor. What a socket does not take is kept (it is bounded by outputMost and one
// reply), the connection is blocked, and gnet is kept from reading from it (pause.go); a second epoll finds out when there
// is room again (drain.go). So a client that does not read costs a bound amount of memory and nobody else's time. What is
// lent to all of them together is bound too (lend.go), and so is what is being received (execute_store.go). Who finds no room
// waits in line (wait_memory.go), and who stalls while others do is closed (stalled.go).
//
// UDP goes past gnet: a few goroutines for each socket read datagrams, up to 32 with one system call, take them through the
// same three stages, and send each command's answer as a message (udp.go). They may wait, and an answer is never longer
// than 65,535 datagrams.
//
// # Time
//
// One ticker turns the clock (package clock), and what serves items asks that alone. Only who authenticates costs more:
// auth.go asks the machine for the time, to judge the age of a file and the pace of guesses, and park.go sets a timer; so do lineend.go and hangup.go, for clients who do not finish.
//
// # Where things are
//
//	loop.go, poll.go                             rounds, and answer: the hot path begins there
//	parse.go, execute.go, settle.go, write.go    its stages
//	execute_*.go                                 what each command means; one table, handlers, for both protocols
//	read_slots.go, receive.go                    many reads with one system call; a long value, straight from its socket into its chunk
//	replies.go, write_batch.go                   replies between the stages, and many writes with one system call
//	package kernel                               the system calls that move bytes, and the face of them that the simulation puts on
//	conn.go                                      what a connection remembers
//	pause.go, drain.go                           clients that do not read, and when they do again
//	fallback.go                                  what is done without gnet's poller
//	check.go                                     what must hold between two stages, and behind a round
//	lend.go                                      long values, which are sent from where they lie
//	wait_memory.go, wait_line.go                 requests that wait for memory, and who has his turn
//	stalled.go                                   who is closed while they do
//	lineend.go, hangup.go                        lines that do not end; how a connection is ended whose client may go on
//	idle.go                                      clients that do nothing at all
//	auth.go, park.go                             who may come in under -S; work that would hold a loop up
//	udp*.go                                      datagrams
//	handler.go                                   gnet's events; what happens after a panic
//	accept.go; package listen                     how clients get in, and how many
//	server.go                                    start and stop
//	package settings                             everything the command line can choose: one table
//	stats.go, counters.go, footprint.go          figures: one row each; packages figure and prefix
//	figures.go                                   the walk over them, for stats and whoever else shows them
//	verbose.go; package oplog                    what the operator sees
//
// # Locks
//
// Everything in a loop and its connections belongs to that loop's goroutine. What is shared is locked in itself (gate,
// drainer, prefixes, Log, parking, line, relief) and none of these calls another while locked, except that gate pauses its
// listeners. Server.loopsMu guards the list of loops, and comes before line and relief. Parked work runs in
// goroutines of its own, as many at a time as Server.working has places, and comes back to its connection as a task of the
// loop. Server.huge is held by the UDP worker whose answer is huge, and comes before every other lock.
//
// Read next: answer in loop.go.
package server
