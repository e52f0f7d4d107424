package protocol

import "gocached/engine"

func appendBinaryReply(dst []byte, r *Request, reply *Reply) []byte { panic("to be written") }
func appendBinaryHit(dst []byte, r *Request, key []byte, hit *engine.Hit) []byte {
	panic("to be written")
}
func appendBinaryMiss(dst []byte, r *Request, key []byte) []byte         { panic("to be written") }
func appendBinaryStat(dst []byte, r *Request, name, value string) []byte { panic("to be written") }
