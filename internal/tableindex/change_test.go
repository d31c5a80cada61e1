package tableindex

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// cut returns the rows from ≤ i < to of a table.
func cut(t *table.Table, from, to int) *table.Table {
	out := &table.Table{Rows: to - from}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, table.Rows(c, from, to))
	}
	return out
}

// changed starts a change of the index in dir and ends it after f.
func changed(t testing.TB, dir string, f func(c *Change)) {
	t.Helper()
	c, err := NewChange(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f(c)
}

// addTo adds the rows of more to the index in dir, from batches.
func addTo(t testing.TB, dir string, more *table.Table, batch, size int) *Addition {
	t.Helper()
	var a *Addition
	changed(t, dir, func(c *Change) {
		var err error
		if a, err = c.Add(t.Context(), more.InBatches(batch), Options{Source: "more.csv"}, SegmentOptions{Rows: size}); err != nil {
			t.Fatal(err)
		}
	})
	return a
}

// nearest returns the exact answers to rows of the table as queries.
func nearest(t testing.TB, x *Index, from *table.Table, rows []int) *exact.Result {
	t.Helper()
	list := slices.Clone(from.Columns)
	full := make([]float64, from.Rows) // a query has no gaps
	from.Columns[1].Floats(full, 1, 0, from.Rows)
	for i, v := range full {
		if v != v {
			full[i] = 0
		}
	}
	list[1] = table.New(list[1].Name(), full)
	q, err := x.Schema.takeQueries(&table.Table{Rows: from.Rows, Columns: list})
	if err != nil {
		t.Fatal(err)
	}
	all, err := q.Rows(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var queries []float32
	dim := len(x.Schema.Columns)
	for _, i := range rows {
		queries = append(queries, all[i*dim:][:dim]...)
	}
	res, err := x.SearchExact(t.Context(), queries, 6, ann.SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// mixedTable returns rows of which those behind half are within the ranges of the
// others, with categories of both sorts, the last ones of which are new there.
func mixedTable(rows int) *table.Table {
	from := someTable(rows)
	texts, codes, numbers := []string{"x", "y", "z", "new"}, make([]uint32, rows), make([]int64, rows)
	a, b := make([]float64, rows), make([]int64, rows)
	from.Columns[0].Floats(a, 1, 0, rows)
	gaps := make([]bool, rows)
	for i := range rows {
		codes[i], numbers[i] = uint32(i%3), []int64{1 << 60, 1<<60 + 1}[i%2]
		if i > 2*rows/3 {
			codes[i], numbers[i] = uint32(i%4), []int64{1<<60 + 2, 1<<60 + 1}[i%2]
		}
		b[i], gaps[i] = int64(i*7919%100), i%17 == 3
	}
	a[0], a[1], b[0], b[1] = 0, 1, 0, 99
	return &table.Table{Rows: rows, Columns: []table.Column{
		table.New("a", a), table.Live(table.Field{Name: "b", Type: table.Int64}, b, gaps),
		table.Codes("text", codes, texts),
		table.Live(table.Field{Name: "number", Type: table.Int64, Reading: &table.Reading{Category: true}}, numbers, make([]bool, rows)),
	}}
}

// TestAddAndCompact cuts a table, builds an index of the first piece, adds the others
// and puts segments together: the exact answers are those of the index of the whole.
func TestAddAndCompact(t *testing.T) {
	const rows = 240
	from := mixedTable(rows)
	whole := opened(t, folderOf(t, from, 100, readAs, SegmentOptions{Rows: 1000}))
	var asked []int
	for _, i := range []int{0, 1, 4, 100, 161, 170, 239} {
		if !whole.Schema.gap(i) { // rows with gaps are no queries
			asked = append(asked, i)
		}
	}
	want := nearest(t, whole, from, asked)
	same := 0
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 5))
		size, first := []int{30, 100, 1000}[rng.IntN(3)], 20+rng.IntN(180)
		dir := folderOf(t, cut(from, 0, first), 33, readAs, SegmentOptions{Rows: size})
		for at := first; at < rows; {
			n := min(rows-at, 10+rng.IntN(80))
			a := addTo(t, dir, cut(from, at, at+n), []int{1, 7, 100}[rng.IntN(3)], size)
			if at += n; a.Rows != n || a.Schema.Rows != at {
				t.Fatalf("seed %d: added %d rows of %d, the index has %d of %d", seed, a.Rows, n, a.Schema.Rows, at)
			}
		}
		check := func(what string, x *Index) {
			if x.Schema.Rows != rows || x.Schema.Dropped != whole.Schema.Dropped || !slices.Equal(x.Schema.Gaps, whole.Schema.Gaps) {
				t.Errorf("seed %d, %s: %d rows, %d dropped", seed, what, x.Schema.Rows, x.Schema.Dropped)
			}
			got := nearest(t, x, from, asked)
			if scaledOtherwise(x, whole) {
				return
			}
			same++
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seed %d, %s: (-whole +added): %s", seed, what, diff)
			}
		}
		before := opened(t, dir)
		check("added", before)
		target := []int{1, 60, 1000}[seed%3]
		changed(t, dir, func(c *Change) {
			built, err := c.Compact(t.Context(), 0, SegmentOptions{Rows: target})
			if err != nil {
				t.Fatal(err)
			}
			if target == 1 && built != nil || target == 1000 && before.Segments() > 1 && built.Segments != 1 {
				t.Errorf("seed %d, %d rows a segment: %d segments became %+v", seed, target, before.Segments(), built)
			}
		})
		after := opened(t, dir)
		check("compact", after)
		check("open while it was made compact", before)
		if files := readFiles(t, dir); len(files) != 1+after.Segments() {
			t.Errorf("seed %d: %d files of %d segments", seed, len(files), after.Segments())
		}
	}
	if same < 12 {
		t.Errorf("only %d indexes had the ranges of the whole", same)
	}
}

// scaledOtherwise tells whether two indexes have other ranges.
func scaledOtherwise(a, b *Index) bool {
	for j, c := range a.Schema.Columns {
		if c.Min != b.Schema.Columns[j].Min || c.Max != b.Schema.Columns[j].Max {
			return true
		}
	}
	return false
}

// TestAddedFits: an index that rows were added to is that of the whole table, unless
// they changed how it is scaled or values are others.
func TestAddedFits(t *testing.T) {
	from := mixedTable(240)
	dir := folderOf(t, cut(from, 0, 200), 50, readAs, SegmentOptions{Rows: 90})
	if a := addTo(t, dir, cut(from, 200, 240), 9, 90); a.Dropped != 2 || a.Learned != nil {
		t.Errorf("it tells of %+v", a)
	}
	fits := func(from *table.Table) error {
		set, err := dataset.New(from, dataset.Options{Missing: readAs.Missing, Scale: readAs.Scale, LabeledFraction: 1})
		if err != nil {
			t.Fatal(err)
		}
		return opened(t, dir).Schema.Fits(set, readAs)
	}
	if err := fits(from); err != nil {
		t.Errorf("the whole table: %v", err)
	}
	for _, row := range []int{5, 230} {
		for value, want := range map[float64]string{0.123: "the values in a are others", 7: "have changed the ranges, medians or categories of a"} {
			other := cut(from, 0, 240)
			values := make([]float64, 240)
			from.Columns[0].Floats(values, 1, 0, 240)
			values[row] = value
			other.Columns[0] = table.New("a", values)
			if err := fits(other); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("row %d is %v: got %v, want %q", row, value, err, want)
			}
		}
	}
	if err := fits(cut(from, 0, 200)); err == nil || !strings.Contains(err.Error(), "it has 240 rows, here are 200") {
		t.Errorf("the table as it was: %v", err)
	}
}

// TestAddLearns: categories that are new differ from all others and are found again.
func TestAddLearns(t *testing.T) {
	from := mixedTable(240)
	built := cut(from, 0, 120)
	codes := make([]uint32, 120)
	for i := range codes {
		codes[i] = uint32(i % 3)
	}
	built.Columns[2] = table.Codes("text", codes, []string{"x", "y", "z"})
	dir := folderOf(t, built, 50, readAs, SegmentOptions{Rows: 90})
	if a := addTo(t, dir, cut(from, 120, 240), 9, 90); !slices.Equal(a.Learned, []string{"text", "number"}) {
		t.Errorf("it learned %v", a.Learned)
	}
	x := opened(t, dir)
	if got, want := x.Schema.Columns[3].All(), []string{"1152921504606846976", "1152921504606846977", "1152921504606846978"}; !slices.Equal(got, want) {
		t.Errorf("the numbers are %v, want %v", got, want)
	}
	for _, row := range []int{0, 118, 163, 239} { // one of each category
		res := nearest(t, x, from, []int{row})
		if ids, distances := res.Of(0); x.Schema.RowNumbers().Of(ids[0]) != row || distances[0] != 0 {
			t.Errorf("row %d is nearest to %v at %v", row, ids, distances)
		}
	}
}

// TestAddRefuses: what cannot be added leaves the index as it was.
func TestAddRefuses(t *testing.T) {
	from := mixedTable(240)
	opt := readAs
	opt.Missing = dataset.MissingDrop
	dir := folderOf(t, from, 50, opt, SegmentOptions{Rows: 90})
	before := readFiles(t, dir)
	column := func(j int, c table.Column) *table.Table {
		out := cut(from, 0, c.Len())
		out.Columns[j] = c
		return out
	}
	for _, tt := range []struct {
		name string
		more *table.Table
		want string
	}{
		{"a column less", &table.Table{Rows: 240, Columns: from.Columns[1:]}, "the index needs a column that is missing"},
		{"text for numbers", column(0, table.Codes("a", make([]uint32, 9), []string{"x"})), "column a holds string"},
		{"numbers for text", column(2, table.New("text", make([]float64, 9))), "column text holds float64s, in the index categories of type string"},
		{"no complete row", column(0, table.New("a", []float64{math.NaN(), math.Inf(1)})), "every row has a missing value"},
		{"far away", column(0, table.New("a", []float64{1, 1e300})), "column a, row 1: 1e+300 is too far"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed(t, dir, func(c *Change) {
				_, err := c.Add(t.Context(), tt.more.InBatches(1), Options{}, SegmentOptions{Rows: 1})
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
			})
			if diff := cmp.Diff(before, readFiles(t, dir)); diff != "" {
				t.Error("the index has changed")
			}
		})
	}
}

// TestChangeTidies: what a program that was killed has left is removed, and two do not
// change an index at once.
func TestChangeTidies(t *testing.T) {
	dir := folderOf(t, mixedTable(100), 50, readAs, SegmentOptions{Rows: 90})
	want := readFiles(t, dir)
	for _, name := range []string{segmentName(7), ".nngmix-0123456789abcdef.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	changed(t, dir, func(*Change) {
		if _, err := NewChange(dir); err == nil || !strings.Contains(err.Error(), atomicfile.ErrLocked.Error()) {
			t.Errorf("a second change: %v", err)
		}
	})
	if diff := cmp.Diff(want, readFiles(t, dir)); diff != "" {
		t.Errorf("(-before +after): %s", diff)
	}
	file := filepath.Join(t.TempDir(), "one.nngx")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := NewChange(file); err == nil || !strings.Contains(err.Error(), "it is one file") {
		t.Errorf("a file: %v", err)
	}
}
