package eval

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	var p pace
	cell := func(set, detector string) Cell { return Cell{Dataset: set, Group: "g", Detector: detector} }
	for range 3 {
		for _, set := range []string{"large", "small"} {
			p.expect(cell(set, "mlp"))
			p.expect(cell(set, "logistic"))
		}
	}
	if got := p.left(1); got != 0 {
		t.Errorf("nothing known: %v", got)
	}
	p.took(cell("large", "mlp"), 60)
	p.took(cell("small", "mlp"), 2)
	p.took(cell("large", "logistic"), 10)
	// two each of large mlp and small mlp and large logistic, three of small logistic, which
	// no cell is like but those of its detector
	if got, want := p.left(2), (2*60+2*2+2*10+3*10)/2*time.Second; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
