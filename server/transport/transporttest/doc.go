// Package transporttest holds what every transport must pass, and a small transport for tests.
//
// It is for tests alone, like package enginetest.
package transporttest
