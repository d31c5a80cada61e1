package table

import (
	"math"
	"strings"
	"testing"
)

// TestConvert asks for kinds and missing values of columns that have types.
func TestConvert(t *testing.T) {
	gap := New("c", []int64{-999, 5, 0}).(*dense[int64])
	gap.gaps.set(2)
	decimal := func(counts ...int64) Column {
		return &dense[int64]{field: Field{Name: "c", Type: Decimal, Precision: 18, Places: 2}, data: counts, stride: 1, n: len(counts)}
	}
	days := &dense[int32]{field: Field{Name: "c", Type: Int32, Temporal: Temporal{Kind: Date}}, data: []int32{0, 20000}, stride: 1, n: 2}
	for _, tc := range []struct {
		name    string
		column  Column
		kind    Kind
		missing []string
		want    string
	}{
		{"nothing asked", New("c", []float64{1, -999}), KindAuto, nil, "c float64: 1 -999"},
		{"a number that is missing", New("c", []float64{1, -999}), KindAuto, []string{"-999.0"}, "c float64: 1 -"},
		{"in integers", gap, KindAuto, []string{"-999", "x"}, "c int64: - 5 -"},
		{"as near as the type comes", New("c", []float32{0.1, 0.2}), KindAuto, []string{"0.1"}, "c float32: - 0.20000000298023224"},
		{"beyond float64", New("c", []int64{9007199254740993, 9007199254740992}), KindAuto, []string{"9007199254740993"}, "c int64: - 9007199254740992"},
		{"beyond int64", New("c", []uint64{math.MaxUint64, 1}), KindAuto, []string{"18446744073709551615"}, "c uint64: - 1"},
		{"text", Codes("c", []uint32{0, 1, 0}, []string{"NA", "x"}), KindAuto, []string{"NA"}, `c string: - "x" -`},
		{"no text", Codes("c", []uint32{0, 1}, []string{"NA", "x"}), KindAuto, nil, `c string: "NA" "x"`},
		{"a date", days, KindAuto, []string{"1970-01-01"}, "c int32: - 20000"},
		{"category", New("c", []int64{7, 8}), AsCategory, nil, "c int64: 7 8"},
		{"numbers as text", New("c", []float64{1.5, math.NaN(), 7}), AsText, nil, `c string: "1.5" - "7.0"`},
		{"dates as text", days, AsText, nil, `c string: "1970-01-01" "2024-10-04"`},
		{"decimals as text", decimal(1250, -5), AsText, nil, `c string: "12.50" "-0.05"`},
		{"text as numbers", Codes("c", []uint32{0, 1, 2, 3}, []string{"007", "$3.50", "6 %", "NA"}), AsNumber, nil, "c float64: 7 3.5 6 -"},
		{"text as integers", Codes("c", []uint32{0, 1}, []string{"+5", "4.0"}), AsInteger, nil, "c int64: 5 4"},
		{"text as times", Codes("c", []uint32{0, 0}, []string{"1970-01-02"}), AsTime, nil, "c int32: 1 1"},
		{"text as truth", Codes("c", []uint32{0, 1}, []string{"TRUE", "false"}), AsBool, nil, "c bool: 1 0"},
		{"floats as integers", New("c", []float64{1, -2, math.NaN()}), AsInteger, nil, "c int64: 1 -2 -"},
		{"decimals as integers", decimal(922337203685477500, 100), AsInteger, nil, "c int64: 9223372036854775 1"},
		{"numbers as truth", New("c", []int8{0, 1}), AsBool, nil, "c bool: 0 1"},
		{"fraction", New("c", []float64{1, 2.5}), AsInteger, nil, "error: row 2, column \"c\": 2.5 is not what --type c=integer wants"},
		{"infinity", New("c", []float64{math.Inf(1)}), AsInteger, nil, "error: row 1"},
		{"not truth", New("c", []float64{2}), AsBool, nil, "error: row 1, column \"c\": 2 is not what --type c=bool wants"},
		{"cents", decimal(100, 101), AsInteger, nil, "error: row 2, column \"c\": 1.01"},
		{"no number", Codes("c", []uint32{0, 1}, []string{"1", "x"}), AsNumber, nil, `error: row 2, column "c": "x" is no number, as --type c=number wants: mend it, set --missing-value 'x'`},
		{"no time", New("c", []float64{2}), AsTime, nil, "error: column \"c\" holds float64, no dates"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			opt := ReadOptions{Missing: tc.missing, Kinds: map[string]Kind{"c": tc.kind}}
			columns, err := opt.convert([]Column{tc.column})
			if err != nil {
				if want, ok := strings.CutPrefix(tc.want, "error: "); !ok || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, tc.want)
				}
				return
			}
			if got := strings.TrimSpace(show(&Table{Columns: columns})); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			n := columns[0].Len()
			dst := make([]float64, n)
			columns[0].Floats(dst, 1, 0, n)
			count := 0
			for i, x := range dst {
				if (x != x) != columns[0].Missing(i) || x == x && x != columns[0].Float(i) {
					t.Errorf("row %d: Floats gives %v, Float %v", i, x, columns[0].Float(i))
				}
				if columns[0].Missing(i) {
					count++
				}
			}
			if got := columns[0].CountMissing(0, n); got != count {
				t.Errorf("CountMissing is %d, want %d", got, count)
			}
			if r := columns[0].Field().Reading; tc.kind != KindAuto && (r == nil || !r.Asked || r.Category != (tc.kind == AsCategory)) {
				t.Errorf("reading %+v", r)
			}
		})
	}
}
