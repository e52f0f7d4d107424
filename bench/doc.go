// Package bench puts load on cache servers and compares what a request costs and how long it takes (load.go). Which requests find
// something is the subject of package replay beside it, which uses the Target, the values and the tables of this one. The
// standard loads of both, on servers that are started for them, are command suite.
//
// Every value says which key it belongs to, and every answer is checked byte for byte: a figure from a run with a wrong
// answer would be worth nothing.
//
// A load in the order in which it happens:
//
//	config.go     what is asked for, and its bounds; dist.go, zipf.go and rate.go read its parts
//	load.go       servers are filled (fill.go), then take turns
//	generator_*   the connections to one server, on few threads
//	thread_*      one thread: wait, take answers, send what is due
//	pace.go       when a batch is due, and how coordinated omission is avoided
//	batch.go      what a batch asks (shape.go: keys and values), and what its answers came to
//	codec*.go     how that is said in text and in binary, and how answers are checked
//	stream_*      over TCP and unix sockets; packet_* over UDP
//	batcher_*     the calls of many streams, made with one system call
//	summary.go    medians and spreads: a Report (report.go), from which table_load.go prints (cells.go)
//
// A thread takes the answers of up to 32 connections, and then sends their next batches together, through io_uring where
// the kernel allows it. So the generator costs less than what it measures, and requests come in bursts, the same for
// every server. Without io_uring it makes single calls and is dearer: two reports compare only if they say the same of that.
//
// The server's processor time is read from the kernel before and after a turn, where server and client run on the same
// machine (process.go).
package bench
