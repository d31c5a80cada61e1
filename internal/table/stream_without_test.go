package table

import (
	"slices"
	"testing"
)

// TestStreamWithout: a field is left out, and the numbers of the others are those of
// the new stream.
func TestStreamWithout(t *testing.T) {
	whole := &Table{Rows: 5, Columns: []Column{New("a", []float64{1, 2, 3, 4, 5}), New("b", []float64{6, 7, 8, 9, 10}), New("c", []float64{11, 12, 13, 14, 15})}}
	for name, s := range map[string]*Stream{"in memory": whole.Stream(), "in batches": whole.InBatches(2)} {
		for at, want := range [][]string{{"b", "c"}, {"a", "c"}, {"a", "b"}} {
			without := s.Without(at)
			if got := FieldNames(without.Fields); !slices.Equal(got, want) {
				t.Errorf("%s: the fields are %v, want %v", name, got, want)
			}
			if tab := without.Table(); (tab == nil) != (s.Table() == nil) || tab != nil && !slices.Equal(tab.Names(), want) {
				t.Errorf("%s: the table is %v", name, tab)
			}
			for fields, names := range map[int][]string{-1: want, 0: want[:1], 1: want[1:]} {
				var asked []int
				if fields >= 0 {
					asked = []int{fields}
				}
				rows := 0
				err := without.Each(t.Context(), asked, func(_ int, columns []Column) error {
					var got []string
					for _, c := range columns {
						got = append(got, c.Name())
					}
					if !slices.Equal(got, names) {
						t.Errorf("%s: field %d gives %v, want %v", name, fields, got, names)
					}
					rows += columns[0].Len()
					return nil
				})
				if err != nil || rows != 5 {
					t.Errorf("%s: %d rows, %v", name, rows, err)
				}
			}
		}
		if !slices.Equal(FieldNames(s.Fields), []string{"a", "b", "c"}) {
			t.Errorf("%s: the stream itself has the fields %v", name, FieldNames(s.Fields))
		}
	}
}
