package generator_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nngmix/nngmix/generator"
)

// Pseudo-anomalies from two known frauds among ten payments: amount in dollars
// and hour of the day.
func Example() {
	labeled := generator.Dense([]float64{
		950, 3,
		870, 2,
	}, 2)
	unlabeled := generator.Dense([]float64{
		20, 9,
		35, 12,
		12, 13,
		60, 18,
		44, 19,
		150, 20,
		600, 4,
		25, 11,
	}, 2)
	columns, err := generator.Ranges(labeled, unlabeled)
	if err != nil {
		log.Fatal(err)
	}
	opt := generator.DefaultOptions()
	opt.K, opt.Seed, opt.Clip = 3, 3, true
	data := generator.Data{Labeled: labeled, Unlabeled: unlabeled, Columns: columns}
	g, err := generator.New(context.Background(), data, opt)
	if err != nil {
		log.Fatal(err)
	}
	count, err := generator.Multiple(labeled.Len(), 3)
	if err != nil {
		log.Fatal(err)
	}
	payment := make([]float64, g.Dim())
	for i := range count {
		o := g.Sample(payment, i)
		side := "unlabeled"
		if o.OtherLabeled {
			side = "labeled"
		}
		fmt.Printf("%.2f at %4.1f h: %.3f of fraud %d, the rest %s row %d\n", payment[0], payment[1], o.Lambda, o.Source, side, o.Other)
	}
	// Output:
	// 917.03 at  2.4 h: 0.497 of fraud 0, the rest labeled row 1
	// 723.36 at  3.1 h: 0.447 of fraud 1, the rest unlabeled row 6
	// 601.71 at  4.0 h: 0.000 of fraud 0, the rest unlabeled row 6
	// 950.00 at  3.0 h: 1.000 of fraud 0, the rest labeled row 1
	// 872.36 at  2.0 h: 0.998 of fraud 1, the rest labeled row 0
	// 918.12 at  2.6 h: 0.386 of fraud 1, the rest labeled row 0
}

// All samples of a table at once, on all processors, a chunk at a time.
func ExampleGenerator_Fill() {
	labeled := generator.Dense([]float64{1, 2, 3, 4, 5, 6}, 3)
	opt := generator.DefaultOptions()
	opt.Method = generator.Oversample
	g, err := generator.New(context.Background(), generator.Data{Labeled: labeled}, opt)
	if err != nil {
		log.Fatal(err)
	}
	const count, chunk = 5, 2
	rows := make([]float64, chunk*g.Dim())
	for first := 0; first < count; first += chunk {
		rows := rows[:min(chunk, count-first)*g.Dim()]
		if err := g.Fill(context.Background(), rows, nil, uint64(first), 0); err != nil {
			log.Fatal(err)
		}
		fmt.Println(rows)
	}
	// Output:
	// [1 2 3 4 5 6]
	// [4 5 6 4 5 6]
	// [1 2 3]
}
