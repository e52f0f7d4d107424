package server

import (
	"testing"

	"gocached/server/listen"
)

// BenchmarkIdle measures one look at 10,000 connections of a loop, none of them idle.
func BenchmarkIdle(b *testing.B) {
	l := &loop{core: core{roster: roster{after: 60}}}
	for range 10_000 {
		l.roster.add(newConn(listen.KindTCP))
	}
	b.Run("sweep/10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, c := range l.roster.conns {
				if l.isIdle(c, 60) {
					b.Fatal("idle")
				}
			}
		}
	})
}
