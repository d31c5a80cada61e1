package detect

import (
	"math"
	"slices"
	"sort"
)

// maxBins is the most values that a binned column can have.
const maxBins = 255

// bins is a table with its columns cut into at most maxBins bins each: value v of
// column j lies in the first bin b with v <= cuts[j][b], or in the last one.
type bins struct {
	rows  int
	codes [][]uint8   // by column, then row
	cuts  [][]float32 // by column, increasing; one fewer than the column's bins
	least [][]float32 // by column and bin: the least value in it
	most  [][]float32 // and the greatest
	first []int       // number of the column's first bin where all bins are numbered through
	total int         // bins of all columns
}

// newBins cuts the columns of t. Columns of up to maxBins different values have a bin for
// each, others bins of about equally many rows.
func newBins(t table) *bins {
	b := &bins{rows: t.rows()}
	for j := range t.dim {
		column := make([]float32, t.rows())
		for i := range column {
			column[i] = t.x[i*t.dim+j]
		}
		cuts := cutsOf(column)
		codes := make([]uint8, len(column))
		least := slices.Repeat([]float32{float32(math.Inf(1))}, len(cuts)+1)
		most := slices.Repeat([]float32{float32(math.Inf(-1))}, len(cuts)+1)
		for i, v := range column {
			c := sort.Search(len(cuts), func(c int) bool { return v <= cuts[c] })
			codes[i] = uint8(c)
			least[c], most[c] = min(least[c], v), max(most[c], v)
		}
		b.codes, b.cuts = append(b.codes, codes), append(b.cuts, cuts)
		b.least, b.most = append(b.least, least), append(b.most, most)
		b.first = append(b.first, b.total)
		b.total += len(cuts) + 1
	}
	return b
}

// size returns the number of bins of column j.
func (b *bins) size(j int) int { return len(b.cuts[j]) + 1 }

// cutsOf returns where to cut a column: in the middle between neighboring values or, of
// many values, between those at the quantiles.
func cutsOf(column []float32) []float32 {
	sorted := slices.Clone(column)
	slices.Sort(sorted)
	distinct := slices.Compact(slices.Clone(sorted))
	var cuts []float32
	if len(distinct) <= maxBins {
		for i := 1; i < len(distinct); i++ {
			cuts = append(cuts, middle(distinct[i-1], distinct[i]))
		}
		return cuts
	}
	for q := 1; q < maxBins; q++ {
		at := q * (len(sorted) - 1)
		low, high := at/maxBins, (at+maxBins-1)/maxBins
		cuts = append(cuts, middle(sorted[low], sorted[high]))
	}
	return slices.Compact(cuts)
}

// middle returns a number c with low <= c, and c < high where low < high.
func middle(low, high float32) float32 {
	c := float32((float64(low) + float64(high)) / 2)
	if c >= high {
		return low
	}
	return c
}
