package ann_test

import (
	"bytes"
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
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	neighbors, err := idx.Search(ctx, []float32{9, 0}, 3, ann.SearchOptions{})
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
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ann")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "circle.nngx")
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := idx.Save(ctx, path); err != nil {
		log.Fatal(err)
	}
	if err := ann.Verify(ctx, path); err != nil { // reads all of it; Open does not
		log.Fatal(err)
	}
	opened, err := ann.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer opened.Close()
	fmt.Println(opened.Len(), "rows")
	// Output:
	// 1000 rows
}

// Rows come and go while searches go on.
func ExampleIndex_Add() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	first, err := idx.Add(ctx, []float32{0, 0, 1, 1}, ann.ChangeOptions{})
	if err != nil {
		log.Fatal(err)
	}
	idx.Delete(0, first+1)
	neighbors, err := idx.Search(ctx, []float32{1, 1}, 1, ann.SearchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("rows added from", first, "on, nearest to (1, 1):", neighbors[0].ID)
	// Output:
	// rows added from 1000 on, nearest to (1, 1): 1000
}

// A search among some of the rows: here those with an even number.
func ExampleSearchOptions_filter() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	opt := ann.SearchOptions{Filter: func(id uint32) bool { return id%2 == 0 }}
	neighbors, err := idx.Search(ctx, []float32{9, 0}, 3, opt)
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
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	found, tuned, err := idx.SearchAtRecall(ctx, circle(5000, 9), 10, 0.99, ann.TuneOptions{})
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

// Rows that have keys of the caller's are replaced where they are there, added where
// they are not, and deleted by their keys.
func ExampleIndex_Upsert() {
	ctx := context.Background()
	idx, err := ann.New(2, ann.Options{Keyed: true})
	if err != nil {
		log.Fatal(err)
	}
	if err := idx.Upsert(ctx, []uint64{1 << 40, 7}, []float32{0, 0, 5, 5}, ann.ChangeOptions{}); err != nil {
		log.Fatal(err)
	}
	if err := idx.Upsert(ctx, []uint64{7, 9}, []float32{1, 1, 3, 3}, ann.ChangeOptions{}); err != nil {
		log.Fatal(err)
	}
	idx.DeleteKeys(1 << 40)
	neighbors, err := idx.Search(ctx, []float32{0, 0}, 10, ann.SearchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, nb := range neighbors {
		fmt.Println("key", nb.Key, "at", nb.Distance)
	}
	// Output:
	// key 7 at 2
	// key 9 at 18
}

// All rows within a distance of 0.1, 100 of them at most.
func ExampleIndex_SearchRange() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	found, err := idx.SearchRange(ctx, []float32{10, 0}, 0.1*0.1, 100, ann.SearchOptions{}) // distances are squared
	if err != nil {
		log.Fatal(err)
	}
	for _, nb := range found {
		fmt.Println("row", nb.ID)
	}
	// Output:
	// row 0
	// row 999
	// row 1
}

// A set of rows that many searches are limited to.
func ExampleBitmap() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	allowed := ann.NewBitmap(100, 200, 300)
	neighbors, err := idx.Search(ctx, []float32{9, 0}, 2, ann.SearchOptions{Allowed: allowed})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(neighbors[0].ID, neighbors[1].ID)
	// Output: 100 200
}

// An index travels as bytes too.
func ExampleOpenBytes() {
	ctx := context.Background()
	idx, err := ann.Build(ctx, circle(1000, 10), 2, ann.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := idx.WriteTo(&file); err != nil {
		log.Fatal(err)
	}
	opened, err := ann.OpenBytes(file.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	row, err := opened.Row(nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.Len(), "rows, the first is", row)
	// Output: 1000 rows, the first is [10 0]
}
