package ann

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// Quantize says whether an index keeps codes beside its rows: copies with 8 bits
// a column. Searches then compare codes, a quarter of the memory to read, and
// compare the nearest rows found once more in full, so that the distances they
// return are exact all the same. There are codes under L2Squared and Cosine, for
// up to 66,000 columns.
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

// The bounds of QuantizeAuto.
const (
	codesBytes   = 16 << 20 // rows that take less stay in the caches
	codesColumns = 32       // rows with fewer take a cache line or two, as codes do
	codesFar     = 64 * 64  // squared distance in steps; rounding then changes distances by 1 %
)

// maxCodeColumns is how many columns the kernels for codes take.
const maxCodeColumns = 66_000

// hasCodes tells whether rows of so many columns can have codes.
func hasCodes(metric exact.Metric, columns int) bool {
	return (metric == exact.L2Squared || metric == exact.Cosine) && columns <= maxCodeColumns
}

// quantizer maps vectors to codes. All columns have one step, so that the squared
// distance between codes, times step², is nearly that between vectors.
type quantizer struct {
	low      []float32 // what code 0 stands for in each column, padding included
	step     float64   // what one code is worth; 0 where there are no codes
	lossless bool      // all rows are whole steps above low
}

// newQuantizer returns the quantizer of rows, which have stride columns.
func newQuantizer(rows []float32, stride int) quantizer {
	low, high := columnBounds(rows, stride)
	widest := 0.0
	for j := range low {
		widest = max(widest, float64(high[j])-float64(low[j]))
	}
	if widest == 0 {
		widest = 1 // one row
	}
	if step := commonStep(rows, low, widest); step > 0 {
		return quantizer{low, step, true}
	}
	return quantizer{low, widest / math.MaxUint8, false}
}

// columnBounds returns the least and the greatest value of each column.
func columnBounds(rows []float32, stride int) (low, high []float32) {
	low, high = alignedFloats(stride), alignedFloats(stride)
	copy(low, rows)
	copy(high, rows)
	for i := 0; i < len(rows); i += stride {
		for j, v := range rows[i : i+stride] {
			low[j], high[j] = min(low[j], v), max(high[j], v)
		}
	}
	return low, high
}

// commonStep returns a step of which all values, less low, are whole multiples up
// to 255, but for the rounding of float32, or 0 where there is none. The largest
// value is widest.
func commonStep(rows, low []float32, widest float64) float64 {
	const rounding = 1e-4 // in steps
	least := widest       // value above 0
	for i := 0; i < len(rows); i += len(low) {
		for j, v := range rows[i : i+len(low)] {
			if d := float64(v) - float64(low[j]); d > 0 && d < least {
				least = d
			}
		}
		if least*(math.MaxUint8+0.5) < widest {
			return 0
		}
	}
	steps := math.Round(widest / least)
	perValue := steps / widest
	for i := 0; i < len(rows); i += len(low) {
		for j, v := range rows[i : i+len(low)] {
			c := (float64(v) - float64(low[j])) * perValue
			if whole := float64(int(c + 0.5)); c < whole-rounding || c > whole+rounding {
				return 0
			}
		}
	}
	return widest / steps
}

// codeStride returns the length of a row of codes, padding included.
func codeStride(columns int) int {
	return (columns + simd.CodeStride - 1) / simd.CodeStride * simd.CodeStride
}

// codeStart returns where the codes begin in their section, behind low.
func codeStart(columns int) int { return 4 * columns }

func (z *quantizer) stride() int { return codeStride(len(z.low)) }

// put writes the codes of vector to dst and returns the squared distance, in
// steps, between vector and the box of what codes can stand for.
func (z *quantizer) put(dst []uint8, vector []float32) (outside float64) {
	for j, low := range z.low {
		c := (float64(vector[j]) - float64(low)) / z.step
		inside := max(0, min(c, math.MaxUint8))
		outside += float64((c - inside) * (c - inside))
		dst[j] = uint8(inside + 0.5)
	}
	return outside
}

// beyond returns a rank such that rows of higher ranks are farther away than one
// of the given rank, but for the rounding of codes.
func (z *quantizer) beyond(rank uint32) uint32 {
	far := float64(rank) * 1.01
	if !z.lossless {
		root := math.Sqrt(float64(rank)) + 3 // rounding moves distances by 0.4 on average
		far = float64(root * root)
	}
	return uint32(min(far, math.MaxUint32))
}

// quantize makes the codes of the rows of g, which are in order, where mode asks
// for them.
func (g *graph) quantize(ctx context.Context, metric exact.Metric, mode Quantize, threads int) error {
	if mode == QuantizeOff || !hasCodes(metric, g.stride) {
		return nil
	}
	if mode == QuantizeAuto && (len(g.rows)*4 < codesBytes || g.stride < codesColumns) {
		return nil
	}
	z := newQuantizer(g.rows, g.stride)
	if mode == QuantizeAuto && !z.lossless && g.usualDistance() < codesFar*z.step*z.step {
		return nil
	}
	section := aligned(codeStart(g.stride) + g.n*z.stride())
	copy(section, bytesOf(z.low))
	codes := section[codeStart(g.stride):]
	err := parallel.Do(ctx, threads, (g.n+chunkRows-1)/chunkRows, func(_, task int) error {
		for i := task * chunkRows; i < min((task+1)*chunkRows, g.n); i++ {
			z.put(codes[i*z.stride():], g.row(uint32(i)))
		}
		return nil
	})
	if err == nil {
		g.takeCodes(section, z.step, z.lossless)
	}
	return err
}

// takeCodes makes section, the columns' low followed by the codes of all rows, the
// codes of g.
func (g *graph) takeCodes(section []byte, step float64, lossless bool) {
	start := codeStart(g.stride)
	g.quantizer = quantizer{sliceOf[float32](section[:start]), step, lossless}
	g.codeSection, g.codes = section, section[start:]
}

// usualDistance returns about how far rows are from their nearest neighbors: the
// median, over a sample, of the distance to the nearest of the rows around, since
// neighbors are close to each other in the order of rows.
func (g *graph) usualDistance() float64 {
	const sample, around = 256, 32
	distances := make([]float32, min(around, g.n))
	var nearest []float32
	for i := 0; i < g.n; i += g.n/sample + 1 {
		first := max(0, min(i-around/2, g.n-around))
		g.kernels.Rows(distances, g.row(uint32(i)), g.rows[first*g.stride:], g.stride)
		slices.Sort(distances)
		nearest = append(nearest, distances[min(1, len(distances)-1)]) // the first is row i
	}
	slices.Sort(nearest)
	return float64(nearest[len(nearest)/2])
}

// checkCodes returns an error where g has other codes than those of its rows.
func (g *graph) checkCodes() error {
	if g.codes == nil {
		return nil
	}
	z := newQuantizer(g.rows, g.stride)
	if z.step != g.quantizer.step || z.lossless != g.quantizer.lossless || !slices.Equal(z.low, g.quantizer.low) {
		return fmt.Errorf("the codes are not made for the rows that are there")
	}
	want := make([]uint8, z.stride())
	for i := range uint32(g.n) {
		z.put(want, g.row(i))
		if !slices.Equal(want, g.code(i)) {
			return fmt.Errorf("row %d has other codes than its own", i)
		}
	}
	return nil
}
