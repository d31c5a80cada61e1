package ann

import (
	"context"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
)

// Quantize says whether an index keeps codes beside its rows: copies with 8 bits
// a column. Searches then compare codes, a quarter of the memory to read, and
// compare the nearest rows found once more in full, so that the distances they
// return are exact all the same. Where codes are lossless (columns of small whole
// numbers, scaled or not) they take the place of the rows. There are codes under
// L2Squared and Cosine, for up to 66,000 columns.
type Quantize uint8

// The choices.
const (
	// QuantizeAuto makes codes where they save time and hardly cost recall: rows
	// of at least 32 columns that take more than 16 MB, and whose nearest rows
	// are tens of code steps away, or for which codes are lossless.
	QuantizeAuto Quantize = iota
	QuantizeOff           // no codes
	QuantizeOn            // codes, whatever they cost in recall; for L2Squared and Cosine only
)

// hasCodes tells whether rows of so many columns can have codes.
func hasCodes(metric exact.Metric, columns int) bool {
	return (metric == exact.L2Squared || metric == exact.Cosine) && columns <= graph.MaxCodeColumns
}

// makeCodes makes the codes of x where opt asks for them.
func (x *segment) makeCodes(ctx context.Context, opt Options, threads int) error {
	if opt.Quantize == QuantizeOff || !hasCodes(opt.Metric, x.Stride) {
		return nil
	}
	return x.Quantize(ctx, opt.Quantize == QuantizeAuto, threads)
}
