package cases

import (
	"runtime/debug"
	"strings"
)

// Version returns the version of the module that this program was built with, in short.
func Version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return strings.TrimPrefix(dependency.Version, "v0.0.0-")
		}
	}
	return "of unknown version"
}
