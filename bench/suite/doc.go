// Command suite measures the standard loads on gocached and on other servers, and writes a document about it:
//
//	suite --peer memcached=/usr/bin/memcached bin/gocached
//
// It starts the servers, each with one thread and all on one processor, lets them work in turn under each load (that
// is what package bench does), and puts what a request costs, what a server answers in a second and how long it takes
// into tables. "make bench" installs what is missing and calls it.
//
// Read it in this order:
//
//	loads.go      the table of the standard loads
//	kind.go       the kinds of servers: their flags, what they cannot do
//	server.go     starting them; package process ends them
//	run.go        a row: fresh servers, the load, its report
//	redis.go      redis-server under redis-benchmark, since it does not speak memcached's protocol
//	memcaslap.go  another load generator, as a second opinion; other.go measures such turns
//	results.go    everything that was measured, as JSON, and how a later run adds to it
//	markdown.go   the document; cells.go its cells
//
// With --hits it compares hit ratios and memory instead ("make hits"), with the megabytes that each row says:
//
//	hits.go           the rows, and how one is measured
//	hits_results.go   the figures as JSON, and the page that they are part of
//	hits_markdown.go  that part
package main
