package tabletest

import (
	"math"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

func texts(cells ...string) (list []*string) {
	for _, s := range cells {
		if s == "missing" {
			list = append(list, nil)
		} else {
			list = append(list, &s)
		}
	}
	return list
}

// TestDifferences: equal cells are equal, and the least difference is seen.
func TestDifferences(t *testing.T) {
	wide := []int64{1<<53 + 1, -1 << 63}
	unsigned := table.Live(table.Field{Name: "c", Type: table.Uint64}, []int64{-1, 0}, []bool{false, true})
	money := table.Live(table.Field{Name: "c", Type: table.Decimal, Precision: 9, Places: 2}, []int64{-5, 1234}, make([]bool, 2))
	days := table.Live(table.Field{Name: "c", Type: table.Int64, Temporal: table.Temporal{Kind: table.Date, Unit: time.Millisecond}}, []int64{-86400000, 86400000}, make([]bool, 2))
	stamps := table.Live(table.Field{Name: "c", Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Second, Layout: time.DateTime}}, []int64{-1, 4102444799}, make([]bool, 2))
	lengths := table.Live(table.Field{Name: "c", Type: table.Int64}, []int64{-7, 0}, []bool{false, true})
	for _, tc := range []struct {
		name  string
		got   table.Column
		kind  string
		right []*string
		wrong []*string
	}{
		{"wide integers", table.New("c", wide), "int", texts("9007199254740993", "-9223372036854775808"), texts("9007199254740992", "-9223372036854775808")},
		{"unsigned", unsigned, "int", texts("18446744073709551615", "missing"), texts("18446744073709551615", "0")},
		{"floats", table.New("c", []float64{math.Copysign(0, -1), math.NaN()}), "float64", texts("-0x0.0p+0", "missing"), texts("0x0.0p+0", "missing")},
		{"infinity", table.New("c", []float64{math.Inf(1), 0.1}), "float64", texts("inf", "0x1.999999999999ap-4"), texts("inf", "0x1.999999999999bp-4")},
		{"text", table.Codes("c", []uint32{0, 1}, []string{"", "NA"}), "text", texts("", "NA"), texts("missing", "NA")},
		{"decimal", money, "decimal", texts("-0.05", "12.34"), texts("-0.05", "12.340")},
		{"date", days, "date", texts("-1", "1"), texts("-2", "1")},
		{"timestamp", stamps, "timestamp", texts("-1000000000", "4102444799000000000"), texts("-1000000000", "4102444799000000001")},
		{"text of a time", stamps, "raw", texts("1969-12-31 23:59:59", "2099-12-31 23:59:59"), texts("1969-12-31 23:59:59", "2099-12-31T23:59:59")},
		{"duration as counts", lengths, "duration", texts("-7000000", "missing"), texts("-7000001", "missing")},
		{"kind", table.New("c", wide), "int", texts("9007199254740993", "-9223372036854775808"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if wrong := Differences(tc.got, Column{"c", tc.kind, tc.right}); len(wrong) > 0 {
				t.Errorf("equal columns: %q", wrong)
			}
			kind := tc.kind
			if tc.wrong == nil {
				kind, tc.wrong = "text", tc.right
			}
			if wrong := Differences(tc.got, Column{"c", kind, tc.wrong}); len(wrong) != 1 {
				t.Errorf("one difference: %q", wrong)
			}
		})
	}
}
