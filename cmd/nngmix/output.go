package main

import (
	"context"
	"math"
	"time"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// syntheticName is the column (in an NPZ file the array) that tells
// pseudo-anomalies from rows of the input.
const syntheticName = "nngmix_synthetic"

// output writes the augmented table: the features, the label, and the columns
// that --append and --provenance add.
type output struct {
	set        *dataset.Set
	writer     *table.Writer
	append     bool
	provenance bool
	threads    int
}

// newOutput starts the output file. What the file's format cannot hold is an
// error here, before the work.
func newOutput(set *dataset.Set, opt *generateOptions, count uint64) (*output, error) {
	o := &output{set: set, append: opt.Append, provenance: opt.Provenance, threads: opt.Threads}
	rows := int64(count)
	if o.append {
		rows += int64(len(set.Labeled) + len(set.Unlabeled))
	}
	var err error
	o.writer, err = table.Create(opt.Out, o.fields(opt), table.WriteOptions{Rows: rows, Force: opt.Force})
	return o, err
}

// fields lists the columns of the output.
func (o *output) fields(opt *generateOptions) []table.Field {
	var fields []table.Field
	for _, c := range o.set.Inputs {
		f := c.Field()
		if f.Type.Integer() && (opt.KeepExact || o.numericArray()) {
			f.Type, f.Temporal = table.Float64, table.Temporal{}
		}
		fields = append(fields, f)
	}
	label := o.set.Label.Field()
	label.Role = table.Label
	if o.numericArray() {
		label.Array = label.Name
	}
	fields = append(fields, label)
	if o.append {
		fields = append(fields, extra(syntheticName, table.Bool, syntheticName))
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
func (o *output) write(ctx context.Context, gen *generator.Generator, count uint64, report *runReport, advance func(done, total int64)) error {
	if o.append {
		if err := report.timed("write", o.writeInput); err != nil {
			return err
		}
	}
	if err := o.writeSamples(ctx, gen, count, report, advance); err != nil {
		return err
	}
	return report.timed("write", o.writer.Close)
}

// writeInput writes the rows of the input that are used, in order.
func (o *output) writeInput() error {
	columns := append([]table.Column{}, o.set.Inputs...)
	columns = append(columns, o.set.KnownLabels())
	rows := o.set.Table.Rows
	columns = append(columns, table.New("", make([]uint8, rows)))
	if o.provenance {
		none := make([]int64, rows)
		nan := make([]float64, rows)
		for i := range none {
			none[i], nan[i] = -1, math.NaN()
		}
		columns = append(columns, table.New("", none), table.New("", none), table.New("", make([]uint8, rows)), table.New("", nan))
	}
	return o.set.Runs(func(from, to int) error { return o.writer.Write(columns, from, to) })
}

// chunkSamples are made and written together; while one chunk is written the
// next is made.
const chunkSamples = 8192

// chunk is a number of samples in the columns of the output.
type chunk struct {
	values  []float64 // samples x features
	origins []generator.Origin
	label   []float64
	marks   []uint8 // all 1: nngmix_synthetic
	source  []int64
	other   []int64
	labeled []uint8
	lambda  []float64
	columns []table.Column
	n       int
	seconds float64 // spent making it
}

// newChunk returns an empty chunk and its columns, which see what is written to it.
func (o *output) newChunk() *chunk {
	d := len(o.set.Features)
	c := &chunk{
		values: make([]float64, chunkSamples*d), origins: make([]generator.Origin, chunkSamples),
		label: make([]float64, chunkSamples), marks: make([]uint8, chunkSamples),
		source: make([]int64, chunkSamples), other: make([]int64, chunkSamples),
		labeled: make([]uint8, chunkSamples), lambda: make([]float64, chunkSamples),
	}
	for j, f := range o.set.Features {
		c.columns = append(c.columns, table.Strided(f.Name(), c.values[j:], d, chunkSamples))
	}
	mark := o.set.Label.Float(o.set.Labeled[0])
	for i := range chunkSamples {
		c.label[i], c.marks[i] = mark, 1
	}
	c.columns = append(c.columns, table.New("", c.label))
	if o.append {
		c.columns = append(c.columns, table.New("", c.marks))
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
	if err := gen.Fill(ctx, c.values[:n*gen.Dim()], c.origins[:n], first, o.threads); err != nil {
		return err
	}
	o.set.DecodeRows(c.values[:n*gen.Dim()])
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
	c.seconds = time.Since(start).Seconds()
	return nil
}

// rowNumber returns the row of the input that stands at place i of rows, -1 for none.
func rowNumber(rows []int, i int) int64 {
	if i < 0 {
		return -1
	}
	return int64(rows[i])
}

// writeSamples makes and writes the pseudo-anomalies.
func (o *output) writeSamples(ctx context.Context, gen *generator.Generator, count uint64, report *runReport, advance func(done, total int64)) error {
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
		if err := report.timed("write", func() error { return o.writer.Write(c.columns, 0, c.n) }); err != nil {
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
