package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

var versionCommand = command{name: "version", short: "print the release", long: "Prints the release, the commit it was built from where that is known, and the Go version."}

func init() {
	versionCommand.run = func(_ context.Context, e *env, args []string) error {
		if err := versionCommand.none(e, args); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.out, "oms %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
}

// release is set by the linker when a release is built.
var release string

// version is the release, else the commit, else "development".
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "development"
}
