package tableindex_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
)

// A table of payments becomes an index in a file, and payments in another file
// find their nearest rows there.
func Example() {
	dir, err := os.MkdirTemp("", "tableindex")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()

	payments := &table.Table{Rows: 4, Columns: []table.Column{
		table.New("amount", []float64{10, 20, 1000, 30}),
		table.New("hour", []int64{9, 10, 3, 14}),
		table.Codes("channel", []uint32{0, 0, 1, 1}, []string{"card", "web"}),
	}}
	set, err := dataset.New(payments, dataset.Options{Missing: dataset.MissingError, LabeledFraction: 1, Scale: dataset.ScaleMinMax})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := tableindex.Scale(ctx, set, tableindex.Options{Source: "payments", Scale: dataset.ScaleMinMax, Missing: dataset.MissingError})
	if err != nil {
		log.Fatal(err)
	}
	index, err := rows.Build(ctx, ann.DefaultOptions())
	if err != nil {
		log.Fatal(err)
	}

	path := filepath.Join(dir, "new.csv")
	if err := os.WriteFile(path, []byte("channel,amount,hour\nweb,900,4\ncard,12,9\n"), 0o666); err != nil {
		log.Fatal(err)
	}
	queries, err := index.Schema.ReadQueries(ctx, path, table.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	points, err := queries.Rows(ctx, 0)
	if err != nil {
		log.Fatal(err)
	}
	res, how, err := tableindex.Search(ctx, index, points, 1, tableindex.SearchOptions{Recall: 1})
	if err != nil {
		log.Fatal(err)
	}
	numbers := index.Schema.RowNumbers()
	for q := range res.Counts {
		ids, _ := res.Of(q)
		fmt.Printf("query %d: row %d by %s search\n", q, numbers.Of(ids[0]), how.Method)
	}
	// Output:
	// query 0: row 2 by exact search
	// query 1: row 0 by exact search
}
