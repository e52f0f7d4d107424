//go:build !gocachedfifo

package memory

// usesCount says whether an item that is used stays longer.
const usesCount = true
