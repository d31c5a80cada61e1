package graph

import (
	"math"
	"slices"
	"testing"
)

// islands returns groups of rows so far from each other that no search would
// find links between them.
func islands() []float32 {
	var rows []float32
	for i := range 4000 {
		island := float32(math.Pow(7, float64(i%9)))
		rows = append(rows, island+float32(i)*1e-4, -island, float32(i%13)*1e-3)
	}
	return rows
}

// TestLayersNest builds graphs of three and four layers of all sizes: every row of a
// layer has to be one of the layer below, which inherits its links.
func TestLayersNest(t *testing.T) {
	for n := 600; n < 1200; n++ {
		for shift := uint(layerShift); shift <= 3*layerShift; shift += layerShift {
			l, below := nested(n, shift, 0), nested(n, shift-layerShift, 0)
			for i := range l.Size {
				if id := l.id(i); int(id) >= n || !below.holds(id) {
					t.Fatalf("%d rows: row %d of layer %d is not below", n, id, shift)
				}
			}
			if next := l.id(l.Size); int(next) < n {
				t.Fatalf("%d rows: row %d is not in layer %d", n, next, shift)
			}
		}
	}
	tall := smallGraph
	tall.LayerRows = 1
	rows := around(700, 4, 1)
	for n := 560; n < 700; n++ {
		if err := mustGraph(t, rows[:4*n], 4, tall).Check(); err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
	}
}

func TestBuildConnectsIslands(t *testing.T) {
	x := mustGraph(t, islands(), 3, smallGraph)
	if err := x.Check(); err != nil {
		t.Error(err)
	}
}

// TestConnect cuts rows off and checks that they are linked again.
func TestConnect(t *testing.T) {
	x := mustGraph(t, around(3000, 16, 2), 16, smallGraph)
	l := &x.Layer
	for i := range uint32(x.N) { // nobody links to row 101, nor to the first 100 rows but themselves
		kept := slices.DeleteFunc(slices.Clone(l.linked(i)), func(to uint32) bool { return to < 100 && i >= 100 || to == 101 })
		setList(l.list(i), kept)
	}
	if newReach(x).missing() == 0 {
		t.Fatal("the test cuts nothing off")
	}
	b := NewBuilder(x, usual, smallGraph)
	if _, err := b.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := x.Check(); err != nil {
		t.Error(err)
	}
}

// TestStagesAreThoseOfBuild: of the stages that are announced, with one more, that
// one is left.
func TestStagesAreThoseOfBuild(t *testing.T) {
	for _, n := range []int{40, 65, 600, 4500} {
		x := mustGraph(t, around(n, 8, 6), 8, smallGraph)
		opt := usual
		opt.Progress = func(_, _ int) {}
		b := NewBuilder(x, opt, smallGraph)
		if err := b.Order(t.Context(), allRows(x.N)); err != nil {
			t.Fatal(err)
		}
		b.Steps.todo = append(b.Steps.todo, 1)
		if err := b.Build(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(b.Steps.todo) != 1 {
			t.Errorf("%d rows: %v is left", n, b.Steps.todo)
		}
	}
}
