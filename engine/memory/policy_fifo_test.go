//go:build gocachedfifo

package memory

const usesCount = false // with the policy of lru/fifo.go
