package cli

import (
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// SyntheticColumn is the column (in an NPZ file the array) that tells
// pseudo-anomalies from rows of the input.
const SyntheticColumn = "nngmix_synthetic"

// ColumnReport tells what a column of the input was read as.
type ColumnReport struct {
	Name     string         `json:"name"`
	Type     string         `json:"type"`
	Part     string         `json:"part"` // label, number, category, or none
	Missing  int            `json:"missing,omitempty"`
	Infinite int            `json:"infinite,omitempty"`
	Reading  *table.Reading `json:"reading,omitempty"`
}

// ColumnReports describes all columns of the input.
func ColumnReports(s *dataset.Summary) []ColumnReport {
	var list []ColumnReport
	for at, f := range s.Fields {
		r := ColumnReport{Name: f.Name, Type: columns.TypeName(f), Part: s.Part(at), Reading: f.Reading}
		r.Missing, r.Infinite = s.Lacking(at)
		list = append(list, r)
	}
	return list
}
