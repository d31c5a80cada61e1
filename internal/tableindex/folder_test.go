package tableindex

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"
)

// features returns the columns of t that are not its label.
func features(t *table.Table) *table.Table {
	return &table.Table{Rows: t.Rows, Columns: t.Columns[:len(t.Columns)-1]}
}

// summaryOf summarizes a table without a label, in batches.
func summaryOf(t testing.TB, from *table.Table, batch int, opt Options) *dataset.Summary {
	t.Helper()
	s, err := dataset.Summarize(t.Context(), from.InBatches(batch), dataset.Options{Missing: opt.Missing, Scale: opt.Scale, LabeledFraction: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// folderOf builds an index of from in a new folder, from batches.
func folderOf(t testing.TB, from *table.Table, batch int, opt Options, how SegmentOptions) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "i.nngx")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := BuildFolder(t.Context(), dir, from.InBatches(batch), summaryOf(t, from, batch, opt), opt, how); err != nil {
		t.Fatal(err)
	}
	return dir
}

func opened(t testing.TB, path string) *Index {
	t.Helper()
	x, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// readFiles returns the files of a folder by name.
func readFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

// TestFolderEqualsFile builds indexes of one table with segments of several sizes: the
// exact answers and the description are those of one file.
func TestFolderEqualsFile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SampledFrom([]int{1, 2, 40, 300}).Draw(rt, "rows")
		size := rapid.SampledFrom([]int{1, 7, 60, 299, 300, 1000}).Draw(rt, "segment")
		if rows/size > 50 {
			return
		}
		opt := readAs
		opt.Missing = rapid.SampledFrom([]dataset.Missing{dataset.MissingDrop, dataset.MissingMedian}).Draw(rt, "missing")
		from := features(someTable(rows))
		set, err := dataset.New(from, dataset.Options{Missing: opt.Missing, Scale: opt.Scale, LabeledFraction: 1})
		if err != nil {
			rt.Fatal(err)
		}
		scaled, err := Scale(t.Context(), set, opt)
		if err != nil {
			rt.Fatal(err)
		}
		one, err := scaled.Build(t.Context(), ann.DefaultOptions())
		if err != nil {
			rt.Fatal(err)
		}
		x := opened(t, folderOf(t, from, rapid.SampledFrom([]int{1, 50, 1000}).Draw(rt, "batch"), opt, SegmentOptions{Rows: size}))
		if diff := cmp.Diff(one.Schema, x.Schema); diff != "" {
			rt.Fatalf("(-file +folder): %s", diff)
		}
		if want := (one.Stats().Rows + size - 1) / size; x.Segments() != want {
			rt.Errorf("%d segments, want %d", x.Segments(), want)
		}
		queries := scaled.values[:2*min(20, one.Stats().Rows)]
		for _, k := range []int{1, 5, 400} {
			for _, ef := range []int{0, 400} { // exact, and a search so wide that it finds all
				ask := func(x *Index) *exact.Result {
					how := SearchOptions{EfSearch: ef}
					if ef == 0 {
						how.Recall = 1
					}
					res, _, err := Search(t.Context(), x, queries, k, how)
					if err != nil {
						rt.Fatal(err)
					}
					return res
				}
				if diff := cmp.Diff(ask(one), ask(x)); diff != "" {
					rt.Fatalf("k %d, width %d: (-file +folder): %s", k, ef, diff)
				}
			}
		}
	})
}

// TestFolderSameBytes: batches and threads do not matter.
func TestFolderSameBytes(t *testing.T) {
	from := features(someTable(700))
	opt := readAs
	opt.Threads = 1
	want := readFiles(t, folderOf(t, from, 1000, opt, SegmentOptions{Rows: 200}))
	if len(want) != 5 {
		t.Fatalf("%d files, want a manifest and four segments", len(want))
	}
	opt.Threads = 5
	if got := readFiles(t, folderOf(t, from, 33, opt, SegmentOptions{Rows: 200})); cmp.Diff(want, got) != "" {
		t.Error("batches of 33 rows and 5 threads give other bytes")
	}
}

// TestFolderAtRecall: the width is measured for all segments together.
func TestFolderAtRecall(t *testing.T) {
	from := features(someTable(4000))
	x := opened(t, folderOf(t, from, 1000, readAs, SegmentOptions{Rows: 1500}))
	s := summaryOf(t, from, 1000, readAs)
	rows, _ := s.UnlabeledIn(0, from.Columns)
	queries, _, err := generator.SearchMatrix(t.Context(), rows, scales(s), 0)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := x.SearchExact(t.Context(), queries, 10, ann.SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []float64{0.8, 0.95} {
		got, how, err := Search(t.Context(), x, queries, 10, SearchOptions{Recall: target, Measure: true})
		if err != nil {
			t.Fatal(err)
		}
		found, all := 0, 0
		for q := range truth.Counts {
			_, near := got.Of(q)
			_, best := truth.Of(q)
			all += len(best)
			for i := 0; i < len(near) && near[i] <= best[len(best)-1]; i++ {
				found++
			}
		}
		t.Logf("target %v: %s, found %.4f", target, how.Reason, float64(found)/float64(all))
		if how.Method != "hnsw" || how.Tuned.LowerBound < target || float64(found) < target*float64(all) {
			t.Errorf("target %v: found %d of %d with %+v", target, found, all, how.Tuned)
		}
	}
}

// TestFolderUnlabeled: of an index of all rows in segments, the unlabeled ones are
// found as exact search among them finds them.
func TestFolderUnlabeled(t *testing.T) {
	from := someTable(300)
	set := setOf(t, from, "y")
	want, err := indexOf(t, from).Unlabeled(set, readAs, SearchOptions{Recall: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := opened(t, folderOf(t, features(from), 70, readAs, SegmentOptions{Rows: 50})).Unlabeled(set, readAs, SearchOptions{Recall: 1})
	if err != nil {
		t.Fatal(err)
	}
	queries, _, err := generator.SearchMatrix(t.Context(), set.LabeledRows(), scales(set.Summary), 1)
	if err != nil {
		t.Fatal(err)
	}
	a, err := want.SearchBatch(t.Context(), queries, 5)
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.SearchBatch(t.Context(), queries, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("(-file +folder): %s", diff)
	}
}

// TestOpenDamagedFolder changes, takes away and exchanges files of an index: no command
// searches what is left.
func TestOpenDamagedFolder(t *testing.T) {
	from := features(someTable(400))
	dir := folderOf(t, from, 100, readAs, SegmentOptions{Rows: 100})
	files := readFiles(t, dir)
	reseal := func(change func(m *manifest)) string {
		m, err := decodeManifest([]byte(files[manifestName]))
		if err != nil {
			t.Fatal(err)
		}
		change(m)
		return string(m.encode())
	}
	var other map[string]any
	if err := json.Unmarshal([]byte(files[manifestName]), &other); err != nil {
		t.Fatalf("the manifest is no JSON: %v", err)
	}
	first, second := segmentName(0), segmentName(1)
	for _, tt := range []struct {
		name, file, text, want string
	}{
		{"a byte of the manifest", manifestName, strings.Replace(files[manifestName], "minmax", "minmay", 1), "checksum is wrong"},
		{"half a manifest", manifestName, files[manifestName][:200], "checksum is wrong"},
		{"an empty manifest", manifestName, "", "damaged"},
		{"a newer manifest", manifestName, reseal(func(m *manifest) { m.Version = 9 }), "use a newer nngmix"},
		{"no segments", manifestName, reseal(func(m *manifest) { m.Segments = nil }), "damaged"},
		{"a segment twice", manifestName, reseal(func(m *manifest) { m.Segments[1].Name = m.Segments[0].Name }), "damaged"},
		{"a path", manifestName, reseal(func(m *manifest) { m.Segments[1].Name = "../x.nngx" }), "damaged"},
		{"rows", manifestName, reseal(func(m *manifest) { m.Segments[0].Rows++ }), "damaged"},
		{"more rows in all", manifestName, reseal(func(m *manifest) { m.Table.Rows, m.Segments[3].Rows = m.Table.Rows+1, m.Segments[3].Rows+1 }), "damaged"},
		{"rows that no file holds", manifestName, reseal(func(m *manifest) {
			const many = 1 << 30 // which 32 bits hold
			m.Table.Rows, m.Segments[3].Rows = m.Table.Rows+many, m.Segments[3].Rows+many
			m.Table.Dropped, m.Segments[3].Dropped = m.Table.Dropped+many, m.Segments[3].Dropped+many
		}), "damaged"},
		{"a range", manifestName, reseal(func(m *manifest) { m.Table.Columns[0].Min = 9 }), "damaged"},
		{"another segment", first, files[second], "not the file that manifest.json tells of"},
		{"a byte of a header", first, files[first][:40] + "x" + files[first][41:], "not the file that manifest.json tells of"},
		{"half a segment", second, files[second][:5000], "it has 5000 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, tt.file)
			if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
				t.Fatal(err)
			}
			defer os.WriteFile(path, []byte(files[tt.file]), 0o666)
			_, err := Open(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got %v, want %q and the file", err, tt.want)
			}
		})
	}
	if err := os.Remove(filepath.Join(dir, second)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), second) {
		t.Errorf("without a segment: %v", err)
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "without manifest.json") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, first)); err == nil || !strings.Contains(err.Error(), "name the folder") {
		t.Errorf("a segment alone: %v", err)
	}
}

// TestGapList compares with bits that are set one by one.
func TestGapList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []int
		g, first := newGapList(300), 0
		for first < 300 {
			n := min(300-first, rapid.IntRange(1, 40).Draw(t, "rows"))
			var used []int
			for i := range n {
				if rapid.Bool().Draw(t, "used") {
					used = append(used, i)
					want = append(want, first+i)
				}
			}
			g.copy(first, gaps(used, n))
			first += n
		}
		if want := gaps(want, 300); want != nil && !slices.Equal(g.bits, want) {
			t.Errorf("got %x, want %x", g.bits, want)
		}
	})
}
