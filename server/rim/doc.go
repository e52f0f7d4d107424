// Package rim is everything that exists only to live beside gnet: whoever moves to another version of gnet, or does without
// it, looks here and nowhere else.
//
// gnet gives us event loops: one goroutine each, that polls an epoll instance, reads from connections, and runs tasks. The
// rest we do past it, and for that the rim knows some of gnet's insides:
//
//	what we want                         what gnet has       what the rim does
//	a round of many connections          one at a time       Loop polls by itself, between gnet's polls   loop.go, poller.go
//	not to read from who does not read   nothing             it changes what gnet's epoll waits for       pause.go
//	to hear when a socket has room       nothing             it has a second epoll for that               socket_room.go
//	clients that cannot be accepted and  a duplicate of the  it keeps a descriptor for it                 enrol.go
//	then not be served                   descriptor
//
// Where gnet's poller is not found we do without: probe.go says what is lost. What is heard of a connection goes to its
// Client, what a poll finds to the Worker of its Loop; both are package server's, and know nothing of gnet.
//
// The simulation of package server plays gnet to the rim: simulate.go.
//
// Read next: Config in rim.go, then serve in loop.go.
package rim
