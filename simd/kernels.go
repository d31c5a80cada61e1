package simd

import (
	"fmt"
	"math/bits"
)

// Sizes that the layouts of this package share.
const (
	Lanes       = 16 // rows padded with zeros to a multiple of this many columns need no tail
	BlockRows   = 64 // rows in a block
	TileQueries = 4  // queries that Tile compares with a block at once
)

// Metric says how two vectors are compared; see the package comment.
type Metric uint8

// The metrics.
const (
	L2Squared Metric = iota
	InnerProduct
	L1
	metrics
)

// Kernels are the kernels of one metric at one level. Take a pointer once, then
// call it in the hot loop.
type Kernels struct {
	level Level
	impl  impl
}

// impl is one set of bodies. They trust their arguments.
type impl struct {
	pair   func(a, b *float32, dim int) float32
	rows   func(dst, q, rows *float32, dim, stride, n int)
	gather func(dst, q, rows *float32, dim, stride int, ids *uint32, n int)
	tile   func(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int
	scan   func(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int
}

// For returns the kernels of metric m at the active level.
func For(m Metric) *Kernels { return &table[active][m] }

// At returns the kernels of metric m at level l, or an error where this CPU or
// build cannot run them. It serves tests and measurements.
func At(l Level, m Metric) (*Kernels, error) {
	if l == unusable {
		return nil, activeErr
	}
	for _, s := range Supported() {
		if s == l {
			return &table[l][m], nil
		}
	}
	return nil, fmt.Errorf("simd: level %s is not available here", l)
}

// table holds the kernels of every level this CPU and build can run.
var table = func() (t [levels][metrics]Kernels) {
	for _, l := range Supported() {
		for m := range metrics {
			t[l][m] = Kernels{level: l, impl: bodies(l, m)}
		}
	}
	for m := range metrics {
		t[unusable][m] = Kernels{level: unusable, impl: unusableImpl}
	}
	return t
}()

// Level returns the level these kernels run at.
func (k *Kernels) Level() Level { return k.level }

// Pair returns the distance between a and b, which have the same length.
func (k *Kernels) Pair(a, b []float32) float32 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("simd: vectors of %d and %d columns", len(a), len(b)))
	}
	if len(a) == 0 {
		return 0
	}
	raceRead(a)
	raceRead(b)
	return k.impl.pair(&a[0], &b[0], len(a))
}

// Rows writes to dst[i] the distance between q and row i of rows, for
// len(dst) rows of len(q) columns that start stride apart.
func (k *Kernels) Rows(dst, q, rows []float32, stride int) {
	if len(dst) == 0 {
		return
	}
	if len(q) == 0 || stride < len(q) || len(rows) < (len(dst)-1)*stride+len(q) {
		panic("simd: Rows: q is empty or rows is too short")
	}
	raceRead(q)
	raceRows(rows, len(q), stride, len(dst), nil)
	raceWrite(dst)
	step := chunk(len(q))
	for first := 0; first < len(dst); first += step {
		k.impl.rows(&dst[first], &q[0], &rows[first*stride], len(q), stride, min(step, len(dst)-first))
	}
}

// Gather writes to dst[i] the distance between q and the row ids[i] of rows,
// whose rows start stride apart. It prefetches the rows itself: hand it a whole
// neighbor list at once. Every id must be a row of rows; that is not checked
// here, since a graph checks its links once, when it is made or opened.
func (k *Kernels) Gather(dst, q, rows []float32, stride int, ids []uint32) {
	if len(ids) == 0 {
		return
	}
	if len(dst) < len(ids) || len(q) == 0 || stride < len(q) || len(rows) < len(q) {
		panic("simd: Gather: dst is shorter than ids, q is empty or rows is too short")
	}
	raceRead(q)
	raceRows(rows, len(q), stride, len(ids), ids)
	raceWrite(dst[:len(ids)])
	step := chunk(len(q))
	for first := 0; first < len(ids); first += step {
		k.impl.gather(&dst[first], &q[0], &rows[0], len(q), stride, &ids[first], min(step, len(ids)-first))
	}
}

// TileHit is what Tile found in one block: bit r of Hit[j] is set where row r is
// nearer to query j than its bound, and Dist[j][r] is then their distance. Other
// entries of Dist hold anything.
type TileHit struct {
	Dist [TileQueries][BlockRows]float32
	Hit  [TileQueries]uint64
}

// Tile compares four queries, packed by PackQueries, with blocks in order and
// returns the index of the first block that holds a row with
//
//	distance(query j, row) < bound[j]
//
// for some j, after filling out for that block. It returns the number of blocks
// where there is none. The first numeric columns of a block are numbers, the
// next nominal ones category codes.
func (k *Kernels) Tile(q, blocks []float32, numeric, nominal int, bound *[TileQueries]float32, out *TileHit) int {
	n, size := blockCount(len(q)/TileQueries, len(blocks), numeric, nominal)
	raceRead(q)
	raceRead(blocks)
	step := chunk(size)
	for first := 0; first < n; first += step {
		m := min(step, n-first)
		if b := k.impl.tile(&q[0], &blocks[first*size], numeric, nominal, m, bound, out); b < m {
			return first + b
		}
	}
	return n
}

// ScanHit is what Scan found in one block; see TileHit.
type ScanHit struct {
	Dist [BlockRows]float32
	Hit  uint64
}

// Scan is Tile for one query, which is not packed.
func (k *Kernels) Scan(q, blocks []float32, numeric, nominal int, bound float32, out *ScanHit) int {
	n, size := blockCount(len(q), len(blocks), numeric, nominal)
	raceRead(q)
	raceRead(blocks)
	step := chunk(size)
	for first := 0; first < n; first += step {
		m := min(step, n-first)
		if b := k.impl.scan(&q[0], &blocks[first*size], numeric, nominal, m, bound, out); b < m {
			return first + b
		}
	}
	return n
}

// chunk returns how many rows or blocks of size values one call of a body may
// take: assembly is not preempted, so a call should last some 50 µs at most.
func chunk(size int) int { return max(1, 1<<18/size) }

// blockCount returns the number of blocks in a slice of length blocks and the
// values in each. It panics where the sizes do not fit each other.
func blockCount(qdim, blocks, numeric, nominal int) (n, size int) {
	dim := numeric + nominal
	if numeric < 0 || nominal < 0 || dim == 0 || qdim < dim || blocks%(dim*BlockRows) != 0 {
		panic(fmt.Sprintf("simd: %d values are no whole blocks of %d columns, or the query has only %d", blocks, dim, qdim))
	}
	size = dim * BlockRows
	return blocks / size, size
}

// NextHit returns the lowest row in hit and hit without it: the loop over hits is
//
//	for hit := out.Hit; hit != 0; {
//		r, hit = simd.NextHit(hit)
//		...
//	}
func NextHit(hit uint64) (row int, rest uint64) {
	return bits.TrailingZeros64(hit), hit & (hit - 1)
}
