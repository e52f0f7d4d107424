// Package uring makes many calls on sockets with one system call, through Linux's io_uring.
//
// A server that reads from fifty connections and answers them makes a hundred system calls in which the kernel does
// little but enter and leave. With a ring they become two or three. Nothing here is asynchronous: a call that would have
// to wait fails with EAGAIN as recv and send do, and all results are there when Do returns. So a ring changes what calls
// cost and nothing else, and whoever has none makes the same calls one by one.
//
// The layouts and numbers are those of the kernel's include/uapi/linux/io_uring.h.
package uring
