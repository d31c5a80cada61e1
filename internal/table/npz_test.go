package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table/npy"
	"github.com/nngmix/nngmix/internal/testdata"
)

// arrays is a file that testdata/make.py writes; its comment says what it holds.
const arrays = "testdata/arrays.npz"

var numpyTypes = map[string]Type{
	"b1": Bool, "i1": Int8, "i2": Int16, "i4": Int32, "i8": Int64, "u1": Uint8, "u2": Uint16, "u4": Uint32, "u8": Uint64,
	"f2": Float16, "f4": Float32, "f8": Float64,
}

func numpyValue(kind string, i, j int) float64 {
	v := (7*i + 3*j) % 11
	switch kind[0] {
	case 'b':
		return float64(v % 2)
	case 'f':
		return float64(v-5) / 4
	}
	return float64(v)
}

func TestReadNPZOfNumPy(t *testing.T) {
	check := func(t *testing.T, array, kind string) {
		tab, err := Read(context.Background(), arrays, ReadOptions{X: array})
		if err != nil {
			t.Fatal(err)
		}
		if tab.Rows != 5 || strings.Join(tab.Names(), " ") != "x0 x1 x2 y" {
			t.Fatalf("%d rows, columns %v", tab.Rows, tab.Names())
		}
		for j, c := range tab.Columns[:3] {
			if c.Type() != numpyTypes[kind] {
				t.Errorf("type %v", c.Type())
			}
			for i := range 5 {
				if got, want := c.Float(i), numpyValue(kind, i, j); got != want {
					t.Errorf("[%d, %d]: got %v, want %v", i, j, got, want)
				}
			}
		}
	}
	for kind := range numpyTypes {
		for _, order := range []string{"C", "F"} {
			for _, endian := range []string{"little", "big"} {
				array := kind + "_" + order + "_" + endian
				t.Run(array, func(t *testing.T) { check(t, array, kind) })
			}
		}
	}
	t.Run("version2", func(t *testing.T) { check(t, "version2", "f8") })
	t.Run("version3", func(t *testing.T) { check(t, "version3", "f8") })
}

func TestReadNPZChoosesArraysAndColumns(t *testing.T) {
	tab, err := Read(context.Background(), arrays, ReadOptions{X: "u2_F_big", Y: "y_column", Drop: []string{"x1"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tab.Names(), " "); got != "x0 x2 y_column" {
		t.Errorf("columns %s", got)
	}
	if y := tab.Columns[2]; y.Type() != Uint8 || y.Float(3) != 1 || y.Float(4) != 0 {
		t.Errorf("labels of type %v: %v, %v", y.Type(), y.Float(3), y.Float(4))
	}
}

func TestReadNPZErrors(t *testing.T) {
	const refused = "testdata/refused.npz"
	for _, tc := range []struct {
		name, file string
		opt        ReadOptions
		is         error
		want       string
	}{
		{"no X", arrays, ReadOptions{}, nil, `no array "X", there are: b1_C_little, `},
		{"no y of that name", arrays, ReadOptions{X: "version2", Y: "label"}, nil, `no array "label"`},
		{"short y", arrays, ReadOptions{X: "version2", Y: "y_short"}, nil, "want (5,) or (5, 1)"},
		{"three axes", arrays, ReadOptions{X: "cube"}, ErrUnsupported, "[2 2 2]"},
		{"no rows", arrays, ReadOptions{X: "no_rows"}, ErrEmpty, "[0 3]"},
		{"unknown column", arrays, ReadOptions{X: "version2", Drop: []string{"x3"}}, ErrColumn, `did you mean "x0"`},
		{"object", refused, ReadOptions{X: "object"}, npy.ErrUnsupported, "astype(float)"},
		{"text", refused, ReadOptions{X: "text"}, npy.ErrUnsupported, "<U2"},
		{"record", refused, ReadOptions{X: "record"}, npy.ErrUnsupported, "structured"},
		{"complex", refused, ReadOptions{X: "complex"}, npy.ErrUnsupported, "<c16"},
		{"date", refused, ReadOptions{X: "date"}, npy.ErrUnsupported, "<M8[ns]"},
		{"no archive", "testdata/make.py", ReadOptions{Format: NPZ}, npy.ErrCorrupt, "no NumPy file"},
		{"no file", "testdata/none.npz", ReadOptions{}, nil, "no such file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(context.Background(), tc.file, tc.opt)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), tc.file) || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestReadNPY(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	var archive bytes.Buffer
	w := npy.NewWriter(&archive)
	if err := npy.Put(w, "a", []int16{1, 2, 3, 4, 5, 6}, 3, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	stored := archive.Bytes()[bytes.Index(archive.Bytes(), []byte("\x93NUMPY")):][:128+12]
	if err := os.WriteFile(path, stored, 0o666); err != nil {
		t.Fatal(err)
	}
	tab, err := Read(context.Background(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if tab.Rows != 3 || len(tab.Columns) != 2 || tab.Columns[1].Float(2) != 6 {
		t.Errorf("%d rows, %d columns, last value %v", tab.Rows, len(tab.Columns), tab.Columns[1].Float(2))
	}
	if err := os.WriteFile(path, stored[:len(stored)-1], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(context.Background(), path, ReadOptions{}); !errors.Is(err, npy.ErrCorrupt) {
		t.Errorf("truncated file: %v", err)
	}
}

// TestNumPyReadsNPZ lets NumPy print what was written.
func TestNumPyReadsNPZ(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.npz")
	fields := []Field{
		{Name: "a", Type: Float16}, {Name: "b", Type: Float32},
		{Name: "is_fraud", Type: Bool, Role: Label},
		{Name: "nngmix_source_row", Type: Int64, Role: Extra, Array: "source_row"},
		{Name: "lambda", Type: Float64, Role: Extra}, {Name: "u", Type: Uint16, Role: Extra},
	}
	columns := []Column{
		New("a", []float64{1.5, math.NaN()}), New("b", []float32{-0.1, 3}), New("", []float64{0, 1}),
		New("", []int64{1 << 60, -7}), New("", []float64{0.1, 1e300}), New("", []float64{2.5, 1e9}),
	}
	writeAll(t, path, fields, columns, WriteOptions{Rows: 2})
	script := `import numpy as np, sys
d = np.load(sys.argv[1])
for k in d.files: print(k, d[k].dtype, d[k].shape, d[k].tolist())`
	got := python(t, script, path)
	want := fmt.Sprintf(`X float32 (2, 2) [[1.5, %v], [nan, 3.0]]
y bool (2,) [False, True]
source_row int64 (2,) [1152921504606846976, -7]
lambda float64 (2,) [0.1, 1e+300]
u uint16 (2,) [2, 65535]
`, float64(float32(-0.1)))
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// python runs script in Debian's Python, which has NumPy.
func python(t *testing.T, script string, args ...string) string {
	t.Helper()
	const exe = "/usr/bin/python3"
	if err := exec.Command(exe, "-c", "import numpy").Run(); err != nil {
		t.Skipf("%s with numpy is not here: %v", exe, err)
	}
	out, err := exec.Command(exe, append([]string{"-c", script}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// writeAll writes all rows of columns.
func writeAll(t *testing.T, path string, fields []Field, columns []Column, opt WriteOptions) {
	t.Helper()
	w, err := Create(path, fields, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := w.Write(columns, 0, columns[0].Len()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestReadADBench(t *testing.T) {
	files := append(testdata.ADBench(t, "*"), testdata.Path(t, "daily_sports_1m.npz"))
	shapes := map[string][3]int{ // rows, columns without the label, anomalies
		"11_donors.npz": {619326, 10, 36710}, "16_http.npz": {567498, 3, 2211}, "33_skin.npz": {245057, 3, 50859},
		"8_celeba.npz": {202599, 39, 4547}, "3_backdoor.npz": {95329, 196, 2329}, "17_InternetAds.npz": {1966, 1555, 368},
		"15_Hepatitis.npz": {80, 19, 13}, "20news_3.npz": {615, 768, 30}, "daily_sports_1m.npz": {1030200, 45, 10200},
		"MVTec-AD_toothbrush.npz": {102, 512, 30},
	}
	for _, file := range files {
		tab, err := Read(context.Background(), file, ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		y, anomalies := tab.Columns[len(tab.Columns)-1], 0
		for i := range tab.Rows {
			anomalies += int(y.Float(i))
		}
		missing := 0
		for _, c := range tab.Columns {
			missing += c.CountMissing(0, c.Len())
		}
		got := [3]int{tab.Rows, len(tab.Columns) - 1, anomalies}
		want, known := shapes[filepath.Base(file)]
		if y.Name() != "y" || missing != 0 || known && got != want || anomalies == 0 || anomalies >= tab.Rows {
			t.Errorf("%s: got %v, want %v; %d missing", file, got, want, missing)
		}
	}
}
