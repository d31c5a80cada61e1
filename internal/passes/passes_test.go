package passes

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

var options = dataset.Options{Label: "y", Missing: dataset.MissingKeep, LabeledFraction: 1, Scale: dataset.ScaleMinMax}

// payments returns n rows of numbers with gaps, texts and a label, many of them equal.
func payments(rng *rand.Rand, n int) *table.Table {
	amount, kind, gap, label := make([]float64, n), make([]uint32, n), make([]float64, n), make([]int64, n)
	for i := range n {
		amount[i], kind[i], gap[i] = float64(rng.IntN(40)), rng.Uint32N(3), rng.NormFloat64()
		if rng.IntN(9) == 0 {
			gap[i] = math.NaN()
		}
		if rng.IntN(15) == 0 || i == n/2 {
			label[i] = 1
		}
	}
	columns := []table.Column{table.New("amount", amount), table.Codes("kind", kind, []string{"a", "b", "c"}), table.New("gap", gap), table.New("y", label)}
	return &table.Table{Columns: columns, Rows: n}
}

// samples returns what a generator makes of data.
func samples(t *testing.T, data generator.Data, opt generator.Options, n int) ([]float64, []generator.Origin) {
	t.Helper()
	gen, err := generator.New(context.Background(), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	values, origins := make([]float64, n*gen.Dim()), make([]generator.Origin, n)
	if err := gen.Fill(context.Background(), values, origins, 0, 0); err != nil {
		t.Fatal(err)
	}
	return values, origins
}

// same fails unless the samples are the same, bit for bit.
func same(t *testing.T, got, want []float64, gotOrigins, wantOrigins []generator.Origin) {
	t.Helper()
	if !slices.Equal(gotOrigins, wantOrigins) {
		t.Fatal("other parents")
	}
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			t.Fatalf("value %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// What is found in batches, in one place or in several, is what is found in memory.
func TestNeighborsOfBatchesAndShards(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		whole := payments(rng, 30+rng.IntN(800))
		how := options
		if seed%2 == 0 {
			how.Missing, how.LabeledFraction, how.Seed = dataset.MissingDrop, 0.7, seed
		}
		set, err := dataset.New(whole, how)
		if err != nil {
			t.Fatal(err)
		}
		opt := generator.DefaultOptions()
		opt.Seed = seed
		memory := generator.Data{Labeled: set.LabeledRows(), Unlabeled: set.UnlabeledRows()}
		for _, c := range set.Columns {
			memory.Columns = append(memory.Columns, generator.Column(c))
		}
		want, wantOrigins := samples(t, memory, opt, 200)

		stream := whole.InBatches(1 + rng.IntN(300))
		summary, err := dataset.Summarize(ctx, stream, how)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := New(stream, summary, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, origins := samples(t, rows.Data(), opt, 200)
		same(t, got, want, origins, wantOrigins)
		for i, o := range origins {
			if o.Other >= 0 && !o.OtherLabeled {
				if number, at := set.Unlabeled[o.Other], rows.Set().UnlabeledAt(o.Other); rows.Set().Number(at) != number {
					t.Fatalf("sample %d is of row %d, want %d", i, rows.Set().Number(at), number)
				}
			}
		}

		queries, k, err := generator.Queries(ctx, rows.Data(), rows.Len(), opt)
		if err != nil {
			t.Fatal(err)
		}
		all := inShards(t, rng, summary, stream, queries, k)
		shards, err := New(nil, summary, 1)
		if err != nil {
			t.Fatal(err)
		}
		shards.Given(all)
		got, origins = samples(t, shards.Data(), opt, 200)
		same(t, got, want, origins, wantOrigins)
	}
}

// inShards gives each batch to one of three and merges these, stored in between.
func inShards(t *testing.T, rng *rand.Rand, summary *dataset.Summary, stream *table.Stream, queries []float32, k int) *Neighbors {
	t.Helper()
	ctx := context.Background()
	var shards [3]*Neighbors
	for i := range shards {
		var err error
		if shards[i], err = NewNeighbors(summary, queries, k, 1); err != nil {
			t.Fatal(err)
		}
	}
	err := stream.Each(ctx, summary.FeatureFields(), func(first int, columns []table.Column) error {
		return shards[rng.IntN(3)].Add(ctx, first, columns)
	})
	if err != nil {
		t.Fatal(err)
	}
	rng.Shuffle(3, func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
	for _, s := range shards[1:] {
		data, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		back, err := UnmarshalNeighbors(data, summary, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := shards[0].Merge(back); err != nil {
			t.Fatal(err)
		}
	}
	return shards[0]
}

// Rows that are drawn by number are those of the table.
func TestFetch(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(3, 3))
	whole := payments(rng, 500)
	set, err := dataset.New(whole, options)
	if err != nil {
		t.Fatal(err)
	}
	stream := whole.InBatches(37)
	summary, err := dataset.Summarize(ctx, stream, options)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := New(stream, summary, 0)
	if err != nil {
		t.Fatal(err)
	}
	var positions []int
	for i := range rows.Len() {
		if rng.IntN(4) == 0 {
			positions = append(positions, i)
		}
	}
	if err := rows.Fetch(ctx, positions); err != nil {
		t.Fatal(err)
	}
	got, want := make([]float64, rows.Dim()), make([]float64, rows.Dim())
	for i := range rows.Len() {
		rows.Row(got, i)
		clear(want)
		if slices.Contains(positions, i) {
			set.UnlabeledRows().Row(want, i)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("row %d: got %v, want %v", i, got, want)
		}
	}
}

// TestWatch: who watches sees all rows before they are used, and can end the pass.
func TestWatch(t *testing.T) {
	stream := payments(rand.New(rand.NewPCG(3, 3)), 100).InBatches(30)
	summary, err := dataset.Summarize(t.Context(), stream, options)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := New(stream, summary, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen, enough := 0, errors.New("enough")
	rows.Watch = func(first int, columns []table.Column) error {
		if first != seen || len(columns) != rows.Dim() {
			t.Errorf("row %d of %d columns, want row %d of %d", first, len(columns), seen, rows.Dim())
		}
		seen += columns[0].Len()
		return nil
	}
	if err := rows.Fetch(t.Context(), []int{3}); err != nil || seen != 100 {
		t.Errorf("saw %d rows: %v", seen, err)
	}
	seen = 0
	rows.Watch = func(int, []table.Column) error { return enough }
	if err := rows.Fetch(t.Context(), []int{3}); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestNeighborsEncodingIsChecked(t *testing.T) {
	summary, err := dataset.Summarize(context.Background(), payments(rand.New(rand.NewPCG(1, 1)), 50).InBatches(50), options)
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNeighbors(summary, []float32{0, 0, 1}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	data, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		if _, err := UnmarshalNeighbors(bad, summary, 1); !errors.Is(err, ErrEncoding) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}
