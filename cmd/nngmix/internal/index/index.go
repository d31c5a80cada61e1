// Package index has the commands that build, search, change, describe and verify an
// index of a table.
package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// Command returns nngmix index and the commands below it.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "index",
		Short: "Build an index of a table once, search it many times",
		Args:  cli.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(buildCommand(), searchCommand(), addCommand(), compactCommand(), infoCommand(), verifyCommand())
	return cmd
}

// oneIndex wants one argument, an index file.
func oneIndex(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return cli.Usage(errors.New("want one FILE, an index, or a folder that is one"))
	}
	return nil
}

func verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "verify FILE",
		Short:   "Read an index whole and check that nothing in it is damaged",
		Example: "  nngmix index verify celeba.nngx",
		Args:    oneIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := describeIndex(cmd.Context(), args[0], tableindex.Verify)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: sound, %d rows of %d columns, %.1f MB\n", args[0], info.Rows, info.Dim, cli.Megabytes(info.FileBytes))
			return nil
		},
	}
}

func infoCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "info FILE",
		Short:   "Print what an index holds: rows, graph, columns and their scaling",
		Example: "  nngmix index info celeba.nngx",
		Args:    oneIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := describeIndex(cmd.Context(), args[0], func(context.Context, string) error { return nil })
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(info)
			}
			return info.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// Info is what index info prints.
type Info struct {
	File           string             `json:"file"`
	FileBytes      int64              `json:"file_bytes"`
	Method         string             `json:"method"`
	Metric         string             `json:"metric"`
	M              int                `json:"m"`
	EfConstruction int                `json:"ef_construction"`
	Seed           uint64             `json:"seed"`
	Rows           int                `json:"rows"` // that are indexed
	UniqueRows     int                `json:"unique_rows"`
	Deleted        int                `json:"deleted"`
	Dim            int                `json:"columns"`
	Segments       int                `json:"segments"`
	Links          int                `json:"links"`
	IndexBytes     int64              `json:"index_bytes"`
	Table          *tableindex.Schema `json:"table"` // null where a program made the index
}

// describeIndex returns the description of the index at path, which has to pass
// check.
func describeIndex(ctx context.Context, path string, check func(ctx context.Context, path string) error) (*Info, error) {
	if err := check(ctx, path); err != nil {
		return nil, err
	}
	x, err := openAny(path)
	if err != nil {
		return nil, err
	}
	if err := x.CountLinks(ctx); err != nil {
		return nil, err
	}
	s, opt := x.Stats(), x.Options()
	return &Info{
		File: path, FileBytes: x.FileBytes(), Method: "hnsw", Metric: opt.Metric.String(), M: opt.M,
		EfConstruction: opt.EfConstruction, Seed: opt.Seed, Rows: s.Rows, UniqueRows: s.Unique, Deleted: s.Deleted,
		Dim: s.Dim, Segments: s.Segments, Links: s.Links, IndexBytes: s.Bytes, Table: x.Schema,
	}, nil
}

// openAny opens an index of a table, or one that a program made.
func openAny(path string) (*tableindex.Index, error) {
	if tableindex.IsFolder(path) {
		return tableindex.Open(path)
	}
	return tableindex.OpenGraph(path)
}

// print prints what the index holds.
func (i *Info) print(out io.Writer) error {
	fmt.Fprintf(out, "%s: %s index, %.1f MB\n", i.File, i.Method, cli.Megabytes(i.FileBytes))
	fmt.Fprintf(out, "rows      %d of %d columns, %d distinct", i.Rows, i.Dim, i.UniqueRows)
	if i.Segments > 1 {
		fmt.Fprint(out, " within graphs")
	}
	if i.Deleted > 0 {
		fmt.Fprintf(out, "; %d deleted", i.Deleted)
	}
	fmt.Fprintf(out, "\ngraph     %s, M %d, efConstruction %d, seed %d: %d links", i.Metric, i.M, i.EfConstruction, i.Seed, i.Links)
	if i.Segments > 1 {
		fmt.Fprintf(out, " in %d graphs", i.Segments)
	}
	fmt.Fprintln(out)
	if i.Table == nil {
		fmt.Fprintln(out, "table     unknown: a program made this index, not 'nngmix index build'")
		return nil
	}
	return printSchema(out, i.Table)
}

// printSchema prints what is known of the table.
func printSchema(out io.Writer, m *tableindex.Schema) error {
	fmt.Fprintf(out, "table     %s, %d rows", m.Source, m.Rows)
	if m.Dropped > 0 {
		fmt.Fprintf(out, ", %d of them left out for missing values", m.Dropped)
	}
	if m.Label != "" {
		fmt.Fprintf(out, "; label %s, not searched", m.Label)
	}
	fmt.Fprintf(out, "\nscale     %s\n\n", m.Scale)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "column\ttype\tmin\tmax\tcategories")
	short := func(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
	for _, c := range m.Columns {
		low, high := short(c.Min), short(c.Max)
		if m.Scale == "none" || c.Nominal {
			low, high = "", ""
		}
		count := ""
		if c.Nominal {
			count = strconv.Itoa(c.Count())
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.Name, c.Type, low, high, count)
	}
	return w.Flush()
}
