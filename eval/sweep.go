package eval

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// Sweep measures engines of neighbor search on the same rows and queries.
type Sweep struct {
	Rows    []float32 // in search space, row-major
	Queries []float32 // as Rows
	Dim     int       // columns of both
	Nominal int       // how many of them, the last ones, hold category codes
	Truth   *exact.Result
	CurveOptions
}

// NewSweep finds the true k nearest rows of each query and returns what engines
// are measured on.
func NewSweep(ctx context.Context, rows, queries []float32, dim, nominal, k int, opt CurveOptions) (*Sweep, error) {
	truth, _, err := exact.Search(ctx, rows, dim, queries, k, exact.Options{Nominal: nominal})
	if err != nil {
		return nil, err
	}
	return &Sweep{rows, queries, dim, nominal, truth, opt}, nil
}

// SweepPoint is what was measured of an engine with one parameter: a line of
// recall.csv.
type SweepPoint struct {
	Engine    string
	Parameter string // "" where the engine has none
	Point
	BuildSeconds float64
	IndexBytes   int64   // 0 where not known
	Distances    float64 // computed for a query, 0 where not counted
}

// Measure runs the queries through search.
func (s *Sweep) Measure(ctx context.Context, search SearchFunc) (Point, error) {
	return MeasurePoint(ctx, search, s.Queries, s.Dim, s.Truth, s.CurveOptions)
}

// Exact measures an exact method.
func (s *Sweep) Exact(ctx context.Context, method exact.Method) (SweepPoint, error) {
	x, err := exact.Build(ctx, s.Rows, s.Dim, exact.Options{Method: method, Nominal: s.Nominal, Threads: s.Threads})
	if err != nil {
		return SweepPoint{}, err
	}
	point, err := s.Measure(ctx, func(ctx context.Context, query []float32, k int) ([]exact.Neighbor, error) {
		return x.Search(ctx, query, k, exact.SearchOptions{})
	})
	stats := x.Stats()
	perQuery := float64(stats.Unique)
	if method == exact.KDTree {
		perQuery = 0 // depends on the query and is not counted
	}
	return SweepPoint{method.String(), "", point, stats.DedupeSeconds + stats.BuildSeconds, stats.Bytes, perQuery}, err
}

// Graph builds a graph as opt says, Nominal and Threads apart, and measures
// searches of the given widths.
func (s *Sweep) Graph(ctx context.Context, opt ann.Options, widths []int) ([]SweepPoint, error) {
	opt.Nominal, opt.Threads = s.Nominal, s.Threads
	x, err := ann.Build(ctx, s.Rows, s.Dim, opt)
	if err != nil {
		return nil, err
	}
	var points []SweepPoint
	for _, ef := range widths {
		p, err := s.width(ctx, x, ef)
		if err != nil {
			return nil, err
		}
		points = append(points, p)
	}
	return points, nil
}

// width measures searches of x of width ef.
func (s *Sweep) width(ctx context.Context, x *ann.Index, ef int) (SweepPoint, error) {
	opt := ann.SearchOptions{EfSearch: ef, Threads: s.Threads}
	point, err := s.Measure(ctx, func(_ context.Context, query []float32, k int) ([]exact.Neighbor, error) {
		return x.Search(ctx, query, k, opt)
	})
	if err != nil {
		return SweepPoint{}, err
	}
	var work ann.Counters
	opt.Counters = &work
	if _, err := x.SearchBatch(ctx, s.Queries, s.Truth.K, opt); err != nil {
		return SweepPoint{}, err
	}
	stats := x.Stats()
	perQuery := float64(work.Distances) / float64(len(s.Truth.Counts))
	return SweepPoint{"hnsw", Width(ef), point, stats.BuildSeconds, stats.Bytes, perQuery}, nil
}

// Width returns the parameter of a search of width ef.
func Width(ef int) string { return "efSearch=" + strconv.Itoa(ef) }

// sweepColumns are the columns of recall.csv; sweepNeeds those that a reader
// needs, texts and numbers.
var (
	sweepColumns = []string{"engine", "parameter", "recall", "recall_by_id", "qps", "p50", "p90", "p99", "max", "build_seconds", "index_bytes", "distances_per_query"}
	sweepNeeds   = [2][]string{{"engine", "parameter"}, {"recall", "qps"}}
)

// SweepRecords returns points as the lines of recall.csv, the first of them the
// names of its columns.
func SweepRecords(points []SweepPoint) [][]string {
	records := [][]string{sweepColumns}
	for _, p := range points {
		records = append(records, p.record())
	}
	return records
}

// record returns p as the fields of a line.
func (p SweepPoint) record() []string {
	number := func(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }
	known := func(x float64) string { // nothing where it is not counted
		if x == 0 {
			return ""
		}
		return number(x, 0)
	}
	return []string{p.Engine, p.Parameter, number(p.ByDistance, 4), number(p.ByID, 4), number(p.QPS, 0),
		number(p.Latency.P50, 7), number(p.Latency.P90, 7), number(p.Latency.P99, 7), number(p.Latency.Max, 7),
		number(p.BuildSeconds, 3), known(float64(p.IndexBytes)), known(p.Distances)}
}

// ReadSweep returns the lines of a recall.csv, the first of them the names of
// its columns. Engine, parameter, recall and qps are there and can be what a
// run measured; other columns may be there or not, and hold anything.
func ReadSweep(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("%s has no rows: the run was not finished; give its command again", path)
	}
	names := records[0]
	for _, name := range slices.Concat(sweepNeeds[:]...) {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s has no column %s; it has %s", path, name, strings.Join(names, ", "))
		}
	}
	for _, name := range sweepNeeds[1] {
		at := slices.Index(names, name)
		for i, record := range records[1:] {
			if err := checkMeasure(name, record[at]); err != nil {
				return nil, fmt.Errorf("%s: line %d: %w", path, i+2, err)
			}
		}
	}
	return records, nil
}

// checkMeasure returns an error for text that is not empty and that no run
// writes to the column called name.
func checkMeasure(name, text string) error {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return nil
	case err != nil || math.IsInf(v, 0) || math.IsNaN(v):
		return fmt.Errorf("%s is %q, not a number", name, text)
	case name == "recall" && !(v >= 0 && v <= 1):
		return fmt.Errorf("recall is %s, want 0 to 1", text)
	case math.Abs(v) > maxNumber:
		return fmt.Errorf("%s is %s, want at most %g", name, text, maxNumber)
	}
	return nil
}
