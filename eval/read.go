package eval

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// ReadDataset reads a set from an NPZ file with the arrays X (rows × columns, any numeric
// type) and y (1 = anomaly, 0 = normal), as ADBench stores them. It does not call
// [Dataset.Check].
func ReadDataset(ctx context.Context, path string) (*Dataset, error) {
	t, err := table.Read(ctx, path, table.ReadOptions{})
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	label, err := t.Find("y")
	if err != nil {
		return nil, fmt.Errorf("eval: %s: %w", path, err)
	}
	d := &Dataset{Name: setName(path), Group: filepath.Base(filepath.Dir(path)), Dim: len(t.Columns) - 1, Y: make([]bool, t.Rows)}
	for i := range d.Y {
		switch v := t.Columns[label].Float(i); v {
		case 0, 1:
			d.Y[i] = v == 1
		default:
			return nil, fmt.Errorf("eval: %s: label y of row %d is %v, want 0 or 1", path, i, v)
		}
	}
	columns := append(t.Columns[:label:label], t.Columns[label+1:]...)
	d.X = make([]float64, t.Rows*d.Dim)
	const block = 512 // rows: columns may share a row-major matrix, which then stays in cache
	for from := 0; from < t.Rows; from += block {
		to := min(from+block, t.Rows)
		for j, c := range columns {
			c.Floats(d.X[from*d.Dim+j:], d.Dim, from, to)
		}
	}
	return d, nil
}

// setName returns the name of the file without folder and extension.
func setName(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}
