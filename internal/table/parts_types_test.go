package table

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stamp returns a column of timestamps.
func stamp(t Temporal, values ...int64) Column {
	return &dense[int64]{field: Field{Name: "c", Type: Int64, Temporal: t}, data: values, stride: 1, n: len(values)}
}

func decimal(precision, places int, values ...int64) Column {
	return &dense[int64]{field: Field{Name: "c", Type: Decimal, Precision: precision, Places: places}, data: values, stride: 1, n: len(values)}
}

func TestTypesOfParts(t *testing.T) {
	ms, us := Temporal{Kind: Timestamp, Unit: time.Millisecond, Zone: "UTC"}, Temporal{Kind: Timestamp, Unit: time.Microsecond, Zone: "UTC"}
	none := New("c", []float64{nan(), nan()})
	for _, tc := range []struct {
		name string
		a, b Column
		want string // or of the error, after !
	}{
		{"signed", New("c", []int8{-1}), New("c", []int32{7}), "c:int32\n-1\n7"},
		{"unsigned", New("c", []uint8{1}), New("c", []uint16{7}), "c:uint16\n1\n7"},
		{"both signs", New("c", []int8{-1}), New("c", []uint16{7}), "c:int32\n-1\n7"},
		{"small uint64", New("c", []int64{-1}), New("c", []uint64{7}), "c:int64\n-1\n7"},
		{"large uint64", New("c", []int64{1}), New("c", []uint64{1 << 63}), "c:uint64\n1\n9223372036854775808"},
		{"128 bits", New("c", []int64{-1}), New("c", []uint64{1 << 63}), "!which no integer type holds"},
		{"int and float", New("c", []int64{1 << 53}), New("c", []float32{.5}), "c:float64\n9007199254740992.0\n0.5"},
		{"wide int and float", New("c", []int64{1<<53 + 1}), New("c", []float32{.5}), "!--type c=number as numbers that may be rounded"},
		{"floats", New("c", []float32{.1}), New("c", []float64{.1}), "c:float64\n0.10000000149011612\n0.1"},
		{"texts", Codes("c", []uint32{1, 0}, []string{"a", "b"}), Codes("c", []uint32{0, 1}, []string{"c", "a"}), "c:string\nb\na\nc\na"},
		{"truths", boolColumn(1, 0), boolColumn(0), "c:bool\ntrue\nfalse\nfalse"},
		{"truth and number", boolColumn(1, 0), New("c", []int8{1}), "!int8 here and bool in"},
		{"text and number", Codes("c", []uint32{0}, []string{"a"}), New("c", []int8{1}), "!int8 here and text in"},
		{"units", stamp(ms, 1), stamp(us, 1), "c:int64\n1970-01-01T00:00:00.001000Z\n1970-01-01T00:00:00.000001Z"},
		{"units overflow", stamp(ms, 1<<62), stamp(us, 1), "!which do not reach as far"},
		{"zones", stamp(Temporal{Kind: Timestamp, Unit: time.Millisecond}, 1), stamp(us, 1), "!timestamps in zone UTC here and timestamps without a zone in"},
		{"time and number", stamp(ms, 1), New("c", []int64{1}), "!int64 here and timestamps in zone UTC in"},
		{"decimals", decimal(5, 1, 15), decimal(6, 3, -1), "c:decimal\n1.500\n-0.001"},
		{"decimals overflow", decimal(18, 1, 1e17), decimal(18, 4, 1), "!64 bits do not hold all digits"},
		{"decimal and int", decimal(5, 1, 15), New("c", []int64{2}), "c:decimal\n1.5\n2.0"},
		{"decimal and float", decimal(5, 2, 15), New("c", []float64{.1}), "c:decimal\n0.15\n0.10"},
		{"decimal and finer float", decimal(5, 2, 15), New("c", []float64{.125}), "!float64 here and decimal(5, 2) in"},
		{"nothing and text", none, Codes("c", []uint32{0}, []string{"a"}), "c:string\n_\n_\na"},
		{"text and nothing", Codes("c", []uint32{0}, []string{"a"}), none, "c:string\na\n_\n_"},
		{"nothing and truth", none, boolColumn(1), "c:bool\n_\n_\ntrue"},
		{"nothing at all", none, none, "c:float64\n_\n_\n_\n_"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			save(t, filepath.Join(dir, "a.arrow"), tc.a)
			save(t, filepath.Join(dir, "b.arrow"), tc.b)
			for _, threads := range []int{1, 2, 5} {
				tab, err := readAll(t, dir, ReadOptions{Threads: threads}, "a.arrow", "b.arrow")
				if want, ok := strings.CutPrefix(tc.want, "!"); ok {
					if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--drop c") || !strings.Contains(err.Error(), "a.arrow") {
						t.Errorf("got %v, want %s", err, want)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := typesAndRows(tab); got != tc.want {
					t.Errorf("got %s\nwant %s", got, tc.want)
				}
			}
		})
	}
}

// TestCuresOfTypes: what errors advise, helps.
func TestCuresOfTypes(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.arrow"), New("c", []int64{1<<53 + 1}), New("d", []int8{1}))
	save(t, filepath.Join(dir, "b.arrow"), New("c", []float64{.5}), New("d", []int8{2}))
	for _, tc := range []struct {
		opt  ReadOptions
		want string
	}{
		{ReadOptions{Kinds: map[string]Kind{"c": AsNumber}}, "c:float64 d:int8\n9007199254740992.0 1\n0.5 2"},
		{ReadOptions{Kinds: map[string]Kind{"c": AsText}}, "c:string d:int8\n9007199254740993 1\n0.5 2"},
		{ReadOptions{Drop: []string{"c"}}, "d:int8\n1\n2"},
	} {
		tab, err := readAll(t, dir, tc.opt, "a.arrow", "b.arrow")
		if err != nil {
			t.Fatal(err)
		}
		if got := typesAndRows(tab); got != tc.want {
			t.Errorf("got %s\nwant %s", got, tc.want)
		}
	}
}

func boolColumn(values ...uint8) Column {
	return &dense[uint8]{field: Field{Name: "c", Type: Bool}, data: values, stride: 1, n: len(values)}
}

func nan() float64 { return half16NaN }

var half16NaN = float16(0x7e00)

// TestHalvesStay: half-precision numbers of several NPZ files keep their type and
// bits.
func TestHalvesStay(t *testing.T) {
	p := &part{Part: Part{Path: "a"}}
	a := &half{dense[uint16]{field: Field{Name: "c", Type: Float16}, data: []uint16{0x3c00, 0x7e00}, stride: 1, n: 2}}
	b := &masked{Column: a, field: a.field, gone: bitmap{1}}
	pieces := []piece{{part: p, column: a, n: 2}, {part: p, column: b, n: 2}, {part: p, column: a, n: 1}}
	field, err := unify(pieces, KindAuto)
	if err != nil {
		t.Fatal(err)
	}
	c := gather(field, pieces)
	if got, want := typesAndRows(&Table{Columns: []Column{c}, Rows: 5}), "c:float16\n1.0\n_\n_\n_\n1.0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
