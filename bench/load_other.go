//go:build !linux

package bench

import (
	"errors"
	"time"
)

// generator exists on Linux only.
type generator struct{}

func newGenerator(Target, LoadConfig) (*generator, error) {
	return nil, errors.New("the load generator runs on Linux only")
}

func (*generator) close()                          {}
func (*generator) run(time.Duration) (Turn, error) { return Turn{}, nil }
func ownCPU() time.Duration                        { return 0 }
