package generator

import (
	"context"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Rows are the rows of one side of a table, in the user's units. A Generator
// reads them as long as it is used; they must not change, and Row must be safe
// for concurrent use.
type Rows interface {
	Len() int                 // number of rows
	Dim() int                 // number of columns
	Row(dst []float64, i int) // copies row i to dst, which has Dim elements
}

// Dense returns the rows of a row-major matrix of dim columns. It keeps data. It
// panics unless dim is at least 1 and divides len(data).
func Dense(data []float64, dim int) Rows {
	if dim < 1 || len(data)%dim != 0 {
		panic(fmt.Sprintf("generator: %d values are no rows of %d columns", len(data), dim))
	}
	return dense{data, dim}
}

type dense struct {
	data []float64
	dim  int
}

func (d dense) Len() int                 { return len(d.data) / d.dim }
func (d dense) Dim() int                 { return d.dim }
func (d dense) Row(dst []float64, i int) { copy(dst, d.row(i)) }
func (d dense) row(i int) []float64      { return d.data[i*d.dim:][:d.dim:d.dim] }

// Column says how one column enters distances and samples.
type Column struct {
	// Min and Max are the column's range, which becomes 0 to 1 in search space;
	// finite, Min <= Max. Values outside it are allowed. Ignored when Nominal.
	Min, Max float64
	// Nominal marks category codes: whole numbers of which only equality matters.
	Nominal bool
	// Gaps says that rows may lack the column's value, which is then NaN; elsewhere
	// NaN is an error. Fill stands for it in search space, in the user's units: the
	// median, say, or the most frequent code. The package comment tells which samples
	// lack a value.
	Gaps bool
	Fill float64
	// MassMin and MassMax say that many rows have the value Min or Max, the zeros of a
	// column of amounts, say. They matter to NoiseKeep alone. Ignored when Nominal.
	MassMin, MassMax bool
}

// lacks tells whether x stands for a missing value.
func (c *Column) lacks(x float64) bool { return x != x && c.Gaps }

// onMass tells whether many rows have the value x.
func (c *Column) onMass(x float64) bool {
	return c.MassMin && x == c.Min || c.MassMax && x == c.Max
}

// width returns how much one unit of search space is in the user's units.
func (c *Column) width() float64 { return c.Max - c.Min }

// scaled returns x in search space.
func (c *Column) scaled(x float64) float64 {
	switch {
	case c.Nominal:
		return x
	case c.Max == c.Min:
		return 0
	}
	return (x - c.Min) / (c.Max - c.Min)
}

// Data is what samples are made from.
type Data struct {
	Labeled   Rows // the labeled anomalies
	Unlabeled Rows // all other rows; nil is none
	// Columns has an entry for each column. nil leaves all values as they are:
	// every column is numeric and one unit of it is one unit of search space.
	Columns []Column
	// Index, where it is not nil, finds neighbors in place of an index that New
	// would build of Unlabeled: its ids are row numbers of Unlabeled, its queries
	// rows in search space, the nominal columns moved behind the numeric ones.
	Index Searcher
	// Checked says that Unlabeled is known to hold finite values alone, gaps apart. Then
	// New does not read it where it need not search it.
	Checked bool
}

// dim returns the number of columns, or an error where the parts do not fit.
func (d *Data) dim() (int, error) {
	if d.Labeled == nil || d.Labeled.Len() == 0 {
		return 0, ErrNoLabeled
	}
	dim := d.Labeled.Dim()
	switch {
	case dim < 1:
		return 0, fmt.Errorf("%w: the rows have %d columns, want at least 1", ErrColumns, dim)
	case d.Unlabeled != nil && d.Unlabeled.Len() > 0 && d.Unlabeled.Dim() != dim:
		return 0, fmt.Errorf("%w: unlabeled rows of %d columns, labeled rows of %d", ErrColumns, d.Unlabeled.Dim(), dim)
	case d.Columns != nil && len(d.Columns) != dim:
		return 0, fmt.Errorf("%w: Columns has %d entries, the rows have %d columns", ErrColumns, len(d.Columns), dim)
	}
	for j, c := range d.Columns {
		if c.Gaps && !finite(c.Fill) {
			return 0, fmt.Errorf("%w: column %d has gaps that %g fills, want a finite number", ErrColumns, j, c.Fill)
		}
		if width := c.width(); !c.Nominal && !(width >= 0 && width <= math.MaxFloat64) {
			return 0, fmt.Errorf("%w: column %d reaches from %g to %g, want a finite range with Min <= Max", ErrColumns, j, c.Min, c.Max)
		}
	}
	return dim, nil
}

// unlabeled returns the number of unlabeled rows.
func (d *Data) unlabeled() int {
	if d.Unlabeled == nil {
		return 0
	}
	return d.Unlabeled.Len()
}

// ValueError names a value that cannot be used. It is an ErrValue.
type ValueError struct {
	Labeled     bool // the side: labeled anomalies or unlabeled rows
	Row, Column int  // 0-based
	Value       float64
}

// Error tells where the value stands and what is wrong with it.
func (e *ValueError) Error() string {
	side, want := "unlabeled", "want a finite number"
	if e.Labeled {
		side = "labeled"
	}
	if finite(e.Value) {
		want = "which does not fit float32, as neighbor search needs it"
	}
	return fmt.Sprintf("%v: %s row %d, column %d is %.9g, %s", ErrValue, side, e.Row, e.Column, e.Value, want)
}

// Unwrap returns ErrValue.
func (e *ValueError) Unwrap() error { return ErrValue }

// finite is not written x-x == 0, which fails where x is a product that the
// compiler fuses with the subtraction.
func finite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }

// Ranges returns numeric columns with the least and greatest value of each
// column over all rows of the given sides, or a ValueError; ErrNoLabeled and
// ErrColumns where there are no rows or their columns differ.
func Ranges(labeled, unlabeled Rows) ([]Column, error) {
	data := Data{Labeled: labeled, Unlabeled: unlabeled}
	dim, err := data.dim()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, dim)
	for j := range columns {
		columns[j] = Column{Min: math.Inf(1), Max: math.Inf(-1)}
	}
	widen := func(_ int, row []float64) int {
		for j, x := range row {
			c := &columns[j]
			if x >= c.Min && x <= c.Max {
				continue // almost always
			}
			if !finite(x) {
				return j
			}
			c.Min, c.Max = min(c.Min, x), max(c.Max, x)
		}
		return -1
	}
	if err := scan(context.Background(), labeled, true, 1, widen); err != nil {
		return nil, err
	}
	if data.unlabeled() > 0 {
		err = scan(context.Background(), unlabeled, false, 1, widen)
	}
	return columns, err
}

// BulkRows are Rows that can be read many at a time. New uses that where it can.
type BulkRows interface {
	Rows
	// Rows copies rows from <= i < to to dst, row-major.
	Rows(dst []float64, from, to int)
}

// readRows returns rows from <= i < to, in buffer unless they lie somewhere already.
func readRows(rows Rows, buffer []float64, from, to int) []float64 {
	dim := rows.Dim()
	buffer = buffer[:(to-from)*dim]
	switch rows := rows.(type) {
	case dense:
		return rows.data[from*dim : to*dim]
	case BulkRows:
		rows.Rows(buffer, from, to)
	default:
		for i := from; i < to; i++ {
			rows.Row(buffer[(i-from)*dim:][:dim], i)
		}
	}
	return buffer
}

// scanRows is how many rows a goroutine reads at a time: few enough to stay in cache.
const scanRows = 256

// scan calls visit(i, row i) for each row, from several goroutines. visit
// returns the number of a column whose value cannot be used, or -1; the first
// such row becomes a ValueError. visit must not change the row.
func scan(ctx context.Context, rows Rows, labeled bool, threads int, visit func(i int, row []float64) int) error {
	n, dim := rows.Len(), rows.Dim()
	tasks := (n + scanRows - 1) / scanRows
	bad := make([]*ValueError, tasks)
	buffers := make([][]float64, threads)
	err := parallel.Do(ctx, threads, tasks, func(worker, task int) error {
		if buffers[worker] == nil {
			buffers[worker] = make([]float64, scanRows*dim)
		}
		from, to := task*scanRows, min(n, (task+1)*scanRows)
		values := readRows(rows, buffers[worker], from, to)
		for i := from; i < to; i++ {
			row := values[(i-from)*dim:][:dim]
			if j := visit(i, row); j >= 0 {
				bad[task] = &ValueError{Labeled: labeled, Row: i, Column: j, Value: row[j]}
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range bad {
		if e != nil {
			return e
		}
	}
	return nil
}
