package tables_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/tables"
)

// writePayments writes n payments to folder, as so many files.
func writePayments(folder string, n, files int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	for f := range files {
		var text strings.Builder
		text.WriteString("amount,country,is_fraud\n")
		for i := f * n / files; i < (f+1)*n/files; i++ {
			label := 0
			if i%50 == 7 {
				label = 1
			}
			fmt.Fprintf(&text, "%d.%02d,%s,%d\n", rng.IntN(500), rng.IntN(100), []string{"de", "fr", "it"}[rng.IntN(3)], label)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("part-%d.csv", f)), []byte(text.String()), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "payments")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := writePayments(folder, 1000, 3); err != nil {
		log.Fatal(err)
	}

	source, err := tables.Open(ctx, []string{folder}, tables.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	summary, err := tables.Summarize(ctx, source, tables.Options{Label: "is_fraud"})
	if err != nil {
		log.Fatal(err)
	}
	near, err := tables.FindNeighbors(ctx, source, summary, generator.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	gen, err := near.Generator(ctx)
	if err != nil {
		log.Fatal(err)
	}
	sample := make([]float64, gen.Dim())
	gen.Sample(sample, 0)
	fmt.Println(source.Rows(), "rows,", len(summary.Anomalies()), "anomalies;", summary.Features()[1].Categories)
	fmt.Println(near.Len(), "anomalies with", len(near.Of(0)), "neighbors each; samples of", len(sample), "features")
	// Output:
	// 1000 rows, 20 anomalies; [it de fr]
	// 20 anomalies with 10 neighbors each; samples of 2 features
}

// Workers that each read one file find what one finds that reads all.
func TestShards(t *testing.T) {
	ctx, folder := t.Context(), t.TempDir()
	if err := writePayments(folder, 900, 3); err != nil {
		t.Fatal(err)
	}
	whole, err := tables.Open(ctx, []string{folder}, tables.ReadOptions{BatchRows: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	opt, how := generator.DefaultOptions(), tables.Options{Label: "is_fraud"}
	want, err := tables.Summarize(ctx, whole, how)
	if err != nil {
		t.Fatal(err)
	}
	near, err := tables.FindNeighbors(ctx, whole, want, opt)
	if err != nil {
		t.Fatal(err)
	}
	var shards []*tables.Source
	for _, part := range whole.Parts() {
		s, err := tables.Open(ctx, []string{part.Path}, tables.ReadOptions{BatchRows: 70})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		shards = append(shards, s)
	}
	summary := summarize(t, shards, how)
	if fmt.Sprint(summary.Features(), summary.Anomalies()) != fmt.Sprint(want.Features(), want.Anomalies()) {
		t.Fatalf("got %v, want %v", summary.Features(), want.Features())
	}
	found := neighbors(t, shards, summary, opt)
	for i := range near.Len() {
		if !slices.Equal(found.Of(i), near.Of(i)) {
			t.Fatalf("anomaly %d: got %v, want %v", i, found.Of(i), near.Of(i))
		}
	}
	samples := func(n *tables.Neighbors) []float64 {
		gen, err := n.Generator(ctx)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]float64, 100*gen.Dim())
		if err := gen.Fill(ctx, values, nil, 0, 0); err != nil {
			t.Fatal(err)
		}
		return values
	}
	if !slices.Equal(samples(found), samples(near)) {
		t.Error("other samples")
	}
}

// summarize has each shard, of 300 rows, look at itself, the last one first.
func summarize(t *testing.T, shards []*tables.Source, how tables.Options) (summary *tables.Summary) {
	t.Helper()
	for i := len(shards) - 1; i >= 0; i-- {
		x, err := tables.NewSummary(shards[i], how)
		if err != nil {
			t.Fatal(err)
		}
		if err := shards[i].Each(t.Context(), nil, func(b tables.Batch) error { return x.Add(t.Context(), b.Shift(300*i)) }); err != nil {
			t.Fatal(err)
		}
		if summary == nil {
			summary = x
		} else if err := summary.Merge(x); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := summary.Next(); !done || err != nil {
		t.Fatal(done, err)
	}
	return summary
}

// neighbors has each shard search itself, with all that travels stored in between.
func neighbors(t *testing.T, shards []*tables.Source, summary *tables.Summary, opt generator.Options) (found *tables.Neighbors) {
	t.Helper()
	ctx := t.Context()
	for i, s := range shards {
		data, err := summary.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		mine := new(tables.Summary)
		if err := mine.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		n, err := tables.NewNeighbors(ctx, mine, opt)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Each(ctx, n.Columns(), func(b tables.Batch) error { return n.Add(ctx, b.Shift(300*i)) }); err != nil {
			t.Fatal(err)
		}
		if data, err = n.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		back, err := tables.UnmarshalNeighbors(ctx, data, summary, opt)
		if err != nil {
			t.Fatal(err)
		}
		if found == nil {
			found = back
		} else if err := found.Merge(back); err != nil {
			t.Fatal(err)
		}
	}
	return found
}
