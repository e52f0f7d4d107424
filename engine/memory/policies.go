package memory

import (
	"fmt"
	"unsafe"

	"gocached/lru"
	"gocached/slab"
)

// fewItems is how many items there are at most where they go by lru whatever the policy: a tenth of them would be too few to tell
// by which new ones are wanted. So large items go in the order in which they do in memcached 1.4.5.
const fewItems = 1000

// policyFor returns the policy of a class with chunks of a size.
func policyFor(name string, limit int64, size int) string {
	if limit/int64(size) < fewItems {
		return lru.LRU
	}
	return name
}

// startPolicies gives each class its policy, and that a part of the memory for ghosts. Limit is how many bytes of items there
// may be. The memory is for the case that all of them are in one class, whichever; it is touched only as far as it is used.
func (e *Engine) startPolicies(name string, limit int64) (err error) {
	sizes, total := make([]int, len(e.classes)), 0
	for i := range e.classes[1:] {
		size := e.classes[i+1].chunks.Size
		sizes[i+1] = lru.GhostBytes(policyFor(name, limit, size), limit, size)
		total += sizes[i+1]
	}
	if e.ghosts, err = slab.Reserve(uintptr(total), 0); err != nil {
		return fmt.Errorf("memory: reserve memory for ghosts: %w", err)
	}
	e.ghosts.SmallPages()
	at := 0 // not a pointer, which must not go beyond the memory's end
	for i, bytes := range sizes {
		name := policyFor(name, limit, max(1, e.classes[i].chunks.Size))
		e.classes[i].policy.Init(name, unsafe.Add(e.ghosts.Start, at), bytes)
		at += bytes
	}
	return nil
}

// trimGhosts gives the system back what ghosts do not need any more. They may need it again meanwhile: then some are lost.
func (e *Engine) trimGhosts() {
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.mu.Lock()
		start, bytes := c.policy.TrimGhosts()
		c.mu.Unlock()
		if bytes > 0 {
			_ = e.ghosts.ForgetPart(uintptr(start)-uintptr(e.ghosts.Start), uintptr(bytes)) // else it stays
		}
	}
}
