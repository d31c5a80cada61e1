package eval

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestWilcoxonAgainstScipy(t *testing.T) {
	raw, err := os.ReadFile("testdata/wilcoxon.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name        string
		Differences []float64
		P           float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if got := Wilcoxon(c.Differences); math.Abs(got-c.P) > 1e-9*c.P {
				t.Errorf("got %v, want %v", got, c.P)
			}
		})
	}
	if got := Wilcoxon([]float64{0, 0}); got != 1 {
		t.Errorf("no difference: got %v, want 1", got)
	}
}
