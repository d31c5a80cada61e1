package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann"
	indexcmd "github.com/nngmix/nngmix/cmd/nngmix/internal/index"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/table"
)

func TestIndexSearchEqualsBruteForce(t *testing.T) {
	queries := randomNumbers(60, 2, false)
	tests := []struct {
		name string
		gaps bool
		args []string
		m    exact.Metric
	}{
		{"plain", false, nil, exact.L2Squared},
		{"rows left out", true, []string{"--missing", "drop"}, exact.L2Squared},
		{"l1", false, []string{"--metric", "l1"}, exact.L1},
		{"cosine", false, []string{"--metric", "cosine", "--scale", "minmax"}, exact.Cosine},
		{"inner product", true, []string{"--metric", "innerproduct", "--missing", "drop", "--scale", "minmax"}, exact.InnerProduct},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := randomNumbers(6000, 1, tt.gaps) // fewer are searched without the graph
			dir := t.TempDir()
			index, out := filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
			must(t, append([]string{"index", "build", "--quiet", "--in", in.write(t, "in.csv"), "--label", "y", "--out", index}, tt.args...)...)
			for _, width := range [][]string{{"--ef-search", "500"}, {"--recall-target", "1"}} {
				must(t, append([]string{"index", "search", "--quiet", "--index", index, "--queries", queries.write(t, "q.csv"), "--k", "7", "--out", out, "--force"}, width...)...)
				if diff := cmp.Diff(in.truth(t, queries, 7, tt.m), readHits(t, out), compareHits); diff != "" {
					t.Errorf("%v: (-brute force +index):\n%s", width, diff)
				}
			}
		})
	}
}

func TestIndexSearchUnscaled(t *testing.T) {
	in := randomNumbers(500, 1, false)
	dir := t.TempDir()
	path, index, out := in.write(t, "in.csv"), filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.csv")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--scale", "none", "--out", index)
	must(t, "index", "search", "--quiet", "--index", index, "--queries", path, "--k", "2", "--out", out)
	header, rows := records(t, out)
	if want := []string{"query", "rank", "id", "distance"}; !slices.Equal(header, want) || len(rows) != 1000 {
		t.Fatalf("columns %v, %d rows", header, len(rows))
	}
	for i := 0; i < len(rows); i += 2 {
		if q := strconv.Itoa(i / 2); rows[i][0] != q || rows[i][1] != "0" || rows[i][2] != q || rows[i][3] != "0.0" || rows[i+1][1] != "1" {
			t.Fatalf("query %s: nearest %v, %v", q, rows[i], rows[i+1])
		}
		a, _ := strconv.Atoi(rows[i][2])
		b, _ := strconv.Atoi(rows[i+1][2])
		var want float64
		for j, x := range in.rows[a] {
			d := float64(float32(x)) - float64(float32(in.rows[b][j]))
			want += float64(d * d)
		}
		if got, _ := strconv.ParseFloat(rows[i+1][3], 64); got != want {
			t.Fatalf("query %d: distance %v, want %v", i/2, got, want)
		}
	}
}

func TestIndexSearchOfFewRows(t *testing.T) {
	in := randomNumbers(4, 1, false)
	dir := t.TempDir()
	path, index, out := in.write(t, "in.csv"), filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--out", index)
	for _, k := range []string{"6", "1099511627776", "9223372036854775807"} {
		must(t, "index", "search", "--quiet", "--force", "--index", index, "--queries", path, "--k", k, "--out", out)
		h := readHits(t, out)
		if h.queries != 4 || h.k != 4 {
			t.Fatalf("k %s: shape %d x %d", k, h.queries, h.k)
		}
		for q := range 4 {
			ids, distances := h.ids[4*q:][:4], h.distances[4*q:][:4]
			if all := slices.Sorted(slices.Values(ids)); ids[0] != int64(q) || !slices.Equal(all, []int64{0, 1, 2, 3}) || !slices.IsSorted(distances) {
				t.Errorf("k %s, query %d: %v %v", k, q, ids, distances)
			}
		}
	}
}

// writeArray writes columns of t as the array X of an NPZ file, with labels.
func (t *numbers) writeArray(tb testing.TB, columns ...int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "in.npz")
	var fields []table.Field
	var data []table.Column
	for _, j := range columns {
		values := make([]float64, len(t.rows))
		for i := range values {
			values[i] = t.rows[i][j]
		}
		c := table.New(fmt.Sprint(j), values)
		data, fields = append(data, c), append(fields, c.Field())
	}
	label := make([]int64, len(t.rows))
	for i, y := range t.labels {
		label[i] = int64(y)
	}
	data, fields = append(data, table.New("y", label)), append(fields, table.Field{Name: "y", Type: table.Int64, Role: table.Label})
	w, err := table.Create(path, fields, table.WriteOptions{Rows: int64(len(t.rows))})
	if err != nil {
		tb.Fatal(err)
	}
	if err := w.Write(data, 0, len(t.rows)); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// TestIndexColumnsOfQueries searches for the same rows in tables that name, order
// and mix their columns differently.
func TestIndexColumnsOfQueries(t *testing.T) {
	in := randomNumbers(800, 1, false)
	dir := t.TempDir()
	named, out := filepath.Join(dir, "named.nngx"), filepath.Join(dir, "hits.npz")
	must(t, "index", "build", "--quiet", "--in", in.write(t, "in.csv"), "--label", "y", "--out", named)
	array := filepath.Join(dir, "array.nngx")
	must(t, "index", "build", "--quiet", "--in", in.writeArray(t, 0, 1, 2), "--drop", "x1", "--out", array)

	shuffled := filepath.Join(dir, "shuffled.csv")
	text := "note,c,b,a\n"
	for _, row := range in.rows {
		text += fmt.Sprintf("text,%v,%v,%v\n", row[2], row[1], row[0])
	}
	os.WriteFile(shuffled, []byte(text), 0o666)
	tests := []struct {
		name, index, queries string
		ignored              []string
	}{
		{"by name", named, in.write(t, "q.csv"), []string{"y"}},
		{"in another order", named, shuffled, []string{"note"}},
		{"array by place", named, in.writeArray(t, 0, 1, 2), []string{"y"}},
		{"array with a column left out", array, in.writeArray(t, 0, 2), []string{"y"}},
		{"array with the column to leave out", array, in.writeArray(t, 0, 1, 2), []string{"x1", "y"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := filepath.Join(t.TempDir(), "r.json")
			must(t, "index", "search", "--quiet", "--index", tt.index, "--queries", tt.queries, "--k", "1", "--out", out, "--force", "--report", report)
			for q, id := range readHits(t, out).ids {
				if int(id) != q {
					t.Fatalf("row %d is nearest to row %d", id, q)
				}
			}
			var r indexcmd.SearchReport
			if err := json.Unmarshal([]byte(readFile(t, report)), &r); err != nil || !slices.Equal(r.Ignored, tt.ignored) {
				t.Errorf("ignored %v, want %v (%v)", r.Ignored, tt.ignored, err)
			}
		})
	}
}

// TestIndexMedian searches for rows with missing values in an index that fills them.
func TestIndexMedian(t *testing.T) {
	in := randomNumbers(800, 1, true)
	dir := t.TempDir()
	path, index, out := in.write(t, "in.csv"), filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--missing", "median", "--out", index)
	must(t, "index", "search", "--quiet", "--index", index, "--queries", path, "--k", "1", "--out", out)
	for q, id := range readHits(t, out).ids {
		if int(id) != q {
			t.Fatalf("row %d is nearest to row %d", id, q)
		}
	}
}

func TestIndexReports(t *testing.T) {
	in := randomNumbers(6000, 1, true)
	in.rows[9] = in.rows[8] // a copy
	dir := t.TempDir()
	path, index := in.write(t, "in.csv"), filepath.Join(dir, "t.nngx")
	report := filepath.Join(dir, "r.json")
	keys := func() map[string]any {
		var m map[string]any
		if err := json.Unmarshal([]byte(readFile(t, report)), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--missing", "drop", "--out", index, "--report", report, "--threads", "1")
	used := len(in.complete())
	r := keys()
	for _, key := range []string{"build_seconds", "index_bytes", "peak_rss_bytes", "file_bytes", "links"} {
		if x, ok := r[key].(float64); !ok || x <= 0 {
			t.Errorf("build: %s is %v", key, r[key])
		}
	}
	if r["rows"] != 6000.0 || r["dropped"] != float64(6000-used) || r["unique_rows"] != float64(used-1) || r["method"] != "hnsw" || r["threads"] != 1.0 || r["simd"] == "" {
		t.Errorf("build: %v", r)
	}
	queries := randomNumbers(2000, 2, false).write(t, "q.csv")
	must(t, "index", "search", "--quiet", "--index", index, "--queries", queries, "--out", filepath.Join(dir, "h.npz"), "--report", report, "--force", "--recall-target", "0.95")
	r = keys()
	for _, key := range []string{"search_seconds", "index_bytes", "peak_rss_bytes", "queries_per_second", "tune_seconds"} {
		if x, ok := r[key].(float64); !ok || x <= 0 {
			t.Errorf("search: %s is %v", key, r[key])
		}
	}
	if r["rows"] != float64(used) || r["queries"] != 2000.0 || r["method"] != "hnsw" {
		t.Errorf("search: %v", r)
	}
	tuned, _ := r["tuned"].(map[string]any)
	if tuned["met"] != true || tuned["recall"].(float64) < 0.95 || r["ef_search"] != tuned["ef_search"] {
		t.Errorf("search: tuned %v, ef %v", tuned, r["ef_search"])
	}
}

func TestIndexInfoAndVerify(t *testing.T) {
	in := randomNumbers(900, 1, true)
	dir := t.TempDir()
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", in.write(t, "payments.csv"), "--label", "y", "--missing", "drop", "--seed", "4", "--out", index)
	out := must(t, "index", "info", index)
	for _, want := range []string{"771 of 3 columns", "M 16", "seed 4", "payments.csv, 900 rows, 129 of them left out", "label y", "minmax", "float64"} {
		if !strings.Contains(out, want) {
			t.Errorf("info prints %q, want it to hold %q", out, want)
		}
	}
	var info indexcmd.Info
	if err := json.Unmarshal([]byte(must(t, "index", "info", "--json", index)), &info); err != nil {
		t.Fatal(err)
	}
	if info.Rows != 771 || info.Table.Rows != 900 || !slices.Equal(info.Table.Names(), []string{"a", "b", "c"}) {
		t.Errorf("info --json prints %+v", info)
	}
	if out := must(t, "index", "verify", index); !strings.Contains(out, "sound, 771 rows") {
		t.Errorf("verify prints %q", out)
	}

	foreign := filepath.Join(dir, "foreign.nngx")
	x, err := ann.Build(t.Context(), []float32{1, 2, 3, 4}, 2, ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Save(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "index", "info", foreign); !strings.Contains(out, "2 of 2 columns") || !strings.Contains(out, "a program made this index") {
		t.Errorf("info of an index of a program prints %q", out)
	}
}

// TestIndexSameBytes builds with other numbers of threads and from other formats.
func TestIndexSameBytes(t *testing.T) {
	in := randomNumbers(6000, 1, false)
	dir := t.TempDir()
	path := in.write(t, "in.csv")
	var want string
	for _, threads := range []string{"1", "2", "5"} {
		index := filepath.Join(dir, threads+".nngx")
		must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--out", index, "--threads", threads)
		if want == "" {
			want = readFile(t, index)
		} else if readFile(t, index) != want {
			t.Errorf("%s threads give other bytes than 1", threads)
		}
	}
}
