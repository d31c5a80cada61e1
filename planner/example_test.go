package planner_test

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/planner"
)

// The planner weighs the methods and searches by the one that takes the least time. The
// answer is exact unless a lower recall is asked for.
func Example() {
	ctx := context.Background()
	plan, err := planner.New(ctx, planner.Request{
		Rows:    []float32{0, 0, 3, 4, 6, 8},
		Dim:     2,
		Queries: []float32{3, 3, 7, 7},
		K:       1,
		Machine: planner.Machine{Kernels: 1, Code: 1}, // not measured here
	})
	if err != nil {
		panic(err)
	}
	found, outcome, err := plan.Run(ctx)
	if err != nil {
		panic(err)
	}
	for q := range found.Counts {
		ids, distances := found.Of(q)
		fmt.Println(ids, distances)
	}
	fmt.Println("by", outcome.Method)
	// Output:
	// [1] [1]
	// [2] [2]
	// by brute
}
