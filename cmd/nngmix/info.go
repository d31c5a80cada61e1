package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"

	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
	"github.com/zeebo/xxh3"
)

func infoCommand() *cobra.Command {
	var in tableFlags
	var label string
	cmd := &cobra.Command{
		Use:     "info FILE",
		Short:   "Print what a table holds: shape, types, missing values, duplicate rows, labels",
		Example: "  nngmix info payments.parquet --label is_fraud",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("want one FILE to look at")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in.In = args[0]
			t, err := in.read(cmd.Context(), label, 0, nil)
			if err != nil {
				return err
			}
			return info(cmd.Context(), cmd.OutOrStdout(), t, label)
		},
	}
	cmd.Flags().StringVar(&label, "label", "", "label column, whose values are counted (in an NPZ file an array, default y)")
	in.add(cmd.Flags())
	return cmd
}

// info prints what t holds. The label column is no part of a row when duplicate
// rows are counted.
func info(ctx context.Context, out io.Writer, t *table.Table, label string) error {
	if label == "" && t.Format == table.NPZ {
		label = "y"
	}
	var features []table.Column
	var labels table.Column
	for _, c := range t.Columns {
		if c.Name() == label {
			labels = c
		} else {
			features = append(features, c)
		}
	}
	distinct, err := distinctRows(ctx, features, t.Rows)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d rows, %d feature columns\n", t.Rows, len(features))
	fmt.Fprintf(out, "%d distinct rows (%.1f %%), %d duplicates\n", distinct, 100*float64(distinct)/float64(t.Rows), t.Rows-distinct)
	if labels != nil {
		fmt.Fprintf(out, "label %s: %s\n", labels.Name(), labelCounts(labels))
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "column\ttype\tmissing\tvalues\tmin\tmax")
	for _, c := range features {
		describe(w, c)
	}
	return w.Flush()
}

// maxValues is where the counting of a column's distinct values ends.
const maxValues = 1000

// describe prints the line of one column.
func describe(w io.Writer, c table.Column) {
	values := map[float64]struct{}{}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range c.Len() {
		x := c.Float(i)
		if math.IsNaN(x) {
			continue
		}
		lo, hi = min(lo, x), max(hi, x)
		if len(values) <= maxValues {
			values[x] = struct{}{}
		}
	}
	count, low, high := strconv.Itoa(len(values)), "", ""
	if len(values) > maxValues {
		count = fmt.Sprintf("> %d", maxValues)
	}
	if c.Type() != table.String && len(values) > 0 {
		low, high = strconv.FormatFloat(lo, 'g', 6, 64), strconv.FormatFloat(hi, 'g', 6, 64)
	}
	fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", c.Name(), c.Type(), c.CountMissing(0, c.Len()), count, low, high)
}

// distinctRows counts the rows that differ from all before, by their 128-bit
// hashes: no two of them have met yet by chance.
func distinctRows(ctx context.Context, columns []table.Column, rows int) (int, error) {
	seen := make(map[xxh3.Uint128]struct{})
	const chunk = 1024
	values := make([]float64, chunk*len(columns))
	row := make([]byte, 8*len(columns))
	for from := 0; from < rows; from += chunk {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n := min(chunk, rows-from)
		for j, c := range columns {
			c.Floats(values[j:], len(columns), from, from+n)
		}
		for i := range n {
			for j, x := range values[i*len(columns):][:len(columns)] {
				binary.LittleEndian.PutUint64(row[8*j:], math.Float64bits(x+0)) // -0 becomes 0
			}
			seen[xxh3.Hash128(row)] = struct{}{}
		}
	}
	return len(seen), nil
}

// labelCounts lists the values of the label column and how often each occurs.
func labelCounts(label table.Column) string {
	const most = 10
	count, order := map[string]int{}, []string{}
	for i := range label.Len() {
		text := "missing"
		switch x := label.Float(i); {
		case label.Missing(i):
		case label.Type() == table.String:
			text = strconv.Quote(label.Dictionary()[int(x)])
		default:
			text = strconv.FormatFloat(x, 'g', -1, 64)
		}
		if count[text] == 0 {
			order = append(order, text)
		}
		count[text]++
	}
	list := ""
	for i, text := range order {
		if i == most {
			return list + fmt.Sprintf(", and %d other values", len(order)-most)
		}
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("%s %d times", text, count[text])
	}
	return list
}
