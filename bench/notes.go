package bench

import (
	"fmt"
	"sync"
)

// notes keeps the first fault of each kind in words; how many there are is counted elsewhere. It is shared by threads.
type notes struct {
	mu           sync.Mutex
	wrong, error string
}

// wrongValue notes a value that is not what was set.
func (n *notes) wrongValue(key, value []byte, want string) {
	n.keep(&n.wrong, func() string { return fmt.Sprintf("key %q: %s: %d bytes, %s", key, want, len(value), excerpt(value)) })
}

// errorAnswer notes an answer that is an error.
func (n *notes) errorAnswer(to string, text []byte) {
	n.keep(&n.error, func() string { return fmt.Sprintf("%s: %s", to, excerpt(text)) })
}

func (n *notes) keep(first *string, text func() string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if *first == "" {
		*first = text()
	}
}

// first returns the two notes; each is empty if there was none.
func (n *notes) first() (wrong, error string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.wrong, n.error
}

func excerpt(b []byte) string {
	const most = 40
	if len(b) > most {
		return fmt.Sprintf("%q and more", b[:most])
	}
	return fmt.Sprintf("%q", b)
}
