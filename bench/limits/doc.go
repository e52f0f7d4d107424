// Command limits attacks a cache server and holds what that costs the server against bounds.
//
//	go run ./bench/limits [--short] [--only NAME,NAME] [--peer NAME=PROGRAM] [--gctrace] bin/gocached
//
// It starts the server anew for each attack, on the loopback and a free port, and prints a table with a line for each
// figure. Its status is 1 if gocached passes a bound. Other servers are attacked as well, for comparison, and have no
// bounds: those that --peer names, else the memcached in PATH.
//
// Memory is what the kernel says is resident (VmHWM of /proc/PID/status, reset by /proc/PID/clear_refs), growth that without
// the program's own file, processor time what its clock of the process says. Other work on the machine disturbs the former little, though it can bring Go's
// runtime to start more threads or to collect later, which is a megabyte or two. Where it can disturb a figure, the
// figure is a median, or the best of a few tries; the attack's file says which. A row that passes its bound all the same
// is measured again, twice at most, and standard error says so.
//
// # The server or the machine
//
// Some figures would tell more of the machine than of the server, and are taken so that they do not:
//
//   - restart is the time of gocached in parts of that of a reference (reference.go): a server of a few lines that holds as
//     many connections, is killed and starts again in turns with it. Of either the least time counts. So what the kernel
//     takes to start a process and to break a thousand connections off is in both.
//   - crowd and idle-cpu are compared with memcached, and with the reference where there is no memcached.
//   - pauses: what Go's runtime reports as a pause of the collector includes the time in which its own threads are ready to
//     run and other threads have the processors. On two processors, which the clients share, that is most of it: longest
//     pauses of 0.5 to 2 ms are 0.1 to 0.25 ms if the server's threads come first (SCHED_FIFO, as chrt -f 1 gives it), at
//     the same load and with the same threads. So this server's threads do come first, for which the attack must be root
//     or have CAP_SYS_NICE; where it may not, it says so, and the figure holds those waits.
//     make limits ARGS="--only pauses --gctrace" shows what the runtime says of each collection.
//
// # Where things are
//
//	main.go, report.go   flags; the table that is printed
//	attack.go            the table of attacks, with their bounds
//	trial.go             one attack on one server: what an attack is given
//	server.go            the server, its memory and its processor time; package process starts and ends it
//	reference.go         a server to compare with
//	client.go            a client that speaks the text protocol
//	paced.go             a reader that reads at a steady rate
//	value.go             values that say whose they are
//	script.go            requests with the answers that are due
//	corpus.go            valid inputs, and how they are spoilt
//
// Every other file is one attack.
//
// Read next: attack.go.
package main
