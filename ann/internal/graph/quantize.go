package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// Codes pay within these bounds.
const (
	codesBytes   = 16 << 20 // rows that take less stay in the caches
	codesColumns = 32       // rows with fewer take a cache line or two, as codes do
	codesFar     = 64 * 64  // squared distance in steps; rounding then changes distances by 1 %
)

// MaxCodeColumns is how many columns the kernels for codes take.
const MaxCodeColumns = 66_000

// quantizer maps vectors to codes. All columns have one step, so that the squared
// distance between codes, times step², is nearly that between vectors.
type quantizer struct {
	low      []float32 // what code 0 stands for in each column, padding included
	Step     float64   // what one code is worth; 0 where there are no codes
	Lossless bool      // simd.DecodeU8 gives all rows back, bit for bit
	Blur     float32   // relative error of distances between lossless codes; else 0
}

// newQuantizer returns the quantizer of the rows of g.
func newQuantizer(ctx context.Context, g *Graph, threads int) (quantizer, error) {
	c := newColumnScan(g, threads)
	low, high, err := c.bounds(ctx)
	if err != nil {
		return quantizer{}, err
	}
	widest := 0.0
	for j := range low {
		widest = max(widest, float64(high[j])-float64(low[j]))
	}
	if widest == 0 {
		widest = 1 // one row
	}
	least, err := c.leastAbove(ctx, low, widest/(math.MaxUint8+0.5))
	if err != nil {
		return quantizer{}, err
	}
	least = min(least, widest)
	if z := (quantizer{low: low, Step: widest / math.Round(widest/least)}); least > 0 && blurOf(low, z.Step) <= maxBlur {
		if z.Lossless, err = c.decodes(ctx, &z); z.Lossless || err != nil {
			return z, err
		}
	}
	return quantizer{low: low, Step: widest / math.MaxUint8}, nil
}

// blurOf returns by which share squared distances between lossless codes may differ
// from those between rows, whose values are rounded to float32: by four times the
// rounding of the largest value in a step.
func blurOf(low []float32, step float64) float32 {
	largest := 0.0
	for _, l := range low {
		largest = max(largest, math.Abs(float64(l)), math.Abs(float64(l)+float64(math.MaxUint8*step)))
	}
	return float32(largest / step * 0x1p-22)
}

// maxBlur bounds the blur of codes that stand for rows.
const maxBlur = 0.01

// columnScan looks at all rows of a graph, on several threads.
type columnScan struct {
	*Graph
	threads int
	room    [][]float32 // of each thread, for rows that have codes only
}

func newColumnScan(g *Graph, threads int) *columnScan {
	return &columnScan{Graph: g, threads: threads, room: make([][]float32, threads)}
}

// each calls f for all rows in chunks and returns its error.
func (c *columnScan) each(ctx context.Context, f func(worker int, rows []float32) error) error {
	chunk := max(1, min(ChunkRows, scanned/c.Stride))
	return parallel.Do(ctx, c.threads, (c.N+chunk-1)/chunk, func(worker, task int) error {
		return f(worker, c.some(worker, task*chunk, min((task+1)*chunk, c.N)))
	})
}

// scanned is about how many values a chunk has.
const scanned = 1 << 17

// some returns rows lo to hi.
func (c *columnScan) some(worker, lo, hi int) []float32 {
	if c.Rows != nil {
		return c.Rows[lo*c.Stride : hi*c.Stride]
	}
	c.room[worker] = memory.Grow(c.room[worker], (hi-lo)*c.Stride)
	for i := lo; i < hi; i++ {
		c.PutVector(c.room[worker][(i-lo)*c.Stride:], uint32(i))
	}
	return c.room[worker]
}

// bounds returns the least and the greatest value of each column.
func (c *columnScan) bounds(ctx context.Context) (low, high []float32, err error) {
	lows, highs := make([][]float32, c.threads), make([][]float32, c.threads)
	for i := range lows {
		lows[i], highs[i] = memory.Floats(c.Stride), memory.Floats(c.Stride)
		c.PutVector(lows[i], 0)
		copy(highs[i], lows[i])
	}
	widen := func(low, high, rows []float32) {
		for i := 0; i < len(rows); i += c.Stride {
			for j, v := range rows[i : i+c.Stride] {
				low[j], high[j] = min(low[j], v), max(high[j], v)
			}
		}
	}
	err = c.each(ctx, func(worker int, rows []float32) error {
		widen(lows[worker], highs[worker], rows)
		return nil
	})
	for i := range lows {
		widen(lows[0], highs[0], lows[i])
		widen(lows[0], highs[0], highs[i])
	}
	return lows[0], highs[0], err
}

// errTooFine ends the search for a common step.
var errTooFine = errors.New("values are too fine for a common step")

// leastAbove returns the least distance above 0 of a value from the low of its
// column, or 0 where there is one below limit.
func (c *columnScan) leastAbove(ctx context.Context, low []float32, limit float64) (float64, error) {
	leasts := slices.Repeat([]float64{math.Inf(1)}, c.threads)
	err := c.each(ctx, func(worker int, rows []float32) error {
		least := leasts[worker]
		for i := 0; i < len(rows); i += c.Stride {
			for j, v := range rows[i : i+c.Stride] {
				if d := float64(v) - float64(low[j]); d > 0 && d < least {
					least = d
				}
			}
			if least < limit {
				return errTooFine
			}
		}
		leasts[worker] = least
		return nil
	})
	if errors.Is(err, errTooFine) {
		return 0, nil
	}
	return slices.Min(leasts), err // +Inf where all values are those of low
}

// errLossy ends a check of codes.
var errLossy = errors.New("a code does not give its value back")

// decodes tells whether z gives all rows back.
func (c *columnScan) decodes(ctx context.Context, z *quantizer) (bool, error) {
	codes, again := make([][]uint8, c.threads), make([][]float32, c.threads)
	for i := range codes {
		codes[i], again[i] = make([]uint8, z.stride()), make([]float32, c.Stride)
	}
	err := c.each(ctx, func(worker int, rows []float32) error {
		for i := 0; i < len(rows); i += c.Stride {
			row := rows[i : i+c.Stride]
			z.put(codes[worker], row)
			simd.DecodeU8(again[worker], codes[worker], z.low, z.Step)
			for j, v := range row {
				if math.Float32bits(v) != math.Float32bits(again[worker][j]) {
					return errLossy
				}
			}
		}
		return nil
	})
	if errors.Is(err, errLossy) {
		return false, nil
	}
	return err == nil, err
}

// CodeStride returns the length of a row of codes, padding included.
func CodeStride(columns int) int {
	return (columns + simd.CodeStride - 1) / simd.CodeStride * simd.CodeStride
}

// CodeStart returns where the codes begin in their section, behind low.
func CodeStart(columns int) int { return 4 * columns }

func (z *quantizer) stride() int { return CodeStride(len(z.low)) }

// put writes the codes of vector to dst and returns the squared distance, in
// steps, between vector and the box of what codes can stand for.
func (z *quantizer) put(dst []uint8, vector []float32) (outside float64) {
	perStep := 1 / z.Step
	for j, low := range z.low {
		c := float64((float64(vector[j]) - float64(low)) * perStep) // no fused rounding
		inside := max(0, min(c, math.MaxUint8))
		outside += float64((c - inside) * (c - inside))
		dst[j] = uint8(inside + 0.5)
	}
	return outside
}

// beyond returns a rank such that rows of higher ranks are farther away than one
// of the given rank, but for the rounding of codes: of rows and query, or of the
// query alone, which moves distances by less.
func (z *quantizer) beyond(rank uint32) uint32 {
	root := math.Sqrt(float64(rank)) + 3 // rounding moves distances by 0.4 on average
	return uint32(min(float64(root*root), math.MaxUint32))
}

// Quantize makes the codes of the rows of g, which are in order; where they are to be
// made only if they pay, perhaps not.
func (g *Graph) Quantize(ctx context.Context, ifTheyPay bool, threads int) error {
	if ifTheyPay && (len(g.Rows)*4 < codesBytes || g.Stride < codesColumns) {
		return nil
	}
	z, err := newQuantizer(ctx, g, threads)
	if err != nil {
		return err
	}
	if ifTheyPay && !z.Lossless && g.usualDistance() < codesFar*z.Step*z.Step {
		return nil
	}
	section := memory.Bytes(CodeStart(g.Stride) + g.N*z.stride())
	copy(section, memory.BytesOf(z.low))
	codes := section[CodeStart(g.Stride):]
	err = parallel.Do(ctx, threads, (g.N+ChunkRows-1)/ChunkRows, func(_, task int) error {
		for i := task * ChunkRows; i < min((task+1)*ChunkRows, g.N); i++ {
			z.put(codes[i*z.stride():], g.Row(uint32(i)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	g.TakeCodes(section, z.Step, z.Lossless)
	if z.Lossless {
		g.Rows = nil
	}
	return nil
}

// TakeCodes makes section, the columns' low followed by the codes of all rows, the
// codes of g.
func (g *Graph) TakeCodes(section []byte, step float64, lossless bool) {
	start := CodeStart(g.Stride)
	g.Quantizer = quantizer{low: memory.SliceOf[float32](section[:start]), Step: step, Lossless: lossless}
	if lossless {
		g.Quantizer.Blur = blurOf(g.Quantizer.low, step)
	}
	g.CodeSection, g.Codes = section, section[start:]
}

// usualDistance returns about how far rows are from their nearest neighbors: the
// median, over a sample, of the distance to the nearest of the rows around, since
// neighbors are close to each other in the order of rows.
func (g *Graph) usualDistance() float64 {
	const sample, around = 256, 32
	distances := make([]float32, min(around, g.N))
	var nearest []float32
	for i := 0; i < g.N; i += g.N/sample + 1 {
		first := max(0, min(i-around/2, g.N-around))
		g.Kernels.Rows(distances, g.Row(uint32(i)), g.Rows[first*g.Stride:], g.Stride)
		slices.Sort(distances)
		nearest = append(nearest, distances[min(1, len(distances)-1)]) // the first is row i
	}
	slices.Sort(nearest)
	return float64(nearest[len(nearest)/2])
}

// CheckCodes returns an error where g has other codes than those of its rows.
func (g *Graph) CheckCodes() error {
	if g.Codes == nil {
		return nil
	}
	z, err := newQuantizer(context.Background(), g, 1)
	if err != nil {
		return err
	}
	if z.Step != g.Quantizer.Step || z.Lossless != g.Quantizer.Lossless || !slices.Equal(z.low, g.Quantizer.low) {
		return errors.New("the codes are not made for the rows that are there")
	}
	row, want := make([]float32, g.Stride), make([]uint8, z.stride())
	for i := range uint32(g.N) {
		g.PutVector(row, i)
		z.put(want, row)
		if !slices.Equal(want, g.Code(i)) {
			return fmt.Errorf("row %d has other codes than its own", i)
		}
	}
	return nil
}
