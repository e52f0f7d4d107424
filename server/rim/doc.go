// Package rim is everything that exists only to work with gnet. To move to another version of gnet, or to do without it, change
// this package and no other.
//
// gnet gives us event loops. Each is one goroutine that polls an epoll instance, reads from connections, and runs tasks. We
// do the rest without gnet. For that the rim knows some of gnet's insides:
//
//	what we want                         what gnet has       what the rim does
//	a round of many connections          one at a time       Loop polls by itself, between gnet's polls   loop.go, poller.go
//	not to read from who does not read   nothing             it changes what gnet's epoll waits for       pause.go
//	to hear when a socket has room       nothing             it has a second epoll for that               socket_room.go
//	clients that cannot be accepted and  a duplicate of the  it keeps a descriptor for it                 enrol.go
//	then not be served                   descriptor
//
// If gnet's poller is not found we do without it: probe.go says what is lost. Events of a connection go to its Client, and
// what a poll finds goes to the Worker of its Loop. Both are package server's, and know nothing of gnet.
//
// The simulation of package server plays gnet to the rim: simulate.go.
//
// Read next: Config in rim.go, then serve in loop.go.
package rim
