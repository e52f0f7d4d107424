//go:build !gocachedfifo

package lru

// Policy decides which items of a slab class stay. Its methods are described at policy.
type Policy = EpochLRU
