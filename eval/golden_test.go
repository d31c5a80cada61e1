package eval

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nngmix/nngmix/internal/testdata"
)

// traced reads a matrix of a trace of the reference.
func traced(t *testing.T, path string) []float64 {
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
	out := make([]float64, len(raw)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return out
}

// TestTaskIsTheReferences reads the reference's splits and wants the scaled rows that the
// reference had: its labeled anomalies and its unlabeled rows, in its order.
func TestTaskIsTheReferences(t *testing.T) {
	for set, tol := range map[string]float64{"Classical/45_wine": 1e-14, "Classical/6_cardio": 1e-14,
		"Classical/4_breastw": 1e-14, "Classical/23_mammography": 1e-14,
		"NLP_by_BERT/20news_3": 5e-6, // the reference scales float32 in float32
	} {
		for share, ratio := range map[float64]string{0.01: "0.1", 0.1: "1.0"} {
			name := filepath.Base(set)
			t.Run(fmt.Sprintf("%s/labeled=%v", name, share), func(t *testing.T) {
				d, err := ReadDataset(t.Context(), testdata.Path(t, "adbench", set+".npz"))
				if err != nil {
					t.Fatal(err)
				}
				trace := testdata.Golden(t, "trace", name+"_r"+ratio)
				var meta struct{ Seed uint64 }
				raw, err := os.ReadFile(filepath.Join(trace, "meta.json"))
				if err == nil {
					err = json.Unmarshal(raw, &meta)
				}
				if err != nil {
					t.Fatal(err)
				}
				s, err := ReadSplit(testdata.Golden(t, "splits"), d, meta.Seed)
				if err != nil {
					t.Fatal(err)
				}
				task, err := s.Task(share)
				if err != nil {
					t.Fatal(err)
				}
				sameRows(t, "labeled", task.Labeled, traced(t, filepath.Join(trace, "A.f64.gz")), tol)
				sameRows(t, "unlabeled", task.Unlabeled, traced(t, filepath.Join(trace, "U.f64.gz")), tol)
			})
		}
	}
}

func sameRows(t *testing.T, name string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > tol {
			t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}

// TestDrawnSplitsHaveTheReferencesSizes draws splits and wants as many rows of each kind
// as the reference's have, up to the luck of duplication and of ties.
func TestDrawnSplitsHaveTheReferencesSizes(t *testing.T) {
	for _, name := range []string{"28_pendigits", "41_Waveform", "38_thyroid", "12_fault"} {
		t.Run(name, func(t *testing.T) {
			d, err := ReadDataset(t.Context(), testdata.Path(t, "adbench", "Classical", name+".npz"))
			if err != nil {
				t.Fatal(err)
			}
			want, err := ReadSplit(testdata.Golden(t, "splits"), d, 0)
			if err != nil {
				t.Fatal(err)
			}
			got, err := DefaultProtocol().Split(d, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.unlabeled) != len(want.unlabeled) || len(got.labeled) != len(want.labeled) || len(got.test) != len(want.test) ||
				counts(d, got.unlabeled) != counts(d, want.unlabeled) {
				t.Errorf("got %d, %d, %d rows, %d hidden; want %d, %d, %d, %d",
					len(got.unlabeled), len(got.labeled), len(got.test), counts(d, got.unlabeled),
					len(want.unlabeled), len(want.labeled), len(want.test), counts(d, want.unlabeled))
			}
			for _, share := range []float64{0.01, 0.05} {
				a, err1 := got.Labeled(share)
				b, err2 := want.Labeled(share)
				if err1 != nil || err2 != nil || len(a) != len(b) {
					t.Errorf("share %v: %d rows, %v, want %d, %v", share, len(a), err1, len(b), err2)
				}
			}
		})
	}
}
