package server

import (
	"maps"
	"sync"
)

// tuned is what commands have chosen of memcached's numbers that mean nothing here, under their names in stats settings, where they
// are shown. It has its own lock.
type tuned struct {
	mu     sync.Mutex
	values map[string]string
}

func (t *tuned) set(name, value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.values == nil {
		t.values = map[string]string{}
	}
	t.values[name] = value
}

// all returns a copy.
func (t *tuned) all() map[string]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.values)
}
