// Package bench puts load on cache servers and compares them. Two questions, two commands:
//
//	replay   which hit ratio does a recorded trace get, and what does a request cost?      replay.go
//	load     what does a request cost under a load of a given shape?                       load.go
//
// Both work on any server that speaks memcached's text protocol. Every value says which key it belongs to, and every
// answer is checked byte for byte: a figure from a run with a wrong answer would be worth nothing.
//
// The server's processor time is read from the kernel (/proc/<pid>/stat, so in steps of 10 ms) before and after, where
// server and client run on the same machine.
package bench
