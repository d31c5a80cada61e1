package detect

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
)

// fit returns a detector trained on t.
func fit(tb testing.TB, name string, opt Options, t table) Detector {
	tb.Helper()
	d, err := New(name, opt)
	if err == nil {
		err = d.Fit(tb.Context(), t.x, t.dim, t.anomaly)
	}
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return d
}

// score returns what d says of the rows of x.
func score(tb testing.TB, d Detector, x []float32) []float64 {
	tb.Helper()
	s, err := d.Score(tb.Context(), x)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// auroc counts the pairs that scores rank right.
func auroc(scores []float64, anomaly []bool) float64 {
	var won, pairs float64
	for i, a := range anomaly {
		for j, b := range anomaly {
			if a && !b {
				pairs++
				if scores[i] > scores[j] {
					won++
				} else if scores[i] == scores[j] {
					won += 0.5
				}
			}
		}
	}
	return won / pairs
}

// blob returns rows of which those of one normal cluster and few anomalies far off on
// one side can be told apart by any detector.
func blob(seed uint64, n, dim int) table {
	r := newRand(seed, 0)
	t := table{x: make([]float32, n*dim), dim: dim, anomaly: make([]bool, n)}
	for i := range n {
		t.anomaly[i] = i%50 == 3
		for j := range dim {
			v := 0.3 + 0.1*(r.Float64()+r.Float64()+r.Float64()-1.5)
			if t.anomaly[i] {
				v += 0.2 + 0.3*r.Float64()
			}
			t.x[i*dim+j] = float32(v)
		}
	}
	return t
}

func TestConformance(t *testing.T) {
	train, test := blob(1, 500, 4), blob(2, 400, 4)
	other := blob(3, 300, 7)
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := slices.Clone(train.x)
			d := fit(t, name, Options{Seed: 5, Threads: 1}, train)
			want := score(t, d, test.x)
			if !slices.Equal(kept, train.x) {
				t.Error("the rows were changed")
			}
			if got := auroc(want, test.anomaly); got < 0.95 {
				t.Errorf("AUROC %.3f on rows that are easy to tell apart", got)
			}
			for i, s := range want {
				if math.IsNaN(s) || math.IsInf(s, 0) {
					t.Fatalf("score %d is %v", i, s)
				}
			}
			if got := score(t, d, test.x[40:80]); !slices.Equal(got, want[10:20]) {
				t.Error("a score depends on the rows scored with it")
			}
			if got := score(t, fit(t, name, Options{Seed: 5, Threads: 3}, train), test.x); !slices.Equal(got, want) {
				t.Error("scores depend on the number of threads")
			}
			if err := d.Fit(t.Context(), other.x, other.dim, other.anomaly); err != nil {
				t.Fatal(err)
			}
			if err := d.Fit(t.Context(), train.x, train.dim, train.anomaly); err != nil {
				t.Fatal(err)
			}
			if got := score(t, d, test.x); !slices.Equal(got, want) {
				t.Error("scores depend on an earlier Fit")
			}
		})
	}
}

func TestRejects(t *testing.T) {
	good := blob(1, 100, 3)
	nan := slices.Clone(good.x)
	nan[3*7+2] = float32(math.NaN())
	none, all := make([]bool, 100), slices.Repeat([]bool{true}, 100)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			labels := !mustKind(t, name).unsupervised
			for _, c := range []struct {
				name    string
				x       []float32
				dim     int
				anomaly []bool
				want    string // empty where the case is no error
			}{
				{"NaN", nan, 3, good.anomaly, "row 7, column 2 is NaN"},
				{"size", good.x, 4, good.anomaly, "300 values for 100 labels of 4 columns"},
				{"empty", nil, 3, nil, "0 values"},
				{"no anomaly", good.x, 3, none, map[bool]string{true: "no row is labeled"}[labels]},
				{"only anomalies", good.x, 3, all, map[bool]string{true: "every row is labeled"}[labels]},
			} {
				d, _ := New(name, Options{})
				err := d.Fit(t.Context(), c.x, c.dim, c.anomaly)
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: got %v, want %q", c.name, err, c.want)
				}
			}
			d := fit(t, name, Options{}, good)
			if _, err := d.Score(t.Context(), good.x[:4]); err == nil {
				t.Error("4 values were scored as rows of 3 columns")
			}
			if _, err := d.Score(t.Context(), nan[:30]); err == nil {
				t.Error("NaN was scored")
			}
			if err := d.Fit(canceled, good.x, 3, good.anomaly); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled: got %v", err)
			}
		})
	}
	if _, err := New("mpl", Options{}); err == nil || !strings.Contains(err.Error(), `"mpl"`) {
		t.Errorf("unknown name: got %v", err)
	}
}

func mustKind(t *testing.T, name string) kind {
	t.Helper()
	k, err := lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSameBits wants the scores that were seen on one machine on all others: at any
// instruction set, with and without assembly.
func TestSameBits(t *testing.T) {
	want := map[string]uint64{
		"deepsad":           0x37b7a71467a59e4b,
		"deepsad-reference": 0xa734b7d1e1399b84,
		"devnet":            0x968e118369b9eeaa,
		"ecod":              0x8bda5a46b0b1c658,
		"gbdt":              0x581666ab85ef299b,
		"iforest":           0x0636d71c39a966b3,
		"knn":               0xf390b6b792e93d12,
		"lof":               0x7567b4d2acfcc855,
		"logistic":          0xfc938479a6a05a24,
		"mlp":               0xb5e80c2d31e4297f,
		"randomforest":      0x98cfc3e0fa8a5d8f,
	}
	rows := blob(1, 300, 5)
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := fnv.New64a()
			for _, s := range score(t, fit(t, name, Options{Seed: 1}, rows), rows.x) {
				if err := binary.Write(h, binary.LittleEndian, s); err != nil {
					t.Fatal(err)
				}
			}
			if h.Sum64() != want[name] {
				t.Errorf("the hash of the scores is %#016x, want %#016x", h.Sum64(), want[name])
			}
		})
	}
}
