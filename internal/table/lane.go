package table

import (
	"context"
	"fmt"
)

// typedFile is an open file of a format that stores types.
type typedFile interface {
	// names returns those of all columns, each another.
	names() []string
	// lanes returns readers of the chosen columns, in their order, from the first
	// row on. m remembers what earlier passes found; nil: there are no others.
	// It may be called once.
	lanes(ctx context.Context, chosen []bool, m *fileMemory) ([]lane, error)
	rows() int // -1: that shows at the end
	close() error
}

// lane reads columns of a file that are read together, from the first row to the
// last.
type lane interface {
	// fill reads on until there are n rows, or all, and returns how many there are;
	// they may be more.
	fill(ctx context.Context, n int) (int, error)
	// take returns the first n rows and forgets them. Of none, it shows the fields as
	// far as they are known.
	take(n int) []Column
	close() error
}

// openTyped opens what src holds.
func openTyped(src *source, f Format, opt ReadOptions) (typedFile, error) {
	switch f {
	case Parquet:
		return openParquet(src)
	case Arrow:
		return openArrow(src, opt)
	case NPZ:
		return openNPZ(src, opt)
	default:
		return openNPY(src)
	}
}

// nextRows returns the next n rows of lanes, or as many as there are, which it counts.
func nextRows(ctx context.Context, lanes []lane, n, threads int) (columns []Column, rows int, err error) {
	have := make([]int, len(lanes))
	err = eachColumn(ctx, threads, len(lanes), func(k int) (err error) {
		have[k], err = lanes[k].fill(ctx, n)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	for k, l := range lanes {
		if n = min(n, have[0]); have[k] < n {
			return nil, 0, fmt.Errorf("%w: %d rows, and %d in another column", ErrCorrupt, have[k], n)
		}
		columns = append(columns, l.take(n)...)
	}
	return columns, n, nil
}

// fieldsOf returns the fields as far as they are known.
func fieldsOf(lanes []lane) (fields []Field) {
	for _, l := range lanes {
		for _, c := range l.take(0) {
			fields = append(fields, c.Field())
		}
	}
	return fields
}
