package eval

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
)

// easy returns a set in which anomalies lie off the other rows.
func easy(name string) *Dataset {
	d := &Dataset{Name: name, Group: "Classical", Dim: 3}
	r := xrand.New(uint64(len(name)), 0)
	for i := range 300 {
		d.Y = append(d.Y, i%5 == 0)
		for range d.Dim {
			v := r.Normal()
			if d.Y[i] {
				v += 2
			}
			d.X = append(d.X, v)
		}
	}
	return d
}

func memory(d *Dataset) Source {
	return Source{Name: d.Name, Group: d.Group, Load: func(context.Context) (*Dataset, error) { return d, nil }}
}

// quick returns options of a study that takes a second.
func quick() StudyOptions {
	opt := DefaultStudyOptions()
	opt.Protocol.MinRows = 0
	opt.Grid = Grid{Methods: []Method{{Name: None}, {Name: Oversample}}, Detectors: []string{"mlp"},
		Labeled: []float64{0.1, 0.05}, Multipliers: []float64{10}, Seeds: 2}
	return opt
}

// withoutSeconds returns the rows of results.csv in dir, as text, without seconds.
func withoutSeconds(t *testing.T, dir string) string {
	t.Helper()
	rows, err := ReadResults(filepath.Join(dir, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rows {
		r.SecondsFit, r.SecondsGenerate = 0, 0
		fmt.Fprintln(&b, r)
	}
	return b.String()
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestStudyIsTheSameHoweverInterrupted(t *testing.T) {
	sets := []Source{memory(easy("one")), memory(easy("three"))}
	whole := t.TempDir()
	opt := quick()
	opt.Threads = 3
	out, err := RunStudy(t.Context(), sets, whole, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Rows) != 16 || len(out.Means) != 4 || len(out.Skipped) != 0 {
		t.Fatalf("%d rows, %d means, skipped %v", len(out.Rows), len(out.Means), out.Skipped)
	}
	for _, r := range out.Rows {
		want := map[string]int{None: 0, Oversample: 10 * r.LabeledRows}[r.Method]
		if (r.Method == Oversample && r.AUROC < 0.8) || r.Generated != want || r.Unlabeled != 210-5 {
			t.Errorf("odd row %+v", r)
		}
	}

	pieces := t.TempDir()
	opt.Threads = 1
	var runs int
	for ; ; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		cells := 0
		opt.Progress = func(p Progress) {
			if cells++; cells == 3 {
				cancel()
			}
		}
		_, err := RunStudy(ctx, sets, pieces, opt)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || runs > 16 {
			t.Fatal(err)
		}
		path := filepath.Join(pieces, "results.csv") // as a kill in the middle of a line leaves it
		if err := os.WriteFile(path, []byte(read(t, path)+"three,Class"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if runs < 4 {
		t.Errorf("only %d interruptions", runs)
	}
	if got, want := withoutSeconds(t, pieces), withoutSeconds(t, whole); got != want {
		t.Errorf("interrupted:\n%s\nuninterrupted:\n%s", got, want)
	}
	for _, name := range []string{"summary.csv", "summary.md", "run.json"} {
		if read(t, pieces, name) != read(t, whole, name) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestStudyReportsBadSets(t *testing.T) {
	bad := easy("empty")
	clear(bad.Y)
	unreadable := Source{Name: "broken", Group: "CV", Load: func(context.Context) (*Dataset, error) {
		return nil, errors.New("no such thing")
	}}
	var mu sync.Mutex
	var told []string
	opt := quick()
	opt.Progress = func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Skipped != nil {
			told = append(told, p.Skipped.Dataset)
		}
	}
	dir := t.TempDir()
	out, err := RunStudy(t.Context(), []Source{memory(bad), memory(easy("fine")), unreadable}, dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Skipped) != 2 || out.Skipped[0].Cells != 8 || !strings.Contains(out.Skipped[1].Reason, "no such thing") {
		t.Errorf("skipped %+v", out.Skipped)
	}
	if len(told) != 2 || len(out.Rows) != 8 {
		t.Errorf("told of %v, %d rows", told, len(out.Rows))
	}
	if text := read(t, dir, "run.json"); !strings.Contains(text, ErrNoAnomalies.Error()) {
		t.Errorf("run.json does not tell why:\n%s", text)
	}
	if _, err := RunStudy(t.Context(), []Source{unreadable}, t.TempDir(), quick()); err == nil {
		t.Error("a study without sets was accepted")
	}
}

func TestStudyRefusesAnotherRunsFolder(t *testing.T) {
	dir := t.TempDir()
	sets := []Source{memory(easy("one"))}
	if _, err := RunStudy(t.Context(), sets, dir, quick()); err != nil {
		t.Fatal(err)
	}
	other := quick()
	other.Grid.Seeds = 3
	if _, err := RunStudy(t.Context(), sets, dir, other); err == nil || !strings.Contains(err.Error(), "another grid") {
		t.Errorf("another grid: got %v", err)
	}
	if _, err := RunStudy(t.Context(), []Source{memory(easy("two"))}, dir, quick()); err == nil {
		t.Error("other sets were accepted")
	}
	if _, err := RunStudy(t.Context(), append(sets, sets...), t.TempDir(), quick()); err == nil {
		t.Error("the same set twice was accepted")
	}
	results := filepath.Join(dir, "results.csv")
	text := strings.Replace(read(t, results), "none,0.1,", "none,x,", 1)
	if err := os.WriteFile(results, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := RunStudy(t.Context(), sets, dir, quick()); err == nil || !strings.Contains(err.Error(), "results.csv: line 2") {
		t.Errorf("a damaged line: got %v", err)
	}
}
