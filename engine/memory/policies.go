package memory

import (
	"fmt"

	"gocached/lru"
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

// startPolicies gives each class its policy, and memory for ghosts to all together. Limit is how many bytes of items there may
// be. The memory is touched only as far as it is used.
func (e *Engine) startPolicies(name string, limit int64) (err error) {
	most := int64(e.arena.Most()) * int64(e.arena.PageSize()) // the limit may rise to
	if e.ghosts, err = lru.NewGhostMemory(max(limit, most), len(e.classes)); err != nil {
		return fmt.Errorf("memory: reserve memory for ghosts: %w", err)
	}
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.policy.Init(policyFor(name, limit, c.chunks.Size), e.ghosts, c.chunks.Size)
	}
	return nil
}

// trimGhosts gives the system back what ghosts do not need any more.
func (e *Engine) trimGhosts() {
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.mu.Lock()
		c.policy.TrimGhosts()
		c.mu.Unlock()
	}
	e.ghosts.Trim()
}
