package process

import "sync"

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// maxTail is how much of the end is there at least.
const maxTail = 1 << 20

// Write implements io.Writer.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.text = append(t.text, text...); len(t.text) > 2*maxTail {
		t.text = t.text[:copy(t.text, t.text[len(t.text)-maxTail:])]
	}
	return len(text), nil
}

func (t *tail) last(most int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text[max(0, len(t.text)-most):])
}
