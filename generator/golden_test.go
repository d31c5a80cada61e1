package generator

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/testdata"
)

// step is one sample of the Python reference.
type step struct {
	labeled        bool // branch
	index1, index2 int
	lambda         float64
	neighbors      []int // nearest first
}

// trace is a run of the Python reference, step by step.
type trace struct {
	dim, k                    int
	labeled, unlabeled        dense
	generated, noise1, noise2 dense
	steps                     []step
}

// traces calls f for each run of the reference.
func traces(t *testing.T, f func(t *testing.T, tr *trace)) {
	dirs, err := filepath.Glob(filepath.Join(testdata.Golden(t, "trace"), "*_r*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no traces: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { f(t, readTrace(t, dir)) })
	}
}

func readTrace(t *testing.T, dir string) *trace {
	t.Helper()
	var meta struct{ Dim, K int }
	raw, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err == nil {
		err = json.Unmarshal(raw, &meta)
	}
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace{dim: meta.Dim, k: meta.K}
	for name, dst := range map[string]*dense{
		"A": &tr.labeled, "U": &tr.unlabeled, "G": &tr.generated, "noise1": &tr.noise1, "noise2": &tr.noise2,
	} {
		raw := unzip(t, filepath.Join(dir, name+".f64.gz"))
		*dst = dense{make([]float64, len(raw)/8), meta.Dim}
		for i := range dst.data {
			dst.data[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	}
	tr.steps = readSteps(t, unzip(t, filepath.Join(dir, "steps.csv.gz")))
	return tr
}

func readSteps(t *testing.T, raw []byte) (steps []step) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int {
		i, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	for _, row := range rows[1:] {
		s := step{labeled: row[0] == "1", index1: number(row[1]), index2: number(row[2])}
		if s.lambda, err = strconv.ParseFloat(row[3], 64); err != nil {
			t.Fatal(err)
		}
		for _, id := range strings.Fields(row[4]) {
			s.neighbors = append(s.neighbors, number(id))
		}
		steps = append(steps, s)
	}
	return steps
}

func unzip(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestFormulaAgainstReference gives our arithmetic the parents, weights and noise
// of the reference: the samples must be its samples.
func TestFormulaAgainstReference(t *testing.T) {
	traces(t, func(t *testing.T, tr *trace) {
		g := mustNew(t, Data{Labeled: tr.labeled, Unlabeled: tr.unlabeled}, DefaultOptions())
		got := make([]float64, tr.dim)
		for n, st := range tr.steps {
			o := Origin{Source: st.index1, Other: st.index2, OtherLabeled: st.labeled, Lambda: st.lambda}
			g.mix(got, o, 0, nil)
			for j, want := range tr.generated.row(n) {
				got[j] += st.lambda*tr.noise1.row(n)[j] + (1-st.lambda)*tr.noise2.row(n)[j]
				if math.Abs(got[j]-want) > 1e-12 {
					t.Fatalf("sample %d, column %d: got %.17g, want %.17g", n, j, got[j], want)
				}
			}
		}
	})
}

// TestNeighborsAgainstReference compares the candidates by distance: where rows
// are equally far, any of them will do.
func TestNeighborsAgainstReference(t *testing.T) {
	traces(t, func(t *testing.T, tr *trace) {
		opt := DefaultOptions()
		opt.K = tr.k
		g := mustNew(t, Data{Labeled: tr.labeled, Unlabeled: tr.unlabeled}, opt)
		for _, st := range tr.steps {
			rows, ids := tr.unlabeled, g.far.of(st.index1)
			if st.labeled {
				rows, ids = tr.labeled, g.near.of(st.index1)
			}
			if len(ids) != len(st.neighbors) {
				t.Fatalf("anomaly %d: %d neighbors, want %d", st.index1, len(ids), len(st.neighbors))
			}
			for i, id := range ids {
				got := distance(tr.labeled.row(st.index1), rows.row(int(id)))
				want := distance(tr.labeled.row(st.index1), rows.row(st.neighbors[i]))
				if math.Abs(got-want) > 1e-6*(1+want) { // rows are searched as float32
					t.Fatalf("anomaly %d: neighbor %d is at %.9g, want %.9g", st.index1, i, got, want)
				}
			}
		}
	})
}

// distance returns the Euclidean distance of a and b.
func distance(a, b []float64) float64 {
	sum := 0.0
	for j := range a {
		sum += (a[j] - b[j]) * (a[j] - b[j])
	}
	return math.Sqrt(sum)
}
