package server

// sink is where a loop's replies go: to the sockets of its connections, as datagrams, or to connections of another loop
// (worker.go). It is given the connections that have replies, takes them from the loop's pieces (see replies.bytes), and
// gives back what is lent.
type sink interface {
	// sendMany may send to several connections at once, of which there are some, and resets the output of those it has sent to.
	sendMany(owners []*conn)

	// sendOne sends a connection that is open what it has left of its replies.
	sendOne(c *conn)
}
