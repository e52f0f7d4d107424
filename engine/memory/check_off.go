//go:build !gocachedcheck

package memory

type selfChecker struct{}

func (e *Engine) selfCheck() {}
