//go:build gocachedcheck

package memory

// checkEvery spaces the checks of a checking build: so many stores.
const checkEvery = 1 << 12

var stores counter

// selfCheck checks the engine now and then, and panics if it is damaged. It is called with no lock held.
func (e *Engine) selfCheck() {
	if stores.Add(1)%checkEvery != 0 {
		return
	}
	if err := e.Check(); err != nil {
		panic(err)
	}
}
