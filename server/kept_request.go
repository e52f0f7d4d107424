package server

import (
	"bytes"

	"gocached/protocol"
)

// kept is a request that outlives the input in which it came: its value is still coming, it waits for memory, or it is parked.
// Its key and its tokens are copies. They are short: MaxKey and MaxTokens bytes at most. The value is the business of the
// type that embeds kept.
type kept struct {
	request protocol.Request
	key     []byte
}

// keep returns a copy of request i of the run, without its value. withKey says whether the key is needed later.
func (ro *round) keep(i int, withKey bool) kept {
	k := kept{request: ro.run.Requests[i]}
	r := &k.request
	r.Value, r.Tokens = nil, bytes.Clone(r.Tokens[:min(len(r.Tokens), protocol.MaxTokens)])
	if withKey {
		k.key = bytes.Clone(ro.run.Keys[i].Bytes)
	}
	return k
}

// put makes a kept request number i of the run.
func (ro *round) put(i int, k *kept) { ro.run.Requests[i], ro.run.Keys[i].Bytes = k.request, k.key }
