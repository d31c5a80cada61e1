package table_test

import (
	"errors"
	"slices"
	"strconv"
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

// TestCaseFiles reads tables that people really have, those whose files say what
// types they hold.
func TestCaseFiles(t *testing.T) { conform(t, "testdata/cases") }

func conform(t *testing.T, folder string) {
	for _, entry := range tabletest.Manifest(t, folder) {
		t.Run(entry.File, func(t *testing.T) {
			t.Parallel()
			if entry.Refused != "" || entry.Bad || entry.Either {
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
	case err == nil && !entry.Either:
		t.Errorf("it is read, want an error with %q", entry.Refused)
	case err == nil:
		return
	case !strings.HasPrefix(err.Error(), entry.Path()) || !strings.Contains(err.Error(), entry.Refused) && !entry.Either:
		t.Errorf("got %q, want the path and %q", err, entry.Refused)
	case errors.Is(err, table.ErrCorrupt) && !entry.Bad && !entry.Either:
		t.Errorf("got %q, but the file is sound", err)
	}
}

// checkRead compares the file of entry with its columns.
func checkRead(t *testing.T, entry tabletest.Entry) {
	got, refused, err := readOptional(t, entry)
	if err != nil && entry.Either {
		return // checkRefused has seen the error
	}
	if err != nil {
		t.Fatal(err)
	}
	if got == nil {
		return // all columns are optional and refused
	}
	columns := entry.Columns(t)
	if len(got.Columns) != len(columns)-len(refused) {
		t.Errorf("%d columns (%s), want %d", len(got.Columns), strings.Join(got.Names(), ", "), len(columns)-len(refused))
	}
	for _, want := range columns {
		if slices.Contains(refused, want.Name) {
			continue
		}
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

// readOptional reads the file of entry without the columns that are to be
// dropped, and without optional ones that are refused by name. The table is nil
// where none is left.
func readOptional(t *testing.T, entry tabletest.Entry) (got *table.Table, refused []string, err error) {
	for {
		got, err = table.Read(t.Context(), entry.Path(), table.ReadOptions{Drop: slices.Concat(entry.Drop, refused)})
		at := slices.IndexFunc(entry.Optional, func(name string) bool {
			return err != nil && !errors.Is(err, table.ErrCorrupt) && !slices.Contains(refused, name) && strings.Contains(err.Error(), strconv.Quote(name))
		})
		if at < 0 {
			break
		}
		refused = append(refused, entry.Optional[at])
	}
	if len(refused) > 0 && errors.Is(err, table.ErrEmpty) {
		return nil, refused, nil
	}
	return got, refused, err
}
