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
	var memory cli.MemoryFlags
	var label string
	var categorical []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info FILE ...",
		Short: "Print what a table holds: shape, types, missing values, duplicate rows, labels",
		Long: `Print what a table holds, and what was decided when it was read. Several files,
folders and patterns are one table, as of generate.

Of each column: its type and, where that is not obvious, why; how many values are
missing or infinite, and which texts were taken for missing ones; how many distinct
values it has, up to 1000; the least and the greatest; and its part in a search.`,
		Example: "  nngmix info payments.parquet --label is_fraud\n  nngmix info export.txt --format csv --type zip=text --json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usage(errors.New("want a FILE to look at"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in.In, in.Also = args[0], args[1:]
			info, err := infoOf(cmd.Context(), &in, &memory, label, categorical)
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
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&label, "label", "", "label column, whose values are counted (in an NPZ file an array, default y)")
	flags.StringArrayVar(&categorical, "categorical", nil, "columns that are codes, separated by commas: the role that they have then")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	memory.Add(flags)
	in.Add(flags)
	return cmd
}

// infoOf looks at the table that the flags name.
func infoOf(ctx context.Context, in *cli.TableFlags, memory *cli.MemoryFlags, label string, categorical []string) (*tableInfo, error) {
	bytes, err := memory.Bytes()
	if err != nil {
		return nil, cli.Usage(err)
	}
	t, err := in.Open(ctx, label, memory.Options(bytes))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if t.Table() == nil {
		cli.LimitMemory(bytes)
	}
	info, err := describeTable(ctx, t, label, categorical, bytes)
	if err != nil {
		return nil, table.InFile(in.In, err)
	}
	info.File = in.In
	return info, nil
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

// describeTable looks at t, once for what columns hold, once for their roles and once
// for each share of the rows whose hashes fit into memory, of which 0 is any. The label
// column is no part of a row when duplicate rows are counted.
func describeTable(ctx context.Context, t *table.Stream, label string, categorical []string, memory int64) (*tableInfo, error) {
	if label == "" && t.Format == table.NPZ {
		label = "y"
	} else if label != "" {
		if _, err := table.FindField(t.Fields, label); err != nil {
			return nil, fmt.Errorf("--label: %w", err)
		}
	}
	leftOut, err := dataset.LeftOut(ctx, t, label, categorical)
	if err != nil {
		return nil, err
	}
	info := &tableInfo{Rows: t.Rows, Columns: []columnInfo{}}
	described := make([]*columnScan, len(t.Fields))
	for j, f := range t.Fields {
		described[j] = newColumnScan(f)
	}
	var counts labelCounts
	err = t.Each(ctx, nil, func(_ int, columns []table.Column) error {
		for j, c := range columns {
			described[j].add(c)
			if t.Fields[j].Name == label {
				counts.add(described[j].exact, c)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	var features []int
	for j := range t.Fields {
		d := described[j].info()
		if d.Name == label {
			info.Label = &labelInfo{d, counts.list}
			info.Label.Role = "label"
			continue
		}
		features = append(features, j)
		d.setRole(leftOut)
		info.Columns = append(info.Columns, d)
	}
	info.DistinctRows, err = distinctRows(ctx, t, features, memory)
	return info, err
}

// hashBytes is what the hash of a row takes in a set.
const hashBytes = 48

// distinctRows counts the rows that differ from all before in the given columns, by
// their 128-bit hashes: no two of them have met yet by chance. It goes through the
// table as often as it takes for half the memory to hold the hashes of each time.
func distinctRows(ctx context.Context, t *table.Stream, features []int, memory int64) (count int, err error) {
	shares := 1
	if memory > 0 && t.Table() == nil {
		shares = int(int64(t.Rows)*hashBytes/(memory/2)) + 1
	}
	exact := make([]*columns.Exact, len(features))
	for j, at := range features {
		exact[j] = columns.NewExact(t.Fields[at])
	}
	for share := range shares {
		d := distinct{seen: map[xxh3.Uint128]struct{}{}, shares: uint64(shares), share: uint64(share)}
		err := t.Each(ctx, features, func(_ int, batch []table.Column) error {
			for j, x := range exact {
				x.Column = batch[j]
			}
			return d.add(ctx, exact)
		})
		if err != nil {
			return 0, err
		}
		count += len(d.seen)
	}
	return count, nil
}

// distinct is the hashes of rows that are different: those of one share of all hashes.
type distinct struct {
	seen          map[xxh3.Uint128]struct{}
	shares, share uint64
	values        columns.Chunk
}

// add adds the rows of a batch.
func (d *distinct) add(ctx context.Context, features []*columns.Exact) error {
	const cell = 9 // eight bytes of a value, one that tells whether there is one
	rows, width := features[0].Len(), cell*len(features)
	atOnce := max(1, min(columns.ChunkRows, (4<<20)/width))
	chunk := make([]byte, atOnce*width)
	for from := 0; from < rows; from += atOnce {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(atOnce, rows-from)
		clear(chunk)
		for j, x := range features {
			x.Load(&d.values, from, from+n)
			for i := range n {
				if at := chunk[i*width+cell*j:]; !d.values.Gaps[i] {
					at[0] = 1
					binary.LittleEndian.PutUint64(at[1:], d.values.Bits[i])
				}
			}
		}
		for i := range n {
			if h := xxh3.Hash128(chunk[i*width:][:width]); h.Hi%d.shares == d.share {
				d.seen[h] = struct{}{}
			}
		}
	}
	return nil
}

// labelCounts counts the values of the label column, missing ones as "missing", in the
// order of their first rows.
type labelCounts struct {
	list    []valueCount
	at      map[uint64]int // place in list, by the bits of the value
	missing int            // the same of missing values, plus 1
	values  columns.Chunk
}

// add adds a batch of the column, which x reads.
func (l *labelCounts) add(x *columns.Exact, c table.Column) {
	if l.at == nil {
		l.at = map[uint64]int{}
	}
	x.Column = c
	for from := 0; from < x.Len(); from += columns.ChunkRows {
		n := min(columns.ChunkRows, x.Len()-from)
		x.Load(&l.values, from, from+n)
		for i, b := range l.values.Bits[:n] {
			l.count(x, b, l.values.Gaps[i])
		}
	}
}

// count counts a value by its bits.
func (l *labelCounts) count(x *columns.Exact, b uint64, gap bool) {
	place, ok := l.at[b]
	if gap {
		place, ok = l.missing-1, l.missing > 0
	}
	if ok {
		l.list[place].Count++
		return
	}
	text := "missing"
	if gap {
		l.missing = len(l.list) + 1
	} else if l.at[b], text = len(l.list), x.Text(b); x.Desc.Type == table.String {
		text = strconv.Quote(text)
	}
	l.list = append(l.list, valueCount{text, 1})
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
