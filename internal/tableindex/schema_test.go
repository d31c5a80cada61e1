package tableindex

import (
	"fmt"
	"testing"
)

// TestDecodeCategories gives Decode descriptions that index build would not
// write, in today's version and, where old is set, in version 1.
func TestDecodeCategories(t *testing.T) {
	for _, test := range []struct {
		column     string
		sound, old bool
	}{
		{`"type":"string","nominal":true,"categories":["x","y"],"fill":1`, true, true},
		{`"type":"string","nominal":true,"categories_base64":["/w==","eA=="]`, true, true},
		{`"type":"string","nominal":true`, true, true}, // every value is missing
		{`"type":"int64","nominal":true,"categories":["-3","1582218195625938945","1582218195625938946"]`, true, false},
		{`"type":"uint64","nominal":true,"categories":["3","18446744073709551615"]`, true, false},
		{`"type":"int64","nominal":true,"categories":["-3","1e+20"]`, true, false},
		{`"type":"int64","nominal":true,"categories":["-3","1.099511627776e+12"]`, true, true},
		{`"type":"float64","nominal":true,"categories":["0.5"]`, true, false},
		{`"type":"string","nominal":true,"categories":["x","y"],"fill":2`, false, false},
		{`"type":"string","nominal":true,"categories":["x","y"],"fill":0.5`, false, false},
		{`"type":"string","nominal":true,"categories":["x","y"],"fill":-1`, false, false},
		{`"type":"string","categories":["x"]`, false, false},
		{`"type":"bool","nominal":true,"categories":["true"]`, false, false},
		{`"type":"int64","nominal":true,"categories":["2","1"]`, false, false},
		{`"type":"int64","nominal":true,"categories":["1","1"]`, false, false},
		{`"type":"int64","nominal":true,"categories":["1","NaN"]`, false, false},
		{`"type":"int64","nominal":true,"categories":["x"]`, false, false},
		{`"type":"int64","base":"x"`, false, false},
		{`"type":"int64","base":"1582218195625938945"`, true, true},
		{`"type":"int64","min":-9e18`, true, false},
		{`"type":"float64","min":-9e18`, true, true},
	} {
		for version, want := range map[int]bool{1: test.old, 2: test.sound} {
			text := fmt.Sprintf(`{"nngmix_table_index":%d,"rows":1,"columns":[{"name":"c","max":1,%s}]}`, version, test.column)
			m, err := Decode([]byte(text))
			if (err == nil) != want {
				t.Errorf("%s, version %d: got %v", test.column, version, err)
			}
			if version == 1 && err == nil && m.Columns[0].Type == "int64" && m.Columns[0].Count() == 2 && m.Columns[0].Texts[1] != "1099511627776" {
				t.Errorf("version 1: categories are %v", m.Columns[0].Texts)
			}
		}
	}
}

// FuzzDecode: what is decoded is written and decoded again as it is.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"nngmix_table_index":2,"rows":9,"dropped":1,"gaps":"AQA=","columns":[{"name":"c","type":"int64","max":1,"base":"7"}]}`))
	f.Add([]byte(`{"nngmix_table_index":1,"rows":1,"columns":[{"name":"c","max":1,"type":"string","nominal":true,"categories":["x"]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Decode(text)
		if err != nil {
			return
		}
		if len(m.Names()) != len(m.Columns) || m.Nominal() > len(m.Columns) {
			t.Errorf("%d names, %d nominal of %d columns", len(m.Names()), m.Nominal(), len(m.Columns))
		}
		m.Version = metaVersion
		again, err := Decode(m.Encode())
		if err != nil {
			t.Fatalf("decoded, but not again: %v", err)
		}
		if string(again.Encode()) != string(m.Encode()) {
			t.Errorf("%s became %s", m.Encode(), again.Encode())
		}
	})
}
