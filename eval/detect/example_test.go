package detect_test

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/eval/detect"
)

// Train a detector on six rows of two columns, the last of which is labeled.
func ExampleNew() {
	rows := []float32{0.1, 0.2, 0.2, 0.1, 0.1, 0.1, 0.2, 0.2, 0.15, 0.1, 0.9, 0.8}
	anomaly := []bool{false, false, false, false, false, true}
	d, err := detect.New("logistic", detect.Options{Seed: 1})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	if err := d.Fit(ctx, rows, 2, anomaly); err != nil {
		panic(err)
	}
	scores, err := d.Score(ctx, []float32{0.1, 0.1, 0.8, 0.8})
	fmt.Println(scores[1] > scores[0], err)
	// Output: true <nil>
}
