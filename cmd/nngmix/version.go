package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/klauspost/cpuid/v2"
	"github.com/nngmix/nngmix/simd"
	"github.com/spf13/cobra"
)

// version is set by the Makefile; see buildVersion.
var version string

// buildVersion returns the version of this build: what the linker was told, or
// what the module system knows.
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

func versionCommand() *cobra.Command {
	var levels bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the instruction set in use and what the CPU offers",
		Args:  noArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			out := cmd.OutOrStdout()
			if levels {
				for _, l := range simd.Supported() {
					fmt.Fprintln(out, l)
				}
				return
			}
			fmt.Fprintf(out, "nngmix  %s (%s, %s/%s)\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			fmt.Fprintf(out, "simd    %v in use, %v available (NNGMIX_SIMD forces one)\n", simd.Active(), simd.Supported())
			fmt.Fprintf(out, "cpu     %s, %d threads\n", cpuName(), runtime.GOMAXPROCS(0))
		},
	}
	cmd.Flags().BoolVar(&levels, "levels", false, "print only the available instruction sets, one a line")
	return cmd
}

// cpuName names the processor, with its x86-64 feature level where it has one.
func cpuName() string {
	name := cpuid.CPU.BrandName
	if name == "" {
		name = "unnamed " + runtime.GOARCH + " processor"
	}
	if l := cpuid.CPU.X64Level(); l > 0 {
		name += fmt.Sprintf(" (x86-64-v%d)", l)
	}
	return name
}
