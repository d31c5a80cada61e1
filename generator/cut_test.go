package generator

import (
	"slices"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
)

// TestWindow compares the law of the window with a count of all centers and, for
// the width, many equally spaced ratios.
func TestWindow(t *testing.T) {
	for _, dim := range []int{1, 6, 10, 13, 20, 45} {
		const ratios, trials = 1000, 200_000
		want := map[[2]int]float64{}
		for r := range ratios {
			width := max(1, int((0.1+0.2*(float64(r)+0.5)/ratios)*float64(dim)))
			for center := range dim {
				want[[2]int{max(center-width/2, 0), min(center+width/2, dim)}] += 1.0 / ratios / float64(dim)
			}
		}
		g := &Generator{dim: dim}
		got := map[[2]int]float64{}
		s := draws{Stream: xrand.New(3, uint64(dim))}
		for range trials {
			low, high := g.window(&s)
			got[[2]int{low, high}] += 1.0 / trials
		}
		empty := 0.0
		for w, share := range got {
			if diff := share - want[w]; diff > 0.006 || diff < -0.006 {
				t.Errorf("dim %d: window %v in %.4f of draws, want %.4f", dim, w, share, want[w])
			}
			if w[0] == w[1] {
				empty += share
			}
		}
		if dim <= 6 && empty < 1-1e-9 || dim == 10 && (empty < 0.48 || empty > 0.52) {
			t.Errorf("dim %d: %.3f of windows are empty", dim, empty)
		}
	}
}

// TestCutout checks each sample: a row as it is, but for columns at their
// minimum in one window.
func TestCutout(t *testing.T) {
	columns := units(12)
	columns[5].Nominal = true
	data := Data{Labeled: rowsIn(columns, 1, 5), Unlabeled: rowsIn(columns, 2, 15), Columns: columns}
	opt := DefaultOptions()
	opt.Method = Cutout
	samples, origins := sampleN(t, mustNew(t, data, opt), 20_000)
	parents, cut := make([]int, 20), 0
	for i, o := range origins {
		row, n := o.Source, 0
		side := data.Labeled.(dense)
		if o.Source < 0 {
			row, side, n = o.Other, data.Unlabeled.(dense), 5
		}
		parents[row+n]++
		var moved []int
		for j, x := range samples.row(i) {
			switch {
			case x == side.row(row)[j]:
			case x == columns[j].Min && !columns[j].Nominal:
				moved = append(moved, j)
			default:
				t.Fatalf("sample %d, column %d is %g", i, j, x)
			}
		}
		if len(moved) > 0 {
			cut++
			if span := moved[len(moved)-1] - moved[0] + 1; span > 3 {
				t.Fatalf("sample %d: columns %v are not one window", i, moved)
			}
		}
	}
	checkShares(t, "parents", parents)
	if cut < 5000 {
		t.Errorf("only %d samples are cut", cut)
	}
}

// TestCutMix makes each sample again from its origin with the reference's own
// steps, in search space: some window pasted at some place must give it.
func TestCutMix(t *testing.T) {
	const dim = 20
	columns := units(dim)
	for j := range columns { // exact arithmetic: powers of two
		columns[j] = Column{Min: float64(-j), Max: float64(-j) + float64(uint(1)<<j)}
	}
	labeled, unlabeled := gridRows(columns, 1, 6), gridRows(columns, 2, 30)
	opt := DefaultOptions()
	opt.Method = CutMix
	samples, origins := sampleN(t, mustNew(t, Data{Labeled: labeled, Unlabeled: unlabeled, Columns: columns}, opt), 5000)
	scaled := func(x []float64) []float64 {
		out := make([]float64, len(x))
		for j := range x {
			out[j] = columns[j].scaled(x[j])
		}
		return out
	}
	places := make([]int, dim)
	for i, o := range origins {
		got, want := scaled(samples.row(i)), scaled(labeled.row(o.Source))
		if o.Other < 0 {
			t.Fatalf("sample %d is a copy: with %d columns every window has some", i, dim)
		}
		other := unlabeled
		if o.OtherLabeled {
			other = labeled
		}
		width := int((1-o.Lambda)*dim + 0.5)
		at := -1
		for try := range (dim - width + 1) * (dim - width) {
			low, y := try%(dim-width+1), try/(dim-width+1)
			pasted := slices.Clone(want)
			copy(pasted[y:y+width], scaled(other.row(o.Other))[low:])
			if slices.Equal(got, pasted) {
				at = y
				break
			}
		}
		if at < 0 {
			t.Fatalf("sample %d of %+v: no window of width %d gives %v", i, o, width, got)
		}
		places[at]++
	}
	if slices.Contains(places[:dim-2], 0) || places[dim-1] > 0 {
		t.Errorf("windows start at %v", places)
	}
}

// gridRows returns rows of multiples of 1/1024 of each column's width.
func gridRows(columns []Column, seed uint64, n int) dense {
	s := xrand.New(seed, 5)
	data := make([]float64, n*len(columns))
	for i := range data {
		c := columns[i%len(columns)]
		data[i] = c.Min + float64(s.IntN(1025))/1024*c.width()
	}
	return dense{data, len(columns)}
}

// TestMoveIntoNominalColumns: codes are pasted in place, numbers never become codes.
func TestMoveIntoNominalColumns(t *testing.T) {
	columns := []Column{{Max: 1}, {Nominal: true}, {Min: 10, Max: 20}, {Min: 5, Max: 5}, {Max: 4}}
	tests := []struct {
		name           string
		at, low, width int
		want           []float64
	}{
		{"in place", 1, 1, 2, []float64{0.25, 7, 15, 5, 3}},
		{"left over a code", 0, 1, 3, []float64{0.25, 7, 10, 5, 3}},
		{"right over a code", 1, 0, 3, []float64{0.25, 7, 15, 5, 3}},
		{"right into another unit", 2, 0, 1, []float64{0.25, 7, 12.5, 5, 3}},
		{"left into another unit", 0, 4, 1, []float64{0.75, 7, 15, 5, 3}},
		{"out of a constant column", 4, 3, 1, []float64{0.25, 7, 15, 5, 0}},
		{"into a constant column", 3, 4, 1, []float64{0.25, 7, 15, 5, 3}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := []float64{0.25, 7, 15, 5, 3}
			newSpace(columns, len(columns)).move(x, test.at, test.low, test.width)
			if !slices.Equal(x, test.want) {
				t.Errorf("got %v, want %v", x, test.want)
			}
		})
	}
}
