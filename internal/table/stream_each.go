package table

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// rowsRead are rows on their way to who visits them.
type rowsRead struct {
	first   int
	columns []Column
}

// each reads the next rows while some are visited.
func (s *streamer) each(ctx context.Context, chosen []bool, visit Visit) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan rowsRead, 1)
	var failed error
	go func() {
		defer close(batches)
		failed = s.readAll(ctx, chosen, batches)
	}()
	defer func() {
		cancel()
		for range batches { // until the reader has ended
		}
	}()
	for b := range batches {
		if err := visit(b.first, b.columns); err != nil {
			return err
		}
	}
	return failed
}

// readAll sends the chosen columns of all parts.
func (s *streamer) readAll(ctx context.Context, chosen []bool, batches chan<- rowsRead) error {
	s.all.done = 0
	for _, p := range s.parts {
		if p.rows == 0 {
			continue
		}
		want := func(name string) bool { return s.wants(name, chosen) }
		err := guard(func() error { return s.readPart(ctx, p, chosen, batches) })
		if err != nil {
			return s.firstFault(ctx, []*part{p}, want, p.failed(s.changed(p, want, err)))
		}
	}
	return nil
}

// wants tells whether the column called name, that files give, is chosen.
func (s *streamer) wants(name string, chosen []bool) bool {
	j := slices.IndexFunc(s.joins, func(j *joined) bool { return j.field.Name == name })
	return j >= 0 && chosen[j]
}

// changed tells a fault that an earlier pass did not meet from others.
func (s *streamer) changed(p *part, want func(string) bool, err error) error {
	for name := range p.changes {
		if want(name) && !p.memory.column(name).proven {
			return err
		}
	}
	for _, known := range []error{ErrCorrupt, ErrUnsupported, errOutsized, npy.ErrCorrupt, npy.ErrUnsupported} {
		if errors.Is(err, known) {
			return fmt.Errorf("%w (%w)", errChanged, err)
		}
	}
	return err
}

// readPart sends the rows of a part.
func (s *streamer) readPart(ctx context.Context, p *part, chosen []bool, batches chan<- rowsRead) error {
	o, err := s.enter(ctx, p, true, func(name string) bool { return s.wants(name, chosen) })
	if err != nil {
		return err
	}
	defer o.leave()
	most := s.opt.batchRows(len(s.fields))
	for row := 0; ; {
		n := min(most, p.rows-row) // where no column of the file is chosen
		var columns []Column
		if len(o.lanes) > 0 {
			columns, n, err = nextRows(ctx, o.lanes, most, s.opt.Threads)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return s.ended(p, row, fieldsOf(o.lanes))
		}
		b := rowsRead{first: p.first + row}
		if b.columns, err = s.shape(ctx, p, chosen, columns, row, n); err != nil {
			return err
		}
		select {
		case batches <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		row += n
	}
}

// ended checks the end of a part and remembers that it was read.
func (s *streamer) ended(p *part, rows int, fields []Field) error {
	if rows != p.rows {
		return errChanged
	}
	for _, f := range fields {
		p.memory.column(f.Name).proven = true
	}
	return nil
}

// shape makes columns of the table of those of a part; n rows from row on.
func (s *streamer) shape(ctx context.Context, p *part, chosen []bool, columns []Column, row, n int) ([]Column, error) {
	var out []Column
	for j, field := range s.fields {
		if !chosen[j] {
			continue
		}
		if j >= len(s.joins) {
			out = append(out, window{s.told[j-len(s.joins)], p.first + row, n})
			continue
		}
		at := slices.IndexFunc(columns, func(c Column) bool { return c.Name() == field.Name })
		out = append(out, columns[at])
	}
	err := eachColumn(ctx, s.opt.Threads, len(out), func(k int) (err error) {
		j := slices.IndexFunc(s.joins, func(j *joined) bool { return j.field.Name == out[k].Name() })
		if j < 0 {
			return nil
		}
		c := out[k]
		if v := p.changes[c.Name()]; v != nil {
			if c, err = v.convert(c, row); err != nil {
				return err
			}
		}
		out[k] = s.joins[j].shape(p, c)
		return nil
	})
	return out, err
}
