// Package generatortest is the conformance suite that every generator of
// pseudo-anomalies must pass, whatever its method: on tables of all awkward kinds
// samples are finite, reproducible at any chunking and number of threads, say
// truthfully what they were made from, and leave the data as it was.
package generatortest

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/nngmix/nngmix/generator"
)

// Sampler is a generator under test.
type Sampler interface {
	Dim() int
	Sample(dst []float64, i uint64) generator.Origin
	Fill(ctx context.Context, dst []float64, origins []generator.Origin, first uint64, threads int) error
}

// New makes a generator for data that draws its random numbers from seed.
type New func(ctx context.Context, data generator.Data, seed uint64) (Sampler, error)

// Traits say what a generator promises beyond what all must.
type Traits struct {
	// Mixes promises samples without noise that are, in each numeric column,
	// Lambda·Source + (1-Lambda)·Other, and in each nominal column one of the two.
	Mixes bool
	// Moves allows samples with values that no parent has (noise, pasting), and
	// so a constant column that varies where columns have no ranges.
	Moves bool
	// AnySource allows samples that start from an unlabeled row.
	AnySource bool
}

// Run tests the generators that newSampler makes.
func Run(t *testing.T, newSampler New, traits Traits) {
	for _, table := range tables() {
		t.Run(table.name, func(t *testing.T) {
			before := table.clone()
			s, err := newSampler(t.Context(), table.data(), 7)
			if err != nil {
				t.Fatal(err)
			}
			c := &checker{table: table, sampler: s, traits: traits}
			c.fill(t)
			t.Run("values", c.values)
			t.Run("origins", c.origin)
			t.Run("parents", c.parents)
			t.Run("chunks", c.chunks)
			t.Run("concurrent", c.concurrent)
			t.Run("seeds", func(t *testing.T) { c.seeds(t, newSampler) })
			t.Run("allocations", c.allocations)
			if !slices.Equal(before.labeled, table.labeled) || !slices.Equal(before.unlabeled, table.unlabeled) || !slices.Equal(before.columns, table.columns) {
				t.Error("the data was changed")
			}
		})
	}
}

// samples is how many samples of each table are judged.
const samples = 1000

// checker holds one generator and its first samples.
type checker struct {
	table   *table
	sampler Sampler
	traits  Traits
	rows    []float64
	origins []generator.Origin
}

func (c *checker) fill(t *testing.T) {
	t.Helper()
	if got := c.sampler.Dim(); got != c.table.dim {
		t.Fatalf("Dim is %d, want %d", got, c.table.dim)
	}
	c.rows, c.origins = make([]float64, samples*c.table.dim), make([]generator.Origin, samples)
	for i := range c.rows {
		c.rows[i] = math.NaN() // so that a value not written is seen
	}
	if err := c.sampler.Fill(t.Context(), c.rows, c.origins, 0, 1); err != nil {
		t.Fatal(err)
	}
}

func (c *checker) row(i int) []float64 { return c.rows[i*c.table.dim:][:c.table.dim] }

// values: finite, codes that occur in their column, constant columns constant.
func (c *checker) values(t *testing.T) {
	for j := range c.table.dim {
		known := c.table.valuesOf(j)
		for i := range samples {
			x := c.row(i)[j]
			if x-x != 0 {
				t.Fatalf("sample %d, column %d is %g", i, j, x)
			}
			fixed := c.table.nominal(j) || len(known) == 1 && (c.table.columns != nil || !c.traits.Moves)
			if fixed && !slices.Contains(known, x) {
				t.Fatalf("sample %d, column %d is %g, want one of %v", i, j, x, known)
			}
		}
	}
}

// origin: rows that exist, not the same one twice, all anomalies drawn.
func (c *checker) origin(t *testing.T) {
	drawn := make([]bool, c.table.na())
	for i, o := range c.origins {
		others := c.table.nu()
		if o.OtherLabeled {
			others = c.table.na()
		}
		switch {
		case o.Source < -1 || o.Source >= c.table.na() || o.Other < -1 || o.Other >= others,
			o.Source < 0 && (!c.traits.AnySource || o.Other < 0 || o.OtherLabeled || o.Lambda != 0),
			o.Other < 0 && (o.OtherLabeled || o.Lambda != 1),
			o.OtherLabeled && o.Source == o.Other,
			!(o.Lambda >= 0 && o.Lambda <= 1):
			t.Fatalf("sample %d: invalid origin %+v", i, o)
		}
		if o.Source >= 0 {
			drawn[o.Source] = true
		}
	}
	if n := slices.Index(drawn, false); n >= 0 && !c.traits.AnySource {
		t.Errorf("labeled anomaly %d is never drawn in %d samples", n, samples)
	}
}

// parents: the sample is the mixture that its origin tells.
func (c *checker) parents(t *testing.T) {
	if !c.traits.Mixes {
		t.Skip("not promised")
	}
	for i, o := range c.origins {
		a := c.table.row(true, o.Source)
		b := a
		if o.Other >= 0 {
			b = c.table.row(o.OtherLabeled, o.Other)
		}
		for j, x := range c.row(i) {
			if c.table.nominal(j) || o.Lambda == 1 || a[j] == b[j] {
				if x != a[j] && (x != b[j] || o.Lambda == 1) {
					t.Fatalf("sample %d of %+v, column %d: got %g, parents have %g and %g", i, o, j, x, a[j], b[j])
				}
				continue
			}
			want := o.Lambda*a[j] + (1-o.Lambda)*b[j]
			ulp := 0x1p-51 * max(math.Abs(a[j]), math.Abs(b[j]))
			if math.Abs(x-want) > ulp || x < min(a[j], b[j])-ulp || x > max(a[j], b[j])+ulp {
				t.Fatalf("sample %d of %+v, column %d: got %.17g, want %.17g", i, o, j, x, want)
			}
		}
	}
}

// chunks: the same bytes in chunks of any size, at any number of threads.
func (c *checker) chunks(t *testing.T) {
	dim := c.table.dim
	for _, size := range []int{1, 7, 256, samples} {
		for _, threads := range []int{0, 3} {
			got, origins := make([]float64, len(c.rows)), make([]generator.Origin, samples)
			for first := 0; first < samples; first += size {
				end := min(samples, first+size)
				if err := c.sampler.Fill(t.Context(), got[first*dim:end*dim], origins[first:end], uint64(first), threads); err != nil {
					t.Fatal(err)
				}
			}
			c.equal(t, got, origins)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.sampler.Fill(ctx, make([]float64, len(c.rows)), nil, 0, 2); err == nil {
		t.Error("Fill ignores that its context has ended")
	}
}

// concurrent: the same bytes from goroutines that sample in any order.
func (c *checker) concurrent(t *testing.T) {
	got, origins := make([]float64, len(c.rows)), make([]generator.Origin, samples)
	var wg sync.WaitGroup
	const workers = 4
	for w := range workers {
		wg.Go(func() {
			for i := samples - 1 - w; i >= 0; i -= workers {
				origins[i] = c.sampler.Sample(got[i*c.table.dim:][:c.table.dim], uint64(i))
			}
		})
	}
	wg.Wait()
	c.equal(t, got, origins)
}

// seeds: the same seed gives the same samples, another seed others.
func (c *checker) seeds(t *testing.T, newSampler New) {
	for _, seed := range []uint64{7, 8} {
		s, err := newSampler(t.Context(), c.table.data(), seed)
		if err != nil {
			t.Fatal(err)
		}
		got, origins := make([]float64, len(c.rows)), make([]generator.Origin, samples)
		if err := s.Fill(t.Context(), got, origins, 0, 2); err != nil {
			t.Fatal(err)
		}
		if seed == 7 {
			c.equal(t, got, origins)
		} else if same := slices.Equal(got, c.rows); same && c.table.varied {
			t.Error("another seed gives the same samples")
		}
	}
}

func (c *checker) allocations(t *testing.T) {
	dst, i := make([]float64, c.table.dim), uint64(0)
	if n := testing.AllocsPerRun(100, func() { c.sampler.Sample(dst, i); i++ }); n != 0 {
		t.Errorf("%g allocations for a sample", n)
	}
}

func (c *checker) equal(t *testing.T, rows []float64, origins []generator.Origin) {
	t.Helper()
	for i, x := range rows {
		if math.Float64bits(x) != math.Float64bits(c.rows[i]) {
			t.Fatalf("sample %d, column %d: got %g, want %g as before", i/c.table.dim, i%c.table.dim, x, c.rows[i])
		}
	}
	if !slices.Equal(origins, c.origins) {
		t.Fatal("other origins than before")
	}
}
