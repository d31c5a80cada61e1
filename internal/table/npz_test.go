package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

// npz returns an archive of what put adds.
func npz(t *testing.T, put ...func(w *npy.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	w := npy.NewWriter(&out)
	for _, add := range put {
		if err := add(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// numberList puts an array of shape, whose values count up from 0.
func numberList(name string, shape ...int) func(w *npy.Writer) error {
	values := make([]float64, npy.Header{Shape: shape}.Len())
	for i := range values {
		values[i] = float64(i)
	}
	return func(w *npy.Writer) error { return npy.Put(w, name, values, shape...) }
}

// rawArray puts an array whose bytes are given.
func rawArray(name string, h npy.Header, content string) func(w *npy.Writer) error {
	return func(w *npy.Writer) error {
		out, err := w.Create(name, h)
		if err == nil {
			_, err = io.WriteString(out, content)
		}
		return err
	}
}

func TestReadNPZLabels(t *testing.T) {
	x := numberList("X", 3, 2)
	for _, tc := range []struct {
		name string
		y    func(w *npy.Writer) error
		want string
	}{
		{"column", numberList("y", 3, 1), "0x0p+00 0x1p+00 0x1p+01"},
		{"row", numberList("y", 1, 3), "0x0p+00 0x1p+00 0x1p+01"},
		{"text", rawArray("y", npy.Header{Kind: 'U', Size: 8, Shape: []int{3}}, "a\x00\x00\x00b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00a\x00\x00\x00b\x00\x00\x00"), `"ab" "" "ab"`},
		{"text in a row", rawArray("y", npy.Header{Kind: 'S', Size: 2, Shape: []int{1, 3}}, "abc\x00\x00\x00"), `"ab" "c" ""`},
		{"minus one", func(w *npy.Writer) error { return npy.Put(w, "y", []int8{-1, 1, -1}, 3) }, "-1 1 -1"},
		{"missing", func(w *npy.Writer) error { return npy.Put(w, "y", []float32{1, float32(math.NaN()), 0}, 3) }, "0x1p+00 missing 0x0p+00"},
		{"bool", rawArray("y", npy.Header{Kind: 'b', Size: 1, Shape: []int{3}}, "\x01\x00\x07"), "1 0 1"},
	} {
		tab, err := readBytes(t, "t.npz", npz(t, x, tc.y), ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := strings.Join(arrowCells(tab.Columns[2]), " "); got != tc.want || tab.Columns[2].Name() != "y" {
			t.Errorf("%s: got %s", tc.name, got)
		}
	}
}

// TestReadNPZCures: errors say what to do.
func TestReadNPZCures(t *testing.T) {
	for _, tc := range []struct {
		name    string
		content []byte
		opt     ReadOptions
		want    string
	}{
		{"names", npz(t, numberList("arr_0", 3, 2), numberList("arr_1", 3)), ReadOptions{}, `no array "X", there are: arr_0, arr_1; name that of the features with --features, that of the labels with --label, perhaps --features arr_0 --label arr_1`},
		{"name of the labels", npz(t, numberList("X", 3, 2), numberList("label", 3)), ReadOptions{Y: "y"}, `no array "y", there are: X, label; name that of the features with --features, that of the labels with --label, perhaps --features X --label label`},
		{"no labels", npz(t, numberList("data", 3, 2), numberList("z", 2)), ReadOptions{}, "perhaps --features data"},
		{"sparse", npz(t, numberList("indices", 3), numberList("indptr", 3), numberList("data", 3)), ReadOptions{}, "sparse matrix of SciPy: save it dense"},
		{"transposed", npz(t, numberList("X", 2, 3), numberList("y", 3)), ReadOptions{}, `are rows and columns of "X" swapped? save it again as X.T`},
		{"indicators", npz(t, numberList("X", 3, 2), numberList("y", 3, 2)), ReadOptions{}, "y.argmax(axis=1)"},
		{"single value", npz(t, numberList("X")), ReadOptions{}, "a single value: want rows and columns"},
		{"text features", npz(t, rawArray("X", npy.Header{Kind: 'U', Size: 4, Shape: []int{1, 1}}, "a\x00\x00\x00")), ReadOptions{}, `array "X" holds text of dtype "<U1", which only labels may be`},
		{"labels not UTF-8", npz(t, numberList("X", 1, 1), rawArray("y", npy.Header{Kind: 'S', Size: 1, Shape: []int{1}}, "\xff")), ReadOptions{}, `array "y": npy: kind of array that cannot be read: value 0, "\xff", is no UTF-8 text: save it again with astype(str)`},
	} {
		_, err := readBytes(t, "t.npz", tc.content, tc.opt)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
}

// TestWriteNPZDecimals: money is what NumPy makes of it.
func TestWriteNPZDecimals(t *testing.T) {
	money := func(name string, role Role, places int) Column {
		return Live(Field{Name: name, Type: Decimal, Precision: 18, Places: places, Role: role}, []int64{1234, -5, 0}, []bool{false, false, true})
	}
	columns := []Column{money("a", Feature, 2), money("y", Label, 2), money("cents", Extra, 2)}
	var fields []Field
	for _, c := range columns {
		fields = append(fields, c.Field())
	}
	path := filepath.Join(t.TempDir(), "t.npz")
	writeAll(t, path, fields, columns, WriteOptions{Rows: 3})
	for _, array := range []string{"y", "cents"} {
		tab, err := Read(t.Context(), path, ReadOptions{Y: array})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := show(tab), fmt.Sprintf("x0 float64: 12.34 -0.05 -\n%s float64: 12.34 -0.05 -\n", array); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	wide := Live(Field{Name: "wide", Type: Decimal, Precision: 38, Places: 2}, []int64{1 << 60}, []bool{false})
	w, err := Create(filepath.Join(t.TempDir(), "t.npz"), []Field{wide.Field()}, WriteOptions{Rows: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	err = w.Write([]Column{wide}, 0, 1)
	if err == nil {
		err = w.Close()
	}
	if err == nil || !strings.Contains(err.Error(), `column "wide", row 0: a matrix of float64 does not hold its digits exactly`) {
		t.Errorf("got %v", err)
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
