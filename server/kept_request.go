package server

import (
	"bytes"

	"gocached/protocol"
)

// kept is a request that outlives the input it came in: its value is still coming, it waits for memory, or it is worked on
// elsewhere. Its key and its tokens are its own, and few bytes: MaxKey and MaxTokens at most. What becomes of its value is up
// to who keeps it.
type kept struct {
	request protocol.Request
	key     []byte
}

// keep returns request i of the run to be kept, without its value, and with its key only if that will be asked for again.
func (d *round) keep(i int, withKey bool) kept {
	k := kept{request: d.run.Requests[i]}
	r := &k.request
	r.Value, r.Tokens = nil, bytes.Clone(r.Tokens[:min(len(r.Tokens), protocol.MaxTokens)])
	if withKey {
		k.key = bytes.Clone(d.run.Keys[i].Bytes)
	}
	return k
}

// put makes a kept request number i of the run.
func (d *round) put(i int, k *kept) { d.run.Requests[i], d.run.Keys[i].Bytes = k.request, k.key }
