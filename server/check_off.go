//go:build !gocachedcheck && !race

package server

const checking = false
