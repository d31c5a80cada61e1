package ann

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
)

// mixed returns n rows of numbers, around a few centers, and of codes below the
// numbers of categories, which follow the center most of the time. Some are copies.
func mixed(n, numbers int, categories []int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 5))
	of := rand.New(rand.NewPCG(7, 5)) // centers do not depend on seed
	dim := numbers + len(categories)
	centers := make([]float32, 20*dim)
	for i := range centers {
		if j := i % dim; j < numbers {
			centers[i] = of.Float32()
		} else {
			centers[i] = float32(of.IntN(categories[j-numbers]))
		}
	}
	rows := make([]float32, 0, n*dim)
	for i := range n {
		if i > 0 && r.IntN(10) == 0 {
			rows = append(rows, rows[r.IntN(i)*dim:][:dim]...)
			continue
		}
		center := centers[r.IntN(20)*dim:][:dim]
		for j, c := range center {
			switch {
			case j < numbers:
				c += 0.2 * float32(r.NormFloat64())
			case r.IntN(3) == 0:
				c = float32(r.IntN(categories[j-numbers]))
			}
			rows = append(rows, c)
		}
	}
	return rows
}

// mixedTables are the tables of the tests below.
var mixedTables = []struct {
	name       string
	numbers    int
	categories []int
	recall     float64 // to be reached
}{
	{"few categories", 4, []int{2, 3, 10}, 0.97},
	{"many categories", 3, []int{5, 300}, 0.97},
	{"very many categories", 3, []int{1500, 3}, 0.88},
	{"many columns", 2, slices.Repeat([]int{90}, 40), 0.95},
	{"only categories", 0, []int{12, 12, 12, 12, 12, 12}, 0.98},
	{"only many categories", 0, []int{200, 200, 200, 12, 12}, 0.95},
	{"one column", 0, []int{3000}, 0.9},
}

func buildNominal(tb testing.TB, rows []float32, dim, nominal int, change func(*Options)) *Index {
	tb.Helper()
	opt := DefaultOptions()
	opt.Nominal = nominal
	if change != nil {
		change(&opt)
	}
	x, err := build(tb.Context(), nil, rows, dim, opt, small)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// nominalTruth returns the exact neighbors.
func nominalTruth(tb testing.TB, rows, queries []float32, dim, nominal, k int) *exact.Result {
	tb.Helper()
	res, _, err := exact.Search(tb.Context(), rows, dim, queries, k, exact.Options{Nominal: nominal})
	if err != nil {
		tb.Fatal(err)
	}
	return res
}

// withUnseen gives every fourth query a code that no row has in its last column.
func withUnseen(queries []float32, dim int) []float32 {
	for i, code := range []float32{-1, 5000, 0.5, 1e9} {
		for at := (4*i+1)*dim - 1; at < len(queries); at += 16 * dim {
			queries[at] = code
		}
	}
	return queries
}

func TestNominal(t *testing.T) {
	const k, ef = 10, 25 // wider searches of so few rows compare all
	for _, tt := range mixedTables {
		t.Run(tt.name, func(t *testing.T) {
			n, nominal := 2000, len(tt.categories)
			if nominal > 10 {
				n = 600 // portable kernels take long
			}
			dim := tt.numbers + nominal
			rows, queries := mixed(n, tt.numbers, tt.categories, 1), withUnseen(mixed(80, tt.numbers, tt.categories, 2), dim)
			want := nominalTruth(t, rows, queries, dim, nominal, k)
			all := nominalTruth(t, rows, queries[:20*dim], dim, nominal, n)
			for _, mode := range []Quantize{QuantizeOff, QuantizeOn} {
				x := buildNominal(t, rows, dim, nominal, func(o *Options) { o.Quantize = mode })
				got, err := x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: ef})
				if err != nil {
					t.Fatal(err)
				}
				checkDistances(t, got, all)
				r := recall(got, want)
				t.Logf("quantize %d: recall %.4f, %d columns for %d", mode, r, x.first().width(), dim)
				if r < tt.recall {
					t.Errorf("quantize %d: recall %.4f, want %.2f", mode, r, tt.recall)
				}
				if diff := cmp.Diff(want, must(x.SearchExact(t.Context(), queries, k, SearchOptions{Threads: 2}))); diff != "" {
					t.Errorf("exact search (-want +got):\n%s", diff)
				}
				res, tuned, err := x.SearchAtRecall(t.Context(), queries, k, 0.9, DefaultTuneOptions())
				if err != nil || recall(res, want) < 0.9 {
					t.Errorf("SearchAtRecall: %v, %+v", err, tuned)
				}
			}
		})
	}
}

// TestNominalSmall expects the exact answer where all rows are compared.
func TestNominalSmall(t *testing.T) {
	rows, queries := mixed(60, 2, []int{3, 70}, 1), withUnseen(mixed(40, 2, []int{3, 70}, 2), 4)
	opt := DefaultOptions()
	opt.Nominal = 2
	x, err := Build(t.Context(), rows, 4, opt)
	if err != nil {
		t.Fatal(err)
	}
	got := must(x.SearchBatch(t.Context(), queries, 7, SearchOptions{EfSearch: 1}))
	if diff := cmp.Diff(nominalTruth(t, rows, queries, 4, 2, 7), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNominalOddCodes has codes without places: negative, fractions, huge.
func TestNominalOddCodes(t *testing.T) {
	const dim, k = 3, 10
	rows := mixed(2000, 2, []int{5}, 1)
	for i := dim - 1; i < len(rows); i += 7 * dim {
		rows[i] = []float32{-1, 0.5, 1e30, 1 << 24, float32(math.Copysign(0, -1))}[i%5]
	}
	x := buildNominal(t, rows, dim, 1, nil)
	queries := rows[:100*dim]
	got := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 60}))
	if r := recall(got, nominalTruth(t, rows, queries, dim, 1, k)); r < 0.97 {
		t.Errorf("recall %.4f", r)
	}
	checkDistances(t, got, nominalTruth(t, rows, queries, dim, 1, 2000))
	if err := verifyCopy(fileOf(t, x)); err != nil {
		t.Error(err)
	}
}

// TestDials checks how far vectors of codes are apart.
func TestDials(t *testing.T) {
	for _, limits := range [][]uint32{{1}, {2}, {64}, {65}, {992}, {993}, {maxCodes}, {7, 300, 2}, slices.Repeat([]uint32{500}, 30), slices.Repeat([]uint32{5}, 900)} {
		n := newNominal(slices.Clone(limits))
		if n.width > max(allDials, 2*len(limits)) {
			t.Errorf("%d limits: %d columns", len(limits), n.width)
		}
		r := rand.New(rand.NewPCG(1, 1))
		for range 300 {
			var codes, vectors [2][]float32
			for i := range codes {
				codes[i], vectors[i] = make([]float32, len(limits)), make([]float32, n.width)
				for j, limit := range limits {
					codes[i][j] = float32(r.IntN(int(min(limit, 2000))))
				}
				n.put(vectors[i], codes[i])
			}
			unequal, apart := addUnequal(0, codes[0], codes[1]), 0.0
			for j, a := range vectors[0] {
				d := float64(a) - float64(vectors[1][j])
				apart += d * d
			}
			if apart > unequal+1e-4 || !n.shared && apart < unequal-1e-4 {
				t.Fatalf("limits %v: codes %v and %v are %v apart, vectors %v", limits, codes[0], codes[1], unequal, apart)
			}
		}
	}
}

// TestNominalChanges adds, replaces and deletes rows, among them some with new
// categories, and saves and opens the index.
func TestNominalChanges(t *testing.T) {
	const dim, nominal, k = 5, 2, 10
	rows := mixed(1200, 3, []int{4, 40}, 1)
	more := mixed(300, 3, []int{9, 200}, 3)
	x := buildNominal(t, rows, dim, nominal, nil)
	if _, err := x.Add(t.Context(), more, ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := x.Set(t.Context(), []uint32{5, 9}, more[:2*dim], ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	all := append(slices.Clone(rows), more...)
	copy(all[5*dim:], more[:dim])
	copy(all[9*dim:], more[dim:2*dim])
	x.Delete(sequence(1450, 50)...)
	all = all[:1450*dim]
	queries := withUnseen(mixed(60, 3, []int{9, 200}, 4), dim)
	want := nominalTruth(t, all, queries, dim, nominal, k)
	path := filepath.Join(t.TempDir(), "index.nngx")
	if err := x.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if opened.Options().Nominal != nominal || !bytes.Equal(fileOf(t, x), fileOf(t, opened)) {
		t.Error("the opened index is another one")
	}
	check := func(name string) {
		for _, x := range []*Index{x, opened} {
			got := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 60}))
			if r := recall(got, want); r < 0.98 {
				t.Errorf("%s: recall %.4f", name, r)
			}
			checkDistances(t, got, nominalTruth(t, all, queries, dim, nominal, 1450))
			if diff := cmp.Diff(want, must(x.SearchExact(t.Context(), queries, k, SearchOptions{Threads: 2}))); diff != "" {
				t.Errorf("%s: exact search (-want +got):\n%s", name, diff)
			}
		}
	}
	check("in pieces")
	for _, x := range []*Index{x, opened} {
		if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	check("compact")
}

// TestNominalFilter asks for rows of few ids.
func TestNominalFilter(t *testing.T) {
	const dim, k = 4, 5
	rows, queries := mixed(2000, 2, []int{4, 500}, 1), mixed(30, 2, []int{4, 500}, 2)
	x := buildNominal(t, rows, dim, 2, nil)
	var some []float32
	for id := 0; id < 2000; id += 40 {
		some = append(some, rows[id*dim:][:dim]...)
	}
	want := nominalTruth(t, some, queries, dim, 2, k)
	got := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 20, Filter: func(id uint32) bool { return id%40 == 0 }}))
	for i := range got.IDs {
		got.IDs[i] /= 40
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNominalDeterminism(t *testing.T) {
	rows := mixed(3000, 3, []int{7, 100}, 1)
	var want []byte
	for _, threads := range []int{1, 3} {
		got := fileOf(t, buildNominal(t, rows, 5, 2, func(o *Options) { o.Threads = threads }))
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d threads make another file", threads)
		}
	}
}

func TestNominalErrors(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"negative":             func(o *Options) { o.Nominal = -1 },
		"more than there are":  func(o *Options) { o.Nominal = 3 },
		"another metric":       func(o *Options) { o.Nominal, o.Metric = 1, exact.L1 },
		"another metric again": func(o *Options) { o.Nominal, o.Metric = 1, exact.Cosine },
	} {
		opt := DefaultOptions()
		change(&opt)
		if _, err := Build(t.Context(), []float32{1, 2, 3, 4}, 2, opt); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestNominalCrafted changes the limits of a file behind right checksums.
func TestNominalCrafted(t *testing.T) {
	x := buildNominal(t, mixed(500, 2, []int{4, 100}, 1), 4, 2, nil)
	data := fileOf(t, x)
	h, err := decodeHeader(data)
	if err != nil {
		t.Fatal(err)
	}
	limits := h.segments[0].sections[sectionLimits]
	for name, limit := range map[string]uint32{"none": 0, "too high": maxCodes + 1, "other columns": 60} {
		c := bytes.Clone(data)
		binary.LittleEndian.PutUint32(c[limits.offset:], limit)
		if _, err := decodeCopy(c); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	c := bytes.Clone(data)
	binary.LittleEndian.PutUint32(c[84:], 5)
	if _, err := decodeCopy(seal(c)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("more nominal columns than columns: got %v", err)
	}
	y, err := decodeCopy(data)
	if err != nil {
		t.Fatal(err)
	}
	v := y.state.Load().views[0]
	v.values[v.dim-1] += 7
	if err := v.verify(t.Context()); err == nil {
		t.Error("a value that is not that of its vector: no error")
	}
}
