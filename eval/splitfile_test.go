package eval

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// splitDir returns a folder with text as the split of d for seed 4.
func splitDir(t *testing.T, d *Dataset, text string) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, SplitFile(d.Group, d.Name, 4)))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

const goodSplit = `part,row,label,pos_r0.1,pos_r0.5
train,5,0,-1,-1
train,1,1,-1,1
train,0,1,0,0
train,1,1,-1,-1
train,2,0,-1,-1
test,9,0,-1,-1
test,2,1,-1,-1
`

func TestReadSplit(t *testing.T) {
	d := toy(10, 3)
	d.Group = "CV_by_ResNet18"
	s, err := ReadSplit(splitDir(t, d, goodSplit), d, 4)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]int{s.Unlabeled(), s.Test()}
	for _, share := range []float64{0.1, 0.05, 0.01} {
		rows, err := s.Labeled(share)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rows)
	}
	want := [][]int{{5, 2}, {9, 2}, {1, 0, 1}, {0, 1}, {0}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Labeled(0.02); err == nil || !strings.Contains(err.Error(), "ratio 0.2") {
		t.Errorf("a share that the file does not tell: %v", err)
	}
}

func TestReadSplitRejects(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"head", "part,row", "row,part", "columns are"},
		{"ratio", "pos_r0.5", "pos_0.5", `"pos_0.5"`},
		{"row too large", "test,9", "test,10", `row "10": want 0 to 9`},
		{"row no number", "train,5", "train,x", `line 2: row "x"`},
		{"wrong test label", "test,9,0", "test,9,1", "label 1 of row 9"},
		{"labeled normal row", "train,5,0", "train,5,1", "label 1 of row 5"},
		{"part", "test,9", "dev,9", `part "dev"`},
		{"gap", "train,0,1,0,0", "train,0,1,0,2", "position 0 is missing"},
		{"missing field", "train,5,0,-1,-1", "train,5,0,-1", "line 2"},
		{"no test rows", "test,9,0,-1,-1\ntest,2,1,-1,-1\n", "", "0 test rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := toy(10, 3)
			text := strings.Replace(goodSplit, c.old, c.new, 1)
			_, err := ReadSplit(splitDir(t, d, text), d, 4)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := ReadSplit(t.TempDir(), toy(10, 3), 4); err == nil {
		t.Error("a missing file was accepted")
	}
}
