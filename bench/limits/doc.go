// Command limits attacks a cache server and holds what that costs the server against bounds.
//
//	go run ./bench/limits [--short] [--only NAME,NAME] [--peer NAME=PROGRAM] bin/gocached
//
// It starts the server anew for each attack, on the loopback and a free port, and prints a table with a line for each
// figure. Its status is 1 if gocached passes a bound. Other servers are attacked as well, for comparison, and have no
// bounds: those that --peer names, else the memcached in PATH.
//
// Memory is what the kernel says is resident (VmHWM of /proc/PID/status, reset by /proc/PID/clear_refs), processor time
// what its clock of the process says. Other work on the machine does not disturb the former. Where it can disturb a
// figure, the figure is a median, or the best of a few tries; the attack's file says which.
//
// # Where things are
//
//	main.go, report.go   flags; the table that is printed
//	attack.go            the table of attacks, with their bounds
//	trial.go             one attack on one server: what an attack is given
//	process.go           the server's process, its memory and its processor time
//	client.go            a client that speaks the text protocol
//	value.go             values that say whose they are
//	collide.go           keys that collide under well-known hash functions
//	corpus.go            valid inputs, and how they are spoilt
//
// Every other file is one attack.
//
// Read next: attack.go.
package main
