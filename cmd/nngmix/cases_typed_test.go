package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/table/tabletest"
)

// largeCase returns the path of a case that is no part of the repository, and
// skips the test where it is not there.
func largeCase(t *testing.T, name string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", "..", "..", "shared", "cases", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("it is too large for the repository: %v", err)
	}
	return path
}

// TestTypedCases: the rows of files with types come out with types and values,
// and of CSV files with the same values.
func TestTypedCases(t *testing.T) {
	labels := map[string]string{"hadoop_lz4_compressed.parquet": "", "datapage_v2_empty_datapage.snappy.parquet": ""}
	for _, entry := range tabletest.Manifest(t, casesFolder) {
		label, odd := labels[entry.File]
		if entry.Oracle == "" || odd && label == "" {
			continue
		}
		for _, format := range []string{"parquet", "arrow", "csv"} {
			t.Run(entry.File+" to "+format, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "out."+format)
				args := []string{"--label", "y", "--missing", "keep"}
				for _, name := range append(entry.Drop, entry.Optional...) {
					args = append(args, "--drop", name)
				}
				if err := appendTo(t, entry.Path(), out, args...); err != nil {
					t.Fatal(err)
				}
				got, err := table.Read(t.Context(), out, table.ReadOptions{})
				if err != nil {
					t.Fatal(err)
				}
				compareTyped(t, got, entry, format)
			})
		}
	}
}

// compareTyped compares the first rows of got with the columns of entry, which it
// has in the same places.
func compareTyped(t *testing.T, got *table.Table, entry tabletest.Entry, format string) {
	t.Helper()
	at := 0
	for _, want := range entry.Columns(t) {
		if slices.Contains(entry.Optional, want.Name) {
			continue
		}
		if name := got.Columns[at].Name(); name != want.Name {
			t.Fatalf("column %d is %q, want %q", at, name, want.Name)
		}
		have := tabletest.Of(got.Columns[at])
		have.Cells = have.Cells[:len(want.Cells)]
		wrong := tabletest.Compare(have, want)
		if format == "csv" {
			wrong = tabletest.CompareText(have, want)
		}
		for _, w := range wrong {
			t.Error(w)
		}
		at++
	}
}

// TestArrayCases: arrays of NumPy in every order and type come out as they are.
func TestArrayCases(t *testing.T) {
	for _, tc := range []struct {
		file string
		args []string
	}{
		{"arr01.npz", []string{"--features", "arr_0", "--label", "arr_1"}},
		{"constcols.npz", nil}, {"dups.npz", nil}, {"one_anom.npz", nil}, {"two_anom.npz", nil},
		{"labels_named.npz", []string{"--features", "data", "--label", "label"}},
		{"x_be.npz", nil}, {"x_fortran_v2.npz", nil},
		{"y_1n.npz", nil}, {"y_bool.npz", nil}, {"y_n1.npz", nil}, {"y_nan.npz", nil},
		{"y_pm1.npz", []string{"--anomaly-value", "1"}}, {"y_pm1_inv.npz", []string{"--anomaly-value", "-1"}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.npz")
			if err := appendTo(t, caseFile(tc.file), out, tc.args...); err != nil {
				t.Fatal(err)
			}
			opt := table.ReadOptions{}
			if len(tc.args) == 4 {
				opt.X, opt.Y = tc.args[1], tc.args[3]
			}
			want, err := table.Read(t.Context(), caseFile(tc.file), opt)
			if err != nil {
				t.Fatal(err)
			}
			opt.X = "" // the matrix is called X in what is written
			got, err := table.Read(t.Context(), out, opt)
			if err != nil {
				t.Fatal(err)
			}
			for j, c := range want.Columns {
				have, input := tabletest.Of(got.Columns[j]), tabletest.Of(c)
				have.Cells = have.Cells[:len(input.Cells)]
				for _, wrong := range tabletest.Compare(have, input) {
					t.Error(wrong)
				}
			}
		})
	}
}

// TestTextLabelsOfArrays: labels that are text go where text can be.
func TestTextLabelsOfArrays(t *testing.T) {
	dir := t.TempDir()
	err := appendTo(t, caseFile("y_str.npz"), filepath.Join(dir, "out.npz"))
	if err == nil || !strings.Contains(err.Error(), `column "y" is text`) {
		t.Errorf("NPZ: got %v", err)
	}
	out := filepath.Join(dir, "out.csv")
	if err := appendTo(t, caseFile("y_str.npz"), out); err != nil {
		t.Fatal(err)
	}
	header, rows := records(t, out)
	y := slices.Index(header, "y")
	if len(rows) != 340 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row[y] != "0" && row[y] != "1" || i >= 300 && row[y] != "1" {
			t.Errorf("row %d is labeled %q", i, row[y])
		}
	}
}

// TestLargeCases reads three files that are no part of the repository.
func TestLargeCases(t *testing.T) {
	t.Run("lz4_silent", func(t *testing.T) {
		tab, err := table.Read(t.Context(), largeCase(t, "lz4_silent.parquet"), table.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		amount := make([]int64, tab.Rows)
		tab.Columns[0].Ints(amount, 0, tab.Rows)
		sum, distinct := int64(0), map[int64]bool{}
		for _, v := range amount {
			sum += v
			distinct[v] = true
		}
		// what pyarrow reads
		if tab.Rows != 61440 || amount[30000] != 6023624 || amount[61439] != 1033691 || sum != 343550875196 || len(distinct) != 45888 {
			t.Errorf("%d rows, %d at 30000, %d last, sum %d, %d distinct", tab.Rows, amount[30000], amount[61439], sum, len(distinct))
		}
	})
	t.Run("lz4_raw_compressed_larger", func(t *testing.T) {
		tab, err := table.Read(t.Context(), largeCase(t, "lz4_raw_compressed_larger.parquet"), table.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		texts := tab.Columns[0].Dictionary()
		if tab.Rows != 10000 || len(texts) != 10000 || texts[0] != "c7ce6bef-d5b0-4863-b199-8ea8c7fb117b" || texts[9999] != "85440778-460a-41ac-aa2e-ac3ee41696bf" {
			t.Errorf("%d rows, %d texts, first %q", tab.Rows, len(texts), texts[0])
		}
	})
	t.Run("bomb_brotli", func(t *testing.T) {
		path := largeCase(t, "bomb_brotli.parquet")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := table.Read(t.Context(), path, table.ReadOptions{})
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("got %v, want an error that begins with the path", err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 300<<20 {
			t.Errorf("it took %d MB", used>>20)
		}
	})
}
