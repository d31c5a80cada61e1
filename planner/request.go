package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// Method is a way to find neighbors.
type Method uint8

// The methods.
const (
	Auto   Method = iota // the cheapest one by estimate
	Brute                // compare every query with every distinct row
	KDTree               // skip rows by the boxes of a tree; L2Squared and L1 only
	Graph                // search a graph of the rows; for recall targets below 1
	methods
)

var methodNames = [methods]string{"auto", "brute", "kdtree", "hnsw"}

// String returns the name of m on command lines.
func (m Method) String() string {
	if m >= methods {
		return fmt.Sprintf("unknown(%d)", uint8(m))
	}
	return methodNames[m]
}

// MarshalText returns the name of m.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText sets m to the method with the name in text.
func (m *Method) UnmarshalText(text []byte) error {
	i := slices.Index(methodNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("planner: unknown method %q: want one of %s", text, strings.Join(methodNames[:], ", "))
	}
	*m = Method(i)
	return nil
}

// Request says what is searched for, and what the search may take. The zero value, with
// Rows, Dim, Queries and K, asks for exact answers.
type Request struct {
	Rows    []float32    // n rows of Dim columns, row-major, finite
	Dim     int          // columns
	Nominal int          // the last so many columns hold category codes, see exact.Options
	Metric  exact.Metric // default L2Squared
	Queries []float32    // whole rows of Dim columns, finite
	K       int          // neighbors of each query, at least 1

	// Method is how to search. With Auto, the default, the planner chooses.
	Method Method
	// Recall is the least share of the true neighbors to be found, in (0, 1]. 1, or 0,
	// the default, is the exact answer. Below 1 a graph may answer, as ann.Index.Tune
	// promises it.
	Recall float64
	// EfSearch is how wide searches of the graph are, with Method Graph: then Recall
	// does not matter and is not measured. 0, the default, leaves it to Recall.
	EfSearch int
	// Reuse is the number of further queries like these that the same index will
	// answer later, see Outcome. Default 0.
	Reuse int
	// Index is a graph of Rows that exists already, or nil, the default.
	Index *ann.Index
	// Build says how a graph is built where Index is nil; Metric, Nominal and Threads
	// in it do not matter.
	Build ann.Options
	// Tune says how EfSearch is found; Threads in it does not matter.
	Tune ann.TuneOptions
	// MemoryCap is the number of bytes that an index may take beside the rows;
	// 0, the default, means any. Brute force takes none.
	MemoryCap int64
	// Threads is the number of goroutines; 0, the default, means GOMAXPROCS.
	Threads int
	// Machine is how slow the machine is; the zero value, the default, means
	// ThisMachine().
	Machine Machine
	// Progress, where it is not nil, is told how many queries are answered. It is
	// called from one goroutine at a time.
	Progress func(done, total int)
}

// DefaultRequest returns a request for exact answers, without rows and queries.
func DefaultRequest() Request {
	return Request{Recall: 1, Build: ann.DefaultOptions(), Tune: ann.DefaultTuneOptions()}
}

// ErrRequest is the error of a request that cannot be carried out.
var ErrRequest = errors.New("planner: invalid request")

// Validate returns an error that lists all violations, or nil. Rows, queries, Dim
// and K are left to New.
func (r *Request) Validate() error {
	var bad []string
	report := func(violated bool, format string, args ...any) {
		if violated {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	report(r.Method >= methods, "Method is %v, want one of %s", r.Method, strings.Join(methodNames[:], ", "))
	report(!(r.Recall >= 0 && r.Recall <= 1), "Recall is %v, want above 0 and at most 1, or 0 for 1", r.Recall)
	report(r.EfSearch < 0 || r.EfSearch > 0 && r.Method != Graph, "EfSearch is %d and Method %v, want 0, or more with %v", r.EfSearch, r.Method, Graph)
	report(r.Method == Graph && (r.Recall == 1 || r.Recall == 0) && r.EfSearch == 0, "Method is %v with Recall 1, want Recall below 1, an EfSearch, or an exact method", Graph)
	report(r.Reuse < 0, "Reuse is %d, want at least 0", r.Reuse)
	report(r.MemoryCap < 0, "MemoryCap is %d, want at least 0", r.MemoryCap)
	report(r.Threads < 0, "Threads is %d, want at least 0", r.Threads)
	for _, err := range []error{r.Build.Validate(), r.Tune.Validate()} {
		report(err != nil, "%v", err)
	}
	if r.Index != nil && r.Dim > 0 {
		s := r.Index.Stats()
		report(s.Dim != r.Dim || s.Rows != len(r.Rows)/r.Dim, "Index holds %d rows of %d columns, want %d of %d", s.Rows, s.Dim, len(r.Rows)/r.Dim, r.Dim)
		report(r.Index.Options().Nominal != r.Nominal, "Index has %d nominal columns, want %d", r.Index.Options().Nominal, r.Nominal)
		report(r.Index.Options().Metric != r.Metric, "Index has metric %v, want %v", r.Index.Options().Metric, r.Metric)
	}
	if len(bad) > 0 {
		return fmt.Errorf("%w: %s", ErrRequest, strings.Join(bad, "; "))
	}
	return nil
}
