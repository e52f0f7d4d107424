package rim

import (
	"runtime"

	"gocached/server/oplog"
)

// logger passes gnet's rare complaints on to our log, and drops its chatter.
type logger struct{ log *oplog.Log }

func (logger) Debugf(string, ...any)               {}
func (logger) Infof(string, ...any)                {}
func (g logger) Warnf(format string, args ...any)  { g.log.Printf(format, args...) }
func (g logger) Errorf(format string, args ...any) { g.log.Printf(format, args...) }
func (g logger) Fatalf(format string, args ...any) { g.log.Printf(format, args...); runtime.Goexit() }
