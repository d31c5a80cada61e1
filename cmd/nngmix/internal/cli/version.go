package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/klauspost/cpuid/v2"
)

// version is set by the Makefile; see Version.
var version string

// Version returns the version of this build: what the linker was told, or
// what the module system knows.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// CPUName names the processor, with its x86-64 feature level where it has one.
func CPUName() string {
	name := cpuid.CPU.BrandName
	if name == "" {
		name = "unnamed " + runtime.GOARCH + " processor"
	}
	if l := cpuid.CPU.X64Level(); l > 0 {
		name += fmt.Sprintf(" (x86-64-v%d)", l)
	}
	return name
}
