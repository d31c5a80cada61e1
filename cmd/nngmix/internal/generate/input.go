package generate

import (
	"context"
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/passes"
	"github.com/nngmix/nngmix/internal/table"
)

// input is the table that samples are made from: in memory, or gone through in
// batches.
type input struct {
	*dataset.Summary
	stream *table.Stream
	memory *dataset.Set // all rows; nil where they are gone through
	rows   *passes.Rows // the unlabeled rows that are gone through; nil in memory
}

// set returns the rows that are in memory now.
func (in *input) set() *dataset.Set {
	if in.rows != nil {
		return in.rows.Set()
	}
	return in.memory
}

// data returns what a generator is made of.
func (in *input) data() generator.Data {
	if in.rows != nil {
		return in.rows.Data()
	}
	return cli.GeneratorData(in.memory)
}

// open opens the input and finds out what has to be known of it.
func (o *options) open(ctx context.Context, report *cli.RunReport, bars *cli.Progress) (in *input, err error) {
	bytes, err := o.MemoryFlags.Bytes()
	if err != nil {
		return nil, cli.Usage(err)
	}
	opt := o.MemoryFlags.Options(bytes)
	opt.Threads, opt.Progress = o.Threads, bars.Stage("read")
	in = new(input)
	err = report.Timed("read", func() (err error) {
		in.stream, err = o.TableFlags.Open(ctx, o.Label, opt)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = report.Timed("scale", func() error { return in.summarize(ctx, o, bytes, bars) })
	if err != nil {
		return nil, errors.Join(table.InFile(o.In, err), in.stream.Close())
	}
	return in, nil
}

// summarize reads the table as a data set.
func (in *input) summarize(ctx context.Context, o *options, bytes int64, bars *cli.Progress) (err error) {
	how := o.SetFlags.Options(o.Seed)
	if t := in.stream.Table(); t != nil {
		in.memory, err = dataset.New(t, how)
		if err == nil {
			in.Summary = in.memory.Summary
		}
		return err
	}
	if err := o.checkBatches(); err != nil {
		return err
	}
	cli.LimitMemory(bytes)
	if in.Summary, err = dataset.Summarize(ctx, in.stream, how); err != nil {
		return err
	}
	if in.rows, err = passes.New(in.stream, in.Summary, o.Threads); err != nil {
		return err
	}
	in.rows.Reason = o.Why
	advance := bars.Stage("search")
	in.rows.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	return nil
}

// checkBatches refuses searches that need the whole table.
func (o *options) checkBatches() error {
	needs := ""
	switch {
	case o.Method != generator.NNGMix:
	case o.Index != "" && o.Explain:
		return fmt.Errorf("--explain with --index needs the table in memory, but %s: raise --memory, or leave --explain out", o.Why)
	case o.Index != "":
	case o.SearchName == "hnsw" || o.SearchName == "coder-hnsw":
		needs = "--search " + o.SearchName
	}
	if needs == "" {
		return nil
	}
	return fmt.Errorf("%s needs the table in memory, but %s: raise --memory, or leave %s out, which searches exactly while the table goes by", needs, o.Why, needs)
}
