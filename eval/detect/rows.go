package detect

import (
	"math/rand/v2"

	"github.com/nngmix/nngmix/internal/xrand"
)

// newRand returns stream i of the random numbers for a seed.
func newRand(seed, i uint64) *rand.Rand {
	s := xrand.New(seed, i)
	return rand.New(&s)
}

// table is the rows a detector trains on.
type table struct {
	x       []float32
	dim     int
	anomaly []bool
}

// rows returns the number of rows.
func (t table) rows() int { return len(t.anomaly) }

// gather copies the rows named by ids to dst.
func (t table) gather(dst []float32, ids []int) {
	for i, id := range ids {
		copy(dst[i*t.dim:(i+1)*t.dim], t.x[id*t.dim:(id+1)*t.dim])
	}
}

// sequence returns 0 to n-1.
func sequence(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// shuffler returns a function that shuffles in place.
func shuffler(r *rand.Rand) func([]int) {
	return func(s []int) {
		r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	}
}

// scoreBlock is how many rows are scored at once.
const scoreBlock = 1024

// scoreBlocks calls score for consecutive blocks of x with the number of the first row
// and the number of rows.
func scoreBlocks(x []float32, dim int, score func(x []float32, first, n int)) {
	for first, rows := 0, len(x)/dim; first < rows; first += scoreBlock {
		n := min(scoreBlock, rows-first)
		score(x[first*dim:(first+n)*dim], first, n)
	}
}
