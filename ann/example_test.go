package ann_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
)

// circle returns n points, row-major, evenly spread on a circle around 0.
func circle(n int, radius float32) []float32 {
	rows := make([]float32, 0, 2*n)
	x, y := radius, float32(0)
	const cos, sin = 0.99998026, 0.0062831439 // of a thousandth of a turn
	for range n {
		rows = append(rows, x, y)
		x, y = float32(x*cos)-float32(y*sin), float32(x*sin)+float32(y*cos)
	}
	return rows
}

// Build an index of 1,000 rows of two columns and search it.
func Example() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	neighbors, err := idx.Search([]float32{9, 0}, 3, ann.SearchOptions{EfSearch: 64})
	if err != nil {
		log.Fatal(err)
	}
	for _, nb := range neighbors {
		fmt.Printf("row %d at squared distance %.3f\n", nb.ID, nb.Distance)
	}
	// Output:
	// row 0 at squared distance 1.000
	// row 1 at squared distance 1.004
	// row 999 at squared distance 1.004
}

// An index is built once, saved, and opened in milliseconds.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "ann")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "circle.nngx")
	idx, err := ann.Build(context.Background(), circle(1000, 10), 2, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	if err := idx.Save(path); err != nil {
		log.Fatal(err)
	}
	if err := ann.Verify(path); err != nil { // reads all of it; Open does not
		log.Fatal(err)
	}
	opened, err := ann.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.Stats().Rows, "rows")
	// Output:
	// 1000 rows
}

// Rows come and go while searches go on.
func ExampleIndex_Add() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	first, err := idx.Add(ctx, []float32{0, 0, 1, 1})
	if err != nil {
		log.Fatal(err)
	}
	idx.Delete(0, first+1)
	neighbors, err := idx.Search([]float32{1, 1}, 1, ann.SearchOptions{EfSearch: 64})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("rows added from", first, "on, nearest to (1, 1):", neighbors[0].ID)
	// Output:
	// rows added from 1000 on, nearest to (1, 1): 1000
}

// A search among some of the rows: here those with an even number.
func ExampleSearchOptions_filter() {
	idx, err := ann.Build(context.Background(), circle(1000, 10), 2, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	opt := ann.SearchOptions{EfSearch: 64, Filter: func(id uint32) bool { return id%2 == 0 }}
	neighbors, err := idx.Search([]float32{9, 0}, 3, opt)
	if err != nil {
		log.Fatal(err)
	}
	for _, nb := range neighbors {
		fmt.Println("row", nb.ID)
	}
	// Output:
	// row 0
	// row 2
	// row 998
}

// Many queries at once, 99 % of whose neighbors are to be found: the width of the
// search is tuned on a sample of them, and exact search answers where no width would do.
func ExampleIndex_SearchAtRecall() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}
	found, tuned, err := idx.SearchAtRecall(ctx, circle(5000, 9), 10, 0.99, ann.DefaultTuneOptions())
	if err != nil {
		log.Fatal(err)
	}
	ids, _ := found.Of(0)
	fmt.Println(len(found.Counts), "queries, the first is nearest to row", ids[0])
	fmt.Println("recall of at least 0.99:", tuned.Recall >= 0.99)
	// Output:
	// 5000 queries, the first is nearest to row 0
	// recall of at least 0.99: true
}
