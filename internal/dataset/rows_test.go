package dataset

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowsAreThoseOfRow(t *testing.T) {
	s, err := New(sample(), options(func(o *Options) { o.Missing = MissingMedian }))
	if err != nil {
		t.Fatal(err)
	}
	rows := Rows{s.Features, s.fill, []int{2, 3, 4, 0, 1, 2, 4}} // with runs and gaps
	dim := rows.Dim()
	want := make([]float64, rows.Len()*dim)
	for i := range rows.Len() {
		rows.Row(want[i*dim:][:dim], i)
	}
	for from := range rows.Len() {
		for to := from; to <= rows.Len(); to++ {
			got := make([]float64, (to-from)*dim)
			rows.Rows(got, from, to)
			if diff := cmp.Diff(want[from*dim:to*dim], got); diff != "" {
				t.Errorf("rows %d to %d (-want +got):\n%s", from, to, diff)
			}
		}
	}
}
