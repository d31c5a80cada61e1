package program

import (
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/eval"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/generate"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/index"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/tools"
	"github.com/spf13/cobra"
)

// Root returns the command that all others belong to.
func Root() *cobra.Command {
	root := &cobra.Command{
		Use:               "nngmix",
		Short:             "Make few labeled anomalies go further on very large tables",
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              cli.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return cli.CheckRanges(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cli.Usage(err) })
	root.AddCommand(generate.Command(), index.Command(), eval.Command())
	root.AddCommand(tools.Commands()...)
	return root
}
