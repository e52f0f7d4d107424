//go:build !linux

package bench

import (
	"errors"
	"time"
)

// generator exists on Linux only.
type generator struct{ notes *notes }

func newGenerator(Target, *shape) (*generator, error) {
	return nil, errors.New("the load generator runs on Linux only")
}

func (*generator) close()                                     {}
func (*generator) requests() int64                            { return 0 }
func (*generator) run(time.Duration, float64) (result, error) { return result{}, nil }
func ownCPU() time.Duration                                   { return 0 }

func howCalls() string { return "" }
