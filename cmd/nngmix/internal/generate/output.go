package generate

import (
	"context"
	"fmt"
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
	in         *input
	writer     *table.Writer
	append     bool
	hidden     bool        // tell which anomalies --labeled-fraction hid
	provenance *provenance // nil where it is not asked for
	threads    int
	draws      bool   // second parents may be drawn from all rows
	round      uint64 // samples whose parents are in memory at once, where these are fetched
}

// newOutput starts the output file. What the file's format cannot hold is an
// error here, before the work.
func newOutput(ctx context.Context, in *input, opt *options, count uint64) (*output, error) {
	o := &output{in: in, append: opt.Append, hidden: opt.Append && opt.LabeledFraction < 1, provenance: opt.provenance(in), threads: opt.Threads, draws: opt.Method != generator.NNGMix, round: uint64(max(roundValues/len(in.Fields), chunkSamples))}
	rows := int64(count)
	if o.append {
		rows += int64(in.Rows)
	}
	if format, err := table.FormatOf(opt.Out); err == nil && format == table.NPZ {
		if err := o.fitsArray(); err != nil {
			return nil, fmt.Errorf("%s: %w", opt.Out, err)
		}
	}
	var err error
	o.writer, err = table.Create(opt.Out, o.fields(opt), table.WriteOptions{Context: ctx, Rows: rows, Force: opt.Force, RowsPerFile: opt.RowsPerFile, Style: styleFor(opt.Out, opt.In, in.Style)})
	return o, err
}

// fitsArray refuses integers that X of an NPZ file, a matrix of float64, would
// round.
func (o *output) fitsArray() error {
	for at, f := range o.in.Fields {
		if !o.in.IsLabel(at) && o.in.Wide(at) {
			return fmt.Errorf("column %s holds integers beyond 2^53, which an NPZ file's matrix of float64 does not hold: write .csv, .parquet or .arrow, or leave it out with --drop %s", f.Name, f.Name)
		}
	}
	return nil
}

// styleFor returns how a CSV file at path is written: as the input was, where
// that was CSV; but names in .tsv ask for tabs, and others for none.
func styleFor(path, in string, style table.Style) table.Style {
	tabs := func(path string) bool { return strings.Contains(strings.ToLower(filepath.Base(path)), ".tsv") }
	if tabs(path) != tabs(in) {
		style.Delimiter, style.Decimal = 0, 0
	}
	return style
}

// fields lists the columns of the output.
func (o *output) fields(opt *options) []table.Field {
	var fields []table.Field
	for at, f := range o.in.Fields {
		switch {
		case o.in.IsLabel(at):
			f.Role = table.Label
			if o.numericArray() {
				f.Array = f.Name
			}
		case !f.Type.Integer() || o.in.Wide(at):
		case o.numericArray() || opt.KeepExact && o.in.Plain(at):
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
	fields = append(fields, o.provenance.fields()...)
	return fields
}

// numericArray reports whether the features came as one array of numbers, whose
// integers are no statement about the columns.
func (o *output) numericArray() bool {
	return o.in.Format == table.NPZ || o.in.Format == table.NPY
}

func extra(name string, t table.Type, array string) table.Field {
	return table.Field{Name: name, Type: t, Role: table.Extra, Array: array}
}

// write writes the input's rows, where they are asked for, and count
// pseudo-anomalies, and closes the file.
func (o *output) write(ctx context.Context, gen *generator.Generator, count uint64, report *cli.RunReport, advance func(done, total int64)) error {
	if o.append {
		if err := report.Timed("write", func() error { return o.in.stream.Each(ctx, nil, o.writeInput) }); err != nil {
			return err
		}
	}
	progress := func(done uint64) { advance(int64(done), int64(count)) }
	if err := o.writeSamples(ctx, gen, count, report, progress); err != nil {
		return err
	}
	return report.Timed("write", o.writer.Close)
}

// writeInput writes a batch of the input, also rows that are not used, so that row
// numbers are those of the input.
func (o *output) writeInput(first int, columns []table.Column) error {
	rows := columns[0].Len()
	columns = append(slices.Clip(columns), table.New("", make([]uint8, rows)))
	if o.hidden {
		columns = append(columns, table.New("", o.in.HiddenIn(first, rows)))
	}
	columns = append(columns, o.provenance.absent(rows)...)
	return o.writer.Write(columns, 0, rows)
}

// roundValues is how many values the parents of samples have that are fetched at once,
// by one pass through the table: they take some hundred megabytes.
const roundValues = 8 << 20

// chunkSamples are made and written together; while one chunk is written the
// next is made.
const chunkSamples = 8192

// chunk is a number of samples in the columns of the output.
type chunk struct {
	samples *dataset.Samples
	origins []generator.Origin
	rows    [2][]int64 // of the table in memory: the parents of each sample
	parents *parents   // the same in the input
	columns []table.Column
	n       int
	seconds float64 // spent making it
}

// newChunk returns an empty chunk and its columns, which see what is written to
// it.
func (o *output) newChunk() *chunk {
	c := &chunk{
		samples: o.in.set().NewSamples(chunkSamples), origins: make([]generator.Origin, chunkSamples),
		parents: o.provenance.parents(chunkSamples), rows: [2][]int64{make([]int64, chunkSamples), make([]int64, chunkSamples)},
	}
	c.columns = c.samples.Columns
	if o.append {
		c.columns = append(c.columns, table.New("", slices.Repeat([]uint8{1}, chunkSamples)))
	}
	if o.hidden {
		c.columns = append(c.columns, table.New("", make([]uint8, chunkSamples)))
	}
	c.columns = append(c.columns, c.parents.columns()...)
	return c
}

// make fills the chunk with n samples from number first on.
func (c *chunk) make(ctx context.Context, o *output, gen *generator.Generator, first uint64, n int) error {
	start := time.Now()
	c.n = n
	if err := gen.Fill(ctx, c.samples.Values[:n*gen.Dim()], c.origins[:n], first, o.threads); err != nil {
		return err
	}
	set := o.in.set()
	for i, origin := range c.origins[:n] {
		source, other := set.LabeledAt(origin.Source), 0
		if origin.OtherLabeled {
			other = set.LabeledAt(origin.Other)
		} else {
			other = set.UnlabeledAt(origin.Other)
		}
		c.rows[0][i], c.rows[1][i] = int64(source), int64(other)
		c.parents.set(i, number(set, source), number(set, other), origin)
	}
	c.samples.Decode(n, c.rows[0], c.rows[1])
	c.seconds = time.Since(start).Seconds()
	return nil
}

// number returns the row of the input that row i of the set's table is, -1 for -1.
func number(set *dataset.Set, i int) int64 {
	if i < 0 {
		return -1
	}
	return int64(set.Number(i))
}

// writeSamples makes and writes the pseudo-anomalies. Where their parents are drawn
// from rows that are not in memory, these are fetched for some of them at a time.
func (o *output) writeSamples(ctx context.Context, gen *generator.Generator, count uint64, report *cli.RunReport, progress func(done uint64)) error {
	if o.in.rows == nil || !o.draws {
		return o.writeRange(ctx, gen, 0, count, report, progress)
	}
	for first := uint64(0); first < count; first += o.round {
		n := min(count-first, o.round)
		err := report.Timed("search", func() error { return o.fetch(ctx, gen, first, n) })
		if err == nil {
			err = o.writeRange(ctx, gen, first, n, report, progress)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetch gets the parents of n samples from number first on.
func (o *output) fetch(ctx context.Context, gen *generator.Generator, first, n uint64) error {
	samples, origins := make([]float64, chunkSamples*gen.Dim()), make([]generator.Origin, chunkSamples)
	var parents []int
	for from := first; from < first+n; from += chunkSamples {
		some := min(first+n-from, chunkSamples)
		if err := gen.Fill(ctx, samples[:int(some)*gen.Dim()], origins[:some], from, o.threads); err != nil {
			return err
		}
		for _, origin := range origins[:some] {
			if origin.Other >= 0 && !origin.OtherLabeled {
				parents = append(parents, origin.Other)
			}
		}
	}
	if parents == nil {
		return nil
	}
	slices.Sort(parents)
	return o.in.rows.Fetch(ctx, slices.Compact(parents))
}

// writeRange makes and writes n pseudo-anomalies from number start on.
func (o *output) writeRange(ctx context.Context, gen *generator.Generator, start, n uint64, report *cli.RunReport, progress func(done uint64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	end := start + n
	free, full := make(chan *chunk, 2), make(chan *chunk)
	free <- o.newChunk()
	free <- o.newChunk()
	failed := make(chan error, 1)
	go func() {
		defer close(full)
		for first := start; first < end; first += chunkSamples {
			c := <-free
			if err := c.make(ctx, o, gen, first, int(min(end-first, chunkSamples))); err != nil {
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
	done := start
	for c := range full {
		report.Seconds["generate"] += c.seconds
		if err := report.Timed("write", func() error { return o.writer.Write(c.columns, 0, c.n) }); err != nil {
			return err
		}
		done += uint64(c.n)
		progress(done)
		free <- c
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
