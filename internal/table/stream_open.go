package table

import (
	"cmp"
	"context"
)

// batchValues is how many values a batch has about where nothing else was asked for.
const batchValues = 1 << 19

// OpenStream opens files as one table that is gone through in batches: that of
// [ReadParts], with its fields, values and errors, at any number of rows in a batch
// and of threads. The stream is to be closed.
func OpenStream(ctx context.Context, parts []Part, opt StreamOptions) (*Stream, error) {
	t, err := ReadParts(ctx, parts, opt.ReadOptions)
	if err != nil {
		return nil, err
	}
	if opt.Fits != nil && opt.Fits(t.Rows, len(t.Columns)) {
		return t.Stream(), nil
	}
	return t.InBatches(opt.batchRows(len(t.Columns))), nil
}

// batchRows returns how many rows a batch of that many columns has.
func (o *StreamOptions) batchRows(columns int) int {
	return cmp.Or(o.BatchRows, max(1, batchValues/max(columns, 1)))
}
