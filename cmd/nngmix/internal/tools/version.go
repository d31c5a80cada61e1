package tools

import (
	"fmt"
	"runtime"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/simd"
	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	var levels bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the instruction set in use and what the CPU offers",
		Args:  cli.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			out := cmd.OutOrStdout()
			if levels {
				for _, l := range simd.Supported() {
					fmt.Fprintln(out, l)
				}
				return
			}
			fmt.Fprintf(out, "nngmix  %s (%s, %s/%s)\n", cli.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			fmt.Fprintf(out, "simd    %v in use, %v available (NNGMIX_SIMD forces one)\n", simd.Active(), simd.Supported())
			fmt.Fprintf(out, "cpu     %s, %d threads\n", cli.CPUName(), runtime.GOMAXPROCS(0))
		},
	}
	cmd.Flags().BoolVar(&levels, "levels", false, "print only the available instruction sets, one a line")
	return cmd
}
