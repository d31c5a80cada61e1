package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nngmix/nngmix/internal/table"
)

func TestTableFlags(t *testing.T) {
	in := TableFlags{
		In: "x", Format: "tsv", Header: "no", Delimiter: `\t`, Decimal: ",", Thousands: ".", Comment: "#", Encoding: "latin1",
		MissingValues: []string{"-99", "a,b"}, Types: []string{"a=b=text", "c=number", "d,e=drop"}, Features: "X",
		Drop: []string{"p,q"}, Keep: []string{"r"},
	}
	got, err := in.Options("y", 3)
	if err != nil {
		t.Fatal(err)
	}
	want := table.ReadOptions{
		Format: table.CSV, Header: table.HeaderNo, Delimiter: '\t', Decimal: ',', Thousands: '.', Comment: '#', Encoding: "latin1",
		Missing: []string{"-99", "a,b"}, Kinds: map[string]table.Kind{"a=b": table.AsText, "c": table.AsNumber, "d,e": table.AsNothing},
		X: "X", Y: "y", Drop: []string{"p,q"}, Keep: []string{"y", "r"}, Threads: 3,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(table.ReadOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
