package generate

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// output writes the augmented table: the columns of the input where they stand
// there, and behind them those that --append and --provenance add.
type output struct {
	set        *dataset.Set
	writer     *table.Writer
	append     bool
	hidden     bool // tell which anomalies --labeled-fraction hid
	provenance bool
	threads    int
}

// newOutput starts the output file. What the file's format cannot hold is an
// error here, before the work.
func newOutput(ctx context.Context, set *dataset.Set, opt *options, count uint64) (*output, error) {
	o := &output{set: set, append: opt.Append, hidden: opt.Append && opt.LabeledFraction < 1, provenance: opt.Provenance, threads: opt.Threads}
	rows := int64(count)
	if o.append {
		rows += int64(set.Table.Rows)
	}
	if format, err := table.FormatOf(opt.Out); err == nil && format == table.NPZ {
		if err := o.fitsArray(); err != nil {
			return nil, fmt.Errorf("%s: %w", opt.Out, err)
		}
	}
	var err error
	o.writer, err = table.Create(opt.Out, o.fields(opt), table.WriteOptions{Context: ctx, Rows: rows, Force: opt.Force, RowsPerFile: opt.RowsPerFile, Style: styleFor(opt.Out, opt.In, set.Table)})
	return o, err
}

// fitsArray refuses integers that X of an NPZ file, a matrix of float64, would
// round.
func (o *output) fitsArray() error {
	for at, c := range o.set.Table.Columns {
		if !o.set.IsLabel(at) && o.set.Wide(at) {
			return fmt.Errorf("column %s holds integers beyond 2^53, which an NPZ file's matrix of float64 does not hold: write .csv, .parquet or .arrow, or leave it out with --drop %s", c.Name(), c.Name())
		}
	}
	return nil
}

// styleFor returns how a CSV file at path is written: as the input was, where
// that was CSV; but names in .tsv ask for tabs, and others for none.
func styleFor(path, in string, t *table.Table) table.Style {
	tabs := func(path string) bool { return strings.Contains(strings.ToLower(filepath.Base(path)), ".tsv") }
	style := t.Style
	if tabs(path) != tabs(in) {
		style.Delimiter, style.Decimal = 0, 0
	}
	return style
}

// fields lists the columns of the output.
func (o *output) fields(opt *options) []table.Field {
	var fields []table.Field
	for at, c := range o.set.Table.Columns {
		f := c.Field()
		switch {
		case o.set.IsLabel(at):
			f.Role = table.Label
			if o.numericArray() {
				f.Array = f.Name
			}
		case !f.Type.Integer() || o.set.Wide(at):
		case o.numericArray() || opt.KeepExact && o.set.Plain(at):
			f.Type, f.Temporal = table.Float64, table.Temporal{}
		}
		fields = append(fields, f)
	}
	if o.append {
		fields = append(fields, extra(cli.SyntheticColumn, table.Bool, cli.SyntheticColumn))
	}
	if o.hidden {
		fields = append(fields, extra("nngmix_hidden", table.Bool, "nngmix_hidden"))
	}
	if o.provenance {
		fields = append(fields,
			extra("nngmix_source_row", table.Int64, "source_row"),
			extra("nngmix_other_row", table.Int64, "other_row"),
			extra("nngmix_other_labeled", table.Bool, "other_labeled"),
			extra("nngmix_lambda", table.Float64, "lambda"))
	}
	return fields
}

// numericArray reports whether the features came as one array of numbers, whose
// integers are no statement about the columns.
func (o *output) numericArray() bool {
	return o.set.Table.Format == table.NPZ || o.set.Table.Format == table.NPY
}

func extra(name string, t table.Type, array string) table.Field {
	return table.Field{Name: name, Type: t, Role: table.Extra, Array: array}
}

// write writes the input's rows, where they are asked for, and count
// pseudo-anomalies, and closes the file.
func (o *output) write(ctx context.Context, gen *generator.Generator, count uint64, report *cli.RunReport, advance func(done, total int64)) error {
	if o.append {
		if err := report.Timed("write", o.writeInput); err != nil {
			return err
		}
	}
	if err := o.writeSamples(ctx, gen, count, report, advance); err != nil {
		return err
	}
	return report.Timed("write", o.writer.Close)
}

// writeInput writes all rows of the input, also those that are not used, so
// that row numbers are those of the input.
func (o *output) writeInput() error {
	rows := o.set.Table.Rows
	columns := append(slices.Clone(o.set.Table.Columns), table.New("", make([]uint8, rows)))
	if o.hidden {
		columns = append(columns, table.New("", o.set.HiddenIn(0, rows)))
	}
	if o.provenance {
		none := make([]int64, rows)
		nan := make([]float64, rows)
		for i := range none {
			none[i], nan[i] = -1, math.NaN()
		}
		columns = append(columns, table.New("", none), table.New("", none), table.New("", make([]uint8, rows)), table.New("", nan))
	}
	return o.writer.Write(columns, 0, rows)
}

// chunkSamples are made and written together; while one chunk is written the
// next is made.
const chunkSamples = 8192

// chunk is a number of samples in the columns of the output.
type chunk struct {
	samples *dataset.Samples
	origins []generator.Origin
	source  []int64
	other   []int64
	labeled []uint8
	lambda  []float64
	columns []table.Column
	n       int
	seconds float64 // spent making it
}

// newChunk returns an empty chunk and its columns, which see what is written to
// it.
func (o *output) newChunk() *chunk {
	c := &chunk{
		samples: o.set.NewSamples(chunkSamples), origins: make([]generator.Origin, chunkSamples),
		source: make([]int64, chunkSamples), other: make([]int64, chunkSamples),
		labeled: make([]uint8, chunkSamples), lambda: make([]float64, chunkSamples),
	}
	c.columns = c.samples.Columns
	if o.append {
		c.columns = append(c.columns, table.New("", slices.Repeat([]uint8{1}, chunkSamples)))
	}
	if o.hidden {
		c.columns = append(c.columns, table.New("", make([]uint8, chunkSamples)))
	}
	if o.provenance {
		c.columns = append(c.columns, table.New("", c.source), table.New("", c.other), table.New("", c.labeled), table.New("", c.lambda))
	}
	return c
}

// make fills the chunk with n samples from number first on.
func (c *chunk) make(ctx context.Context, o *output, gen *generator.Generator, first uint64, n int) error {
	start := time.Now()
	c.n = n
	if err := gen.Fill(ctx, c.samples.Values[:n*gen.Dim()], c.origins[:n], first, o.threads); err != nil {
		return err
	}
	for i, origin := range c.origins[:n] {
		c.source[i] = rowNumber(o.set.Labeled, origin.Source)
		others := o.set.Unlabeled
		c.labeled[i] = 0
		if origin.OtherLabeled {
			others = o.set.Labeled
			c.labeled[i] = 1
		}
		c.other[i] = rowNumber(others, origin.Other)
		c.lambda[i] = origin.Lambda
	}
	c.samples.Decode(n, c.source, c.other)
	c.seconds = time.Since(start).Seconds()
	return nil
}

// rowNumber returns the row of the input that stands at place i of rows, -1 for
// none.
func rowNumber(rows []int, i int) int64 {
	if i < 0 {
		return -1
	}
	return int64(rows[i])
}

// writeSamples makes and writes the pseudo-anomalies.
func (o *output) writeSamples(ctx context.Context, gen *generator.Generator, count uint64, report *cli.RunReport, advance func(done, total int64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	free, full := make(chan *chunk, 2), make(chan *chunk)
	free <- o.newChunk()
	free <- o.newChunk()
	failed := make(chan error, 1)
	go func() {
		defer close(full)
		for first := uint64(0); first < count; first += chunkSamples {
			c := <-free
			if err := c.make(ctx, o, gen, first, int(min(count-first, chunkSamples))); err != nil {
				failed <- err
				return
			}
			select {
			case full <- c:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
	}()
	done := int64(0)
	for c := range full {
		report.Seconds["generate"] += c.seconds
		if err := report.Timed("write", func() error { return o.writer.Write(c.columns, 0, c.n) }); err != nil {
			return err
		}
		done += int64(c.n)
		advance(done, int64(count))
		free <- c
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
