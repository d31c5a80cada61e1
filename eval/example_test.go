package eval_test

import (
	"fmt"

	"github.com/nngmix/nngmix/eval"
)

// A score that is shared by an anomaly and a normal row counts as half right.
func ExampleAUROC() {
	scores := []float64{0.1, 0.4, 0.4, 0.9}
	anomaly := []bool{false, false, true, true}
	auroc, err := eval.AUROC(scores, anomaly)
	fmt.Println(auroc, err)
	// Output: 0.875 <nil>
}
