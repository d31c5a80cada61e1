package tools

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
	"github.com/zeebo/xxh3"
)

func infoCommand() *cobra.Command {
	var in cli.TableFlags
	var label string
	var categorical []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Print what a table holds: shape, types, missing values, duplicate rows, labels",
		Long: `Print what a table holds, and what was decided when it was read.

Of each column: its type and, where that is not obvious, why; how many values are
missing or infinite, and which texts were taken for missing ones; how many distinct
values it has, up to 1000; the least and the greatest; and its part in a search.`,
		Example: "  nngmix info payments.parquet --label is_fraud\n  nngmix info export.txt --format csv --type zip=text --json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usage(errors.New("want one FILE to look at"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in.In = args[0]
			t, err := in.Read(cmd.Context(), label, 0, nil)
			if err != nil {
				return err
			}
			info, err := describeTable(cmd.Context(), t, label, categorical)
			if err != nil {
				return fmt.Errorf("%s: %w", in.In, err)
			}
			info.File = args[0]
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(info)
			}
			return info.print(cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&label, "label", "", "label column, whose values are counted (in an NPZ file an array, default y)")
	flags.StringArrayVar(&categorical, "categorical", nil, "columns that are codes, separated by commas: the role that they have then")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	in.Add(flags)
	return cmd
}

// tableInfo is what info prints.
type tableInfo struct {
	File         string       `json:"file"`
	Rows         int          `json:"rows"`
	DistinctRows int          `json:"distinct_rows"` // the label apart
	Label        *labelInfo   `json:"label,omitempty"`
	Columns      []columnInfo `json:"columns"` // without the label
}

// labelInfo counts the values of the label column.
type labelInfo struct {
	columnInfo
	Counts []valueCount `json:"counts"` // in the order of the table
}

// valueCount tells how often a value occurs.
type valueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// describeTable looks at t. The label column is no part of a row when duplicate
// rows are counted.
func describeTable(ctx context.Context, t *table.Table, label string, categorical []string) (*tableInfo, error) {
	if label == "" && t.Format == table.NPZ {
		label = "y"
	} else if label != "" {
		if _, err := t.Find(label); err != nil {
			return nil, fmt.Errorf("--label: %w", err)
		}
	}
	leftOut, err := dataset.LeftOut(ctx, t.Stream(), label, categorical)
	if err != nil {
		return nil, err
	}
	info := &tableInfo{Rows: t.Rows, Columns: []columnInfo{}}
	var features []table.Column
	for _, c := range t.Columns {
		if c.Name() == label {
			info.Label = &labelInfo{describeColumn(c), labelCounts(c)}
			info.Label.Role = "label"
			continue
		}
		features = append(features, c)
		d := describeColumn(c)
		d.setRole(leftOut)
		info.Columns = append(info.Columns, d)
	}
	info.DistinctRows, err = distinctRows(ctx, features, t.Rows)
	return info, err
}

// distinctRows counts the rows that differ from all before, by their 128-bit
// hashes: no two of them have met yet by chance.
func distinctRows(ctx context.Context, features []table.Column, rows int) (int, error) {
	seen := make(map[xxh3.Uint128]struct{})
	const cell = 9 // eight bytes of a value, one that tells whether there is one
	width := cell * len(features)
	atOnce := max(1, min(columns.ChunkRows, (4<<20)/width))
	chunk := make([]byte, atOnce*width)
	values := new(columns.Chunk)
	exact := make([]*columns.Exact, len(features))
	for j, c := range features {
		exact[j] = columns.NewExact(c)
	}
	for from := 0; from < rows; from += atOnce {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n := min(atOnce, rows-from)
		clear(chunk)
		for j, x := range exact {
			x.Load(values, from, from+n)
			for i := range n {
				if at := chunk[i*width+cell*j:]; !values.Gaps[i] {
					at[0] = 1
					binary.LittleEndian.PutUint64(at[1:], values.Bits[i])
				}
			}
		}
		for i := range n {
			seen[xxh3.Hash128(chunk[i*width:][:width])] = struct{}{}
		}
	}
	return len(seen), nil
}

// labelCounts counts the values of the label column, missing ones as "missing".
func labelCounts(label table.Column) []valueCount {
	x, values := columns.NewExact(label), new(columns.Chunk)
	at := map[uint64]int{}
	missing := -1
	var counts []valueCount
	for from := 0; from < x.Len(); from += columns.ChunkRows {
		n := min(columns.ChunkRows, x.Len()-from)
		x.Load(values, from, from+n)
		for i, b := range values.Bits[:n] {
			place, ok := at[b]
			if values.Gaps[i] {
				place, ok = missing, missing >= 0
			}
			if ok {
				counts[place].Count++
				continue
			}
			text := "missing"
			if values.Gaps[i] {
				missing = len(counts)
			} else if at[b], text = len(counts), x.Text(b); x.Desc.Type == table.String {
				text = strconv.Quote(text)
			}
			counts = append(counts, valueCount{text, 1})
		}
	}
	return counts
}

// print prints what the table holds.
func (t *tableInfo) print(out io.Writer) error {
	fmt.Fprintf(out, "%d rows, %d feature columns\n", t.Rows, len(t.Columns))
	fmt.Fprintf(out, "%d distinct rows (%.1f %%), %d duplicates\n", t.DistinctRows, 100*float64(t.DistinctRows)/float64(t.Rows), t.Rows-t.DistinctRows)
	if t.Label != nil {
		fmt.Fprintf(out, "label %s: %s\n", t.Label.Name, someCounts(t.Label.Counts))
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	infinite := slices.ContainsFunc(t.Columns, func(c columnInfo) bool { return c.Infinite > 0 })
	fmt.Fprint(w, "column\ttype\tmissing\t")
	if infinite {
		fmt.Fprint(w, "infinite\t")
	}
	fmt.Fprintln(w, "values\tmin\tmax\trole")
	for _, c := range t.Columns {
		fmt.Fprintf(w, "%s\t%s\t%d\t", c.Name, c.Type, c.Missing)
		if infinite {
			fmt.Fprintf(w, "%d\t", c.Infinite)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.valuesText(), orEmpty(c.Min), orEmpty(c.Max), c.Role)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	columns := t.Columns
	if t.Label != nil {
		columns = append([]columnInfo{t.Label.columnInfo}, columns...)
	}
	return printReadings(out, columns)
}

// printReadings prints what is worth saying of how columns were read.
func printReadings(out io.Writer, columns []columnInfo) error {
	first := true
	for _, c := range columns {
		lines := c.lines()
		if c.Note != "" {
			lines = append(lines, c.Note)
		}
		for _, line := range lines {
			if first {
				fmt.Fprintln(out)
			}
			first = false
			if _, err := fmt.Fprintf(out, "%s: %s\n", c.Name, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// someCounts lists the first counts.
func someCounts(counts []valueCount) string {
	const most = 10
	list := ""
	for i, c := range counts {
		if i == most {
			return list + fmt.Sprintf(", and %d other values", len(counts)-most)
		}
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("%s %d times", c.Value, c.Count)
	}
	return list
}

// orEmpty returns v as text, nothing for nil.
func orEmpty(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
