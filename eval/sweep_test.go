package eval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// TestSweep measures a line of points, where exact methods find all neighbors and a
// wide graph search does.
func TestSweep(t *testing.T) {
	var rows []float32
	for i := range 300 {
		rows = append(rows, float32(i), 0)
	}
	s, err := NewSweep(t.Context(), rows, []float32{7.1, 0, 250.9, 1}, 2, 0, 3, CurveOptions{Threads: 1, Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	brute, err := s.Exact(t.Context(), exact.Brute)
	if err != nil {
		t.Fatal(err)
	}
	if brute.ByID != 1 || brute.Distances != 300 || brute.Engine != "brute" || brute.Parameter != "" {
		t.Errorf("brute force: %+v", brute)
	}
	points, err := s.Graph(t.Context(), ann.DefaultOptions(), []int{3, 300})
	if err != nil || len(points) != 2 {
		t.Fatalf("%v: %v", points, err)
	}
	if wide := points[1]; wide.ByDistance != 1 || wide.Parameter != "efSearch=300" || wide.Distances < points[0].Distances {
		t.Errorf("graph: %+v", points)
	}
	path := filepath.Join(t.TempDir(), "recall.csv")
	records := SweepRecords(append(points, brute))
	var text strings.Builder
	for _, r := range records {
		text.WriteString(strings.Join(r, ",") + "\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSweep(path)
	if diff := cmp.Diff(records, got); diff != "" || err != nil {
		t.Errorf("read back: %v %s", err, diff)
	}
}

func TestReadSweepErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recall.csv")
	if _, err := ReadSweep(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for text, want := range map[string]string{
		"engine,parameter,recall,qps\n":                     "has no rows",
		"engine,parameter,recall\na,b,1\n":                  "has no column qps",
		"engine,parameter,recall,qps\na,b,1,fast\n":         `line 2: qps is "fast", not a number`,
		"engine,parameter,recall,qps\na,b,1,5\na,b,2,5\n":   "line 3: recall is 2, want 0 to 1",
		"engine,parameter,recall,qps\na,b,1,1e16\n":         "qps is 1e16, want at most 1e+15",
		"engine,parameter,recall,qps\na,b,1,5,one too many": "wrong number of fields",
	} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSweep(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
