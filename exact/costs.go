package exact

import (
	"math"

	"github.com/nngmix/nngmix/internal/estimate"
)

// reference is the machine where the costs were measured.
var reference = estimate.Machine{Kernels: 1, Code: 1}

// costs are times in nanoseconds on one core.
type costs struct {
	tile    float64 // a column of a row against a query, four queries at once
	leaf    float64 // how much longer that takes in a tree, block by block
	row     float64 // a row that passes the filter ...
	column  float64 // ... and for each of its columns
	check   float64 // a column of a row: whether it is finite
	pack    float64 // a column of a row
	hashRow float64 // finding the equals of a row ...
	hash    float64 // ... and for each of its columns
	treeRow float64 // building a tree, for a row ...
	treeCol float64 // ... and for each of its columns
	call    float64 // handing a block to a kernel
	box     float64 // comparing a query with a box ...
	side    float64 // ... and for each of its columns
}

// costsOn returns the costs on m.
func costsOn(m estimate.Machine) costs {
	return costs{
		tile: 0.0105 * m.Kernels, leaf: 1.25,
		row: 75 * m.Code, column: 0.95 * m.Code,
		check: 0.2 * m.Code, pack: 0.7 * m.Code,
		hashRow: 30 * m.Code, hash: 0.6 * m.Code,
		treeRow: 45 * m.Code, treeCol: 4 * m.Code,
		call: 20 * m.Code, box: 5 * m.Code, side: m.Code,
	}
}

// find returns the cost of finding the equals of n rows of d columns.
func (c *costs) find(n, d float64) float64 { return n * (c.hashRow + c.hash*d) }

// build returns the cost of building a tree.
func (c *costs) build(n, d float64) float64 {
	return n * (c.treeRow + c.treeCol*d) * (1 + 0.3*spill(n, d))
}

// spill returns how many times a table of n rows must be halved until it fits the
// caches next to a core.
func spill(n, d float64) float64 { return max(0, math.Log2(n*d*4/(4<<20))) }

// hit returns the cost of a row that passes the filter.
func (c *costs) hit(d float64) float64 { return c.row + c.column*d }

// hits returns the cost of the rows that pass the filter when a query is compared
// with n rows for the k nearest. In rows without order, k·ln(n/k) of them are among
// the k nearest so far.
func (c *costs) hits(n, d float64, k int) float64 {
	first := float64(max(k, 64)) // the bound is set by a block, or by k rows
	return float64(k) * (1 + math.Log(max(1, n/first))) * c.hit(d)
}

// query returns the cost of comparing a query with n rows for the k nearest.
func (c *costs) query(n, d float64, k int) float64 { return n*d*c.tile + c.hits(n, d, k) }
