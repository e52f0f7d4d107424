//go:build !linux

package process

import (
	"errors"
	"time"
)

// Clock is known on Linux only.
func Clock(int) (time.Duration, bool) { return 0, false }

func beFirst() error    { return errors.ErrUnsupported }
func beOrdinary() error { return nil }
