package main

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeSet writes an NPZ file of rows with dim columns and labels.
func writeSet(t *testing.T, path string, x []float64, dim int, y []float64) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	array := func(name, shape string, values []float64) error {
		w, err := z.Create(name + ".npy")
		head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", shape)
		head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
		_, err2 := fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", len(head)&255, len(head)>>8, head)
		return errors.Join(err, err2, binary.Write(w, binary.LittleEndian, values))
	}
	err = errors.Join(array("X", fmt.Sprintf("%d, %d", len(y), dim), x), array("y", fmt.Sprintf("%d,", len(y)), y), z.Close())
	if err != nil {
		t.Fatal(err)
	}
}

// rowsOfSet returns 200 rows of which every tenth is an anomaly.
func rowsOfSet(dim int) (x, y []float64) {
	for i := range 200 {
		y = append(y, float64(1-min(i%10, 1)))
		for j := range dim {
			x = append(x, math.Mod(float64(i*(j+3))*0.618, 1)+y[i])
		}
	}
	return x, y
}

// badSets writes a folder of one set that is fine and sets that are not, and returns it
// with what must be said of each.
func badSets(t *testing.T) (dir string, reasons map[string]string) {
	dir = filepath.Join(t.TempDir(), "Classical")
	x, y := rowsOfSet(4)
	write := func(name string, x []float64, dim int, y []float64) {
		writeSet(t, filepath.Join(dir, name+".npz"), x, dim, y)
	}
	change := func(values []float64, i int, v float64) []float64 {
		values = append([]float64(nil), values...)
		values[i] = v
		return values
	}
	none, all := make([]float64, len(y)), make([]float64, len(y))
	for i := range all {
		all[i] = 1
	}
	write("fine", x, 4, y)
	write("no-anomalies", x, 4, none)
	write("only-anomalies", x, 4, all)
	write("nan", change(x, 4*7+2, math.NaN()), 4, y)
	write("one-column", x[:200], 1, y)
	write("third-class", x, 4, change(y, 5, 2))
	write("shapes", x[:4*199], 4, y)
	if err := os.WriteFile(filepath.Join(dir, "text.npz"), []byte("no archive"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir, map[string]string{
		"no-anomalies":   "no row is labeled as an anomaly",
		"only-anomalies": "every row is labeled as an anomaly",
		"nan":            "row 7, column 2 is NaN: a value is NaN or infinite",
		"one-column":     "set one-column: the table has fewer than two columns, there is nothing to mix: it has 1",
		"third-class":    "label y of row 5 is 2, want 0 or 1",
		"shapes":         "shapes.npz",
		"text":           "text.npz",
	}
}

// TestBadSetsAreCounted runs both studies over sets of which only one is fine.
func TestBadSetsAreCounted(t *testing.T) {
	dir, reasons := badSets(t)
	for _, study := range []struct {
		name    string
		args    []string
		summary string
	}{
		{"auc", []string{"--methods", "none,oversample"}, "summary.md"},
		{"tradeoff", []string{"--ef-search", "10", "--shares", "0.5"}, "tradeoff.md"},
	} {
		t.Run(study.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			args := append([]string{"eval", study.name, "--data", dir, "--out", out, "--detectors", "logistic", "--labeled", "0.1", "--seeds", "1"}, study.args...)
			printed := must(t, args...)
			if want := readFile(t, filepath.Join(out, study.summary)); printed != want {
				t.Errorf("printed\n%s\nand wrote\n%s", printed, want)
			}
			if !strings.Contains(printed, "Sets: 8, of them skipped: 7.") {
				t.Errorf("the summary does not count the sets:\n%s", printed)
			}
			record := readFile(t, filepath.Join(out, "run.json"))
			for set, reason := range reasons {
				line := ""
				for l := range strings.Lines(printed) {
					if strings.HasPrefix(l, "- "+set+" (Classical), ") {
						line = l
					}
				}
				if !strings.Contains(line, reason) {
					t.Errorf("%s: %q, want one with %q", set, line, reason)
				}
				if !strings.Contains(record, `"dataset": "`+set+`"`) {
					t.Errorf("run.json does not name %s", set)
				}
			}
		})
	}
}

func TestOnlyBadSets(t *testing.T) {
	dir, _ := badSets(t)
	for _, study := range []string{"auc", "tradeoff"} {
		_, err := command(t, "eval", study, "--data", filepath.Join(dir, "nan.npz")+","+filepath.Join(dir, "text.npz"), "--out", filepath.Join(t.TempDir(), "run"))
		if exitCode(err) != exitFailure || !strings.Contains(err.Error(), "all 2 sets were skipped; the first: eval: set nan") {
			t.Errorf("%s: %v", study, err)
		}
		_, err = command(t, "eval", study, "--data", filepath.Join(dir, "gone.npz"), "--out", filepath.Join(t.TempDir(), "run"))
		if exitCode(err) != exitFailure || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a missing file: %v", study, err)
		}
		fine := filepath.Join(dir, "fine.npz")
		_, err = command(t, "eval", study, "--data", fine, "--data", fine, "--out", filepath.Join(t.TempDir(), "run"))
		if exitCode(err) != exitFailure || !strings.Contains(err.Error(), "two sets Classical/fine") {
			t.Errorf("%s: the same file twice: %v", study, err)
		}
	}
}

// TestInterruptedStudyContinues interrupts a study by its context, as a signal does.
func TestInterruptedStudyContinues(t *testing.T) {
	dir, _ := badSets(t)
	run := func(ctx context.Context, out string) error {
		root := rootCommand()
		root.SetArgs([]string{"eval", "tradeoff", "--data", filepath.Join(dir, "fine.npz"), "--out", out, "--detectors", "logistic", "--quiet", "--threads", "1"})
		root.SetOut(io.Discard)
		return root.ExecuteContext(ctx)
	}
	whole, pieces := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	if err := run(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	interrupted := 0
	for wait := time.Millisecond; ; wait += wait / 2 {
		ctx, cancel := context.WithTimeoutCause(t.Context(), wait, context.Canceled)
		stop, end := context.WithCancel(context.Background())
		context.AfterFunc(ctx, end)
		err := run(stop, pieces)
		cancel()
		end()
		if err == nil {
			break
		}
		if interrupted++; exitCode(err) != exitFailure || !strings.Contains(err.Error(), "the same command continues") {
			t.Fatal(err)
		}
	}
	if interrupted == 0 {
		t.Error("never interrupted")
	}
	for _, name := range []string{"tradeoff_cells.csv", "tradeoff.csv", "tradeoff.md", "run.json"} {
		if readFile(t, filepath.Join(whole, name)) != readFile(t, filepath.Join(pieces, name)) {
			t.Errorf("%s differs", name)
		}
	}
}
