package cases

import (
	"runtime/debug"
	"strings"
)

// Version returns the version of the module that this program was built with; of one that has no number, the day.
func Version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			untagged, isUntagged := strings.CutPrefix(dependency.Version, "v0.0.0-")
			if isUntagged {
				return untagged[:len("20060102")]
			}
			return dependency.Version
		}
	}
	return "of unknown version"
}
