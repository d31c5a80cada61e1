package generate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
)

func TestStyleGoesFromCSVToCSV(t *testing.T) {
	semicolons := &table.Table{Style: table.Style{Delimiter: ';', Decimal: ',', NoHeader: true}}
	tabs := &table.Table{Style: table.Style{Delimiter: '\t', NoHeader: true}}
	for _, test := range []struct {
		in, out string
		t       *table.Table
		want    table.Style
	}{
		{"a.csv", "b.csv.gz", semicolons, semicolons.Style},
		{"-", "-", tabs, tabs.Style},
		{"a.tsv", "b.tsv", tabs, tabs.Style},
		{"a.csv", "b.tsv", semicolons, table.Style{NoHeader: true}},
		{"a.tsv.gz", "b.csv", tabs, table.Style{NoHeader: true}},
	} {
		if diff := cmp.Diff(test.want, styleFor(test.out, test.in, test.t.Style)); diff != "" {
			t.Errorf("%s to %s: %s", test.in, test.out, diff)
		}
	}
}
