package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// toy returns a set of n rows, the first anomalies of them anomalous, whose column 0
// is the row number and whose last column is constant.
func toy(n, anomalies int) *Dataset {
	d := &Dataset{Name: fmt.Sprintf("toy%d_%d", n, anomalies), Group: "Classical", Dim: 3, Y: make([]bool, n)}
	for i := range n {
		d.X = append(d.X, float64(i), float64(i*i%17), 5)
		d.Y[i] = i < anomalies
	}
	return d
}

// counts returns how many rows of rows are anomalies of d.
func counts(d *Dataset, rows []int) (anomalies int) {
	for _, row := range rows {
		if d.Y[row] {
			anomalies++
		}
	}
	return anomalies
}

func TestSplitSizes(t *testing.T) {
	for _, c := range []struct {
		n, anomalies                     int
		unlabeled, hidden, labeled, test int
		testAnomalies                    int
	}{
		{2000, 100, 1393, 63, 7, 600, 30},
		{1001, 10, 699, 6, 1, 301, 3},
		{10000, 1000, 6930, 630, 70, 3000, 300},
		{1000, 55, 696, 34, 4, 300, 17}, // 38.5 of 55: a tie, settled by chance
	} {
		t.Run(fmt.Sprintf("n=%d", c.n), func(t *testing.T) {
			d := toy(c.n, c.anomalies)
			s, err := DefaultProtocol().Split(d, 1)
			if err != nil {
				t.Fatal(err)
			}
			got := []int{len(s.unlabeled), counts(d, s.unlabeled), len(s.labeled), counts(d, s.labeled), len(s.test), counts(d, s.test)}
			want := []int{c.unlabeled, c.hidden, c.labeled, c.labeled, c.test, c.testAnomalies}
			if c.n == 1000 && got[5] == 16 { // the other side of the tie
				want[1], want[5] = 35, 16
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("unlabeled, hidden, labeled, labeled anomalies, test, test anomalies:\n%s", diff)
			}
			all := slices.Concat(s.unlabeled, s.labeled, s.test)
			slices.Sort(all)
			for i, row := range all {
				if i != row {
					t.Fatalf("row %d is missing or doubled", i)
				}
			}
		})
	}
}

func TestSmallAndLargeSets(t *testing.T) {
	small, large := toy(80, 20), toy(20000, 1000)
	s, err := DefaultProtocol().Split(small, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.unlabeled) + len(s.labeled) + len(s.test); n != 1000 {
		t.Errorf("a set of 80 rows becomes %d, want 1000", n)
	}
	s, err = DefaultProtocol().Split(large, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Sorted(slices.Values(slices.Concat(s.unlabeled, s.labeled, s.test)))
	if len(all) != 10000 || len(slices.Compact(all)) != 10000 {
		t.Errorf("a set of 20,000 rows gives %d, want 10,000 different ones", len(all))
	}
	whole := DefaultProtocol()
	whole.MaxRows = 0
	if s, err = whole.Split(large, 0); err != nil || len(s.test) != 6000 {
		t.Errorf("without the cut %d test rows, %v, want 6000", len(s.test), err)
	}
}

func TestSplitDependsOnSeedAlone(t *testing.T) {
	d := toy(3000, 60)
	p := DefaultProtocol()
	a, _ := p.Split(d, 7)
	b, _ := p.Split(d, 7)
	other, _ := p.Split(d, 8)
	if !slices.Equal(a.test, b.test) || !slices.Equal(a.labeled, b.labeled) {
		t.Error("the same seed gives different splits")
	}
	if slices.Equal(a.test, other.test) {
		t.Error("another seed gives the same split")
	}
}

func TestLabeledShares(t *testing.T) {
	d := toy(10000, 600)
	s, err := DefaultProtocol().Split(d, 0) // 420 anomalies in training, 42 labeled
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		share float64
		want  int
	}{{0.1, 42}, {0.05, 21}, {0.01, 5}, {0.0001, 1}} {
		rows, err := s.Labeled(c.share)
		if err != nil || len(rows) != c.want || counts(d, rows) != c.want {
			t.Errorf("share %v: %d rows, %v, want %d anomalies", c.share, len(rows), err, c.want)
		}
		for _, row := range rows {
			if !slices.Contains(s.labeled, row) {
				t.Errorf("share %v: row %d was not labeled", c.share, row)
			}
		}
		again, _ := s.Labeled(c.share)
		if !slices.Equal(rows, again) {
			t.Errorf("share %v: asked twice, two answers", c.share)
		}
	}
	for _, share := range []float64{0, -1, 0.2, math.NaN()} {
		if _, err := s.Labeled(share); err == nil {
			t.Errorf("share %v was accepted", share)
		}
	}
}

func TestTaskScales(t *testing.T) {
	d := toy(2000, 100)
	s, err := DefaultProtocol().Split(d, 3)
	if err != nil {
		t.Fatal(err)
	}
	small, err := s.Task(0.01)
	if err != nil {
		t.Fatal(err)
	}
	full, _ := s.Task(0.1)
	if !slices.Equal(small.Unlabeled, full.Unlabeled) || !slices.Equal(small.Test, full.Test) {
		t.Error("the scale or the unlabeled rows depend on the labeled share")
	}
	train := slices.Concat(s.unlabeled, s.labeled)
	low, high := slices.Min(train), slices.Max(train)
	for i, row := range s.test {
		want := []float64{float64(row-low) / float64(high-low), float64(row*row%17) / 16, 0}
		got := full.Test[i*3 : i*3+3]
		if math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 || got[2] != 0 {
			t.Fatalf("test row %d is %v, want %v", row, got, want)
		}
		if full.Anomaly[i] != d.Y[row] {
			t.Fatalf("test row %d: label %v", row, full.Anomaly[i])
		}
	}
}

func TestBadSets(t *testing.T) {
	nan := toy(2000, 100)
	nan.X[3*1234+1] = math.NaN()
	narrow := toy(2000, 100)
	narrow.Dim, narrow.X = 1, narrow.X[:2000]
	for _, c := range []struct {
		name string
		set  *Dataset
		is   error
	}{
		{"no anomalies", toy(2000, 0), ErrNoAnomalies},
		{"no normal rows", toy(2000, 2000), ErrNoNormal},
		{"NaN", nan, ErrNotFinite},
		{"one column", narrow, ErrTooNarrow},
		{"one anomaly", toy(2000, 1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := DefaultProtocol().Split(c.set, 0)
			if err == nil || (c.is != nil && !errors.Is(err, c.is)) {
				t.Errorf("got %v, want %v", err, c.is)
			}
		})
	}
	bad := Protocol{MinRows: -1, MaxRows: 3, TestShare: 1, LabeledShare: 0}
	if _, err := bad.Split(toy(2000, 100), 0); err == nil {
		t.Error("a protocol out of range was accepted")
	}
}
