package table_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/table/tabletest"
)

// TestConformance reads what pyarrow, pandas, Polars and DuckDB wrote, and
// compares every cell with what they read themselves.
func TestConformance(t *testing.T) { conform(t, "testdata/conformance") }

// TestApacheFiles reads files of apache/parquet-testing and apache/arrow-testing
// as pyarrow and DuckDB do.
func TestApacheFiles(t *testing.T) { conform(t, "testdata/apache") }

func conform(t *testing.T, folder string) {
	for _, entry := range tabletest.Manifest(t, folder) {
		t.Run(entry.File, func(t *testing.T) {
			t.Parallel()
			if entry.Refused != "" {
				checkRefused(t, entry)
			}
			if entry.Oracle != "" {
				checkRead(t, entry)
			}
		})
	}
}

// checkRefused reads a file whole that is to be refused in words.
func checkRefused(t *testing.T, entry tabletest.Entry) {
	_, err := table.Read(t.Context(), entry.Path(), table.ReadOptions{})
	switch {
	case err == nil:
		t.Errorf("it is read, want an error with %q", entry.Refused)
	case !strings.HasPrefix(err.Error(), entry.Path()) || !strings.Contains(err.Error(), entry.Refused):
		t.Errorf("got %q, want the path and %q", err, entry.Refused)
	case errors.Is(err, table.ErrCorrupt) != entry.Damaged:
		t.Errorf("got %q, damaged is %v", err, entry.Damaged)
	}
}

// checkRead compares the file of entry with its columns.
func checkRead(t *testing.T, entry tabletest.Entry) {
	got, err := table.Read(t.Context(), entry.Path(), table.ReadOptions{Drop: entry.Drop})
	if err != nil {
		t.Fatal(err)
	}
	columns := entry.Columns(t)
	if len(got.Columns) != len(columns) {
		t.Errorf("%d columns (%s), want %d", len(got.Columns), strings.Join(got.Names(), ", "), len(columns))
	}
	for _, want := range columns {
		at, err := got.Find(want.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, wrong := range tabletest.Differences(got.Columns[at], want) {
			t.Error(wrong)
		}
		if role := got.Columns[at].Field().Role; (role == table.Index) != (want.Name == entry.Index) {
			t.Errorf("column %q has role %d", want.Name, role)
		}
	}
}
