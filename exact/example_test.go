package exact_test

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/exact"
)

// Rows are answered with all that is within a distance, the nearest first.
func ExampleIndex_SearchRange() {
	ctx := context.Background()
	rows := []float32{0, 0, 3, 4, 6, 8, 60, 80}
	index, err := exact.Build(ctx, rows, 2, exact.Options{})
	if err != nil {
		panic(err)
	}
	found, err := index.SearchRange(ctx, []float32{0, 0}, 100, 1000, exact.SearchOptions{})
	if err != nil {
		panic(err)
	}
	for _, nb := range found {
		fmt.Println(nb.ID, nb.Distance)
	}
	// Output:
	// 0 0
	// 1 25
	// 2 100
}

// Searching once needs no index.
func ExampleSearch() {
	rows := []float32{0, 0, 3, 4, 6, 8}
	queries := []float32{3, 3, 7, 7}
	found, _, err := exact.Search(context.Background(), rows, 2, queries, 1, exact.Options{Metric: exact.L1})
	if err != nil {
		panic(err)
	}
	for q := range found.Counts {
		ids, distances := found.Of(q)
		fmt.Println(ids, distances)
	}
	// Output:
	// [1] [1]
	// [2] [2]
}

// A filter tells which rows may be returned.
func ExampleIndex_Search_filter() {
	ctx := context.Background()
	index, err := exact.Build(ctx, []float32{1, 2, 3, 4, 5}, 1, exact.Options{})
	if err != nil {
		panic(err)
	}
	even := func(id uint32) bool { return id%2 == 0 }
	found, err := index.Search(ctx, []float32{2.1}, 2, exact.SearchOptions{Filter: even})
	if err != nil {
		panic(err)
	}
	fmt.Println(found[0].ID, found[1].ID)
	// Output: 2 0
}
