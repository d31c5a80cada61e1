package exact

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/simd"
)

// Metric says how two rows are compared; the package comment has the formulas.
type Metric uint8

// The metrics.
const (
	L2Squared Metric = iota
	L1
	Cosine
	InnerProduct
)

var metricNames = [...]string{"l2squared", "l1", "cosine", "innerproduct"}

// String returns the name that ParseMetric takes.
func (m Metric) String() string { return name(metricNames[:], int(m)) }

// ParseMetric returns the metric called name, in any case.
func ParseMetric(name string) (Metric, error) {
	i, err := parse(metricNames[:], "metric", name)
	return Metric(i), err
}

// kernels returns the kernels that filter candidates under m.
func (m Metric) kernels(level simd.Level) (*simd.Kernels, error) {
	switch m {
	case L1:
		return simd.At(level, simd.L1)
	case Cosine, InnerProduct:
		return simd.At(level, simd.InnerProduct)
	}
	return simd.At(level, simd.L2Squared)
}

// Method is a way to find the neighbors. All of them give the same answer.
type Method uint8

// The methods.
const (
	Auto   Method = iota // the cheaper one by estimate
	Brute                // compare every query with every distinct row
	KDTree               // skip blocks of rows by their bounding boxes; L2Squared and L1 only
)

var methodNames = [...]string{"auto", "brute", "kdtree"}

// String returns the name that ParseMethod takes.
func (m Method) String() string { return name(methodNames[:], int(m)) }

// ParseMethod returns the method called name, in any case.
func ParseMethod(name string) (Method, error) {
	i, err := parse(methodNames[:], "method", name)
	return Method(i), err
}

func name(names []string, i int) string {
	if i >= len(names) {
		return fmt.Sprintf("unknown(%d)", i)
	}
	return names[i]
}

func parse(names []string, what, name string) (int, error) {
	for i, n := range names {
		if strings.EqualFold(n, name) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("exact: unknown %s %q: want one of %s", what, name, strings.Join(names, ", "))
}

// Options say how an index is made and searched. The zero value is
// DefaultOptions.
type Options struct {
	// Metric compares rows. Default L2Squared.
	Metric Metric
	// Method is how neighbors are found; it changes the time taken and never
	// the answer. Default Auto.
	Method Method
	// Nominal is the number of last columns that hold category codes. Such a
	// column adds 1 to the distance where the codes differ and 0 where they are
	// equal. L2Squared only; 0 to the number of columns. Default 0.
	Nominal int
	// Queries is the number of distinct queries expected, which Auto weighs
	// against the cost of building. 0, the default, means many.
	Queries int
	// Threads is the number of goroutines at work. 0, the default, means
	// GOMAXPROCS. The answer does not depend on it.
	Threads int
	// Progress, where it is not nil, is told how many queries of a batch are
	// answered. It is called from one goroutine at a time.
	Progress func(done, total int)
}

// DefaultOptions returns the options that suit most tables.
func DefaultOptions() Options { return Options{} }

// The errors of this package, to be told apart with errors.Is.
var (
	ErrOptions   = errors.New("exact: invalid options")                 // Options.Validate
	ErrEmpty     = errors.New("exact: no rows")                         // Build, Search
	ErrDimension = errors.New("exact: rows and columns do not fit")     // Build, Search, SearchBatch
	ErrNotFinite = errors.New("exact: values must be finite")           // Build, Search, SearchBatch
	ErrK         = errors.New("exact: k must be at least 1")            // Search, SearchBatch
	ErrTooLarge  = errors.New("exact: more rows than row ids can tell") // Build, Search
)

// Validate returns an error that lists all violations, or nil.
func (o Options) Validate() error {
	var bad []string
	report := func(violated bool, format string, args ...any) {
		if violated {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	report(int(o.Metric) >= len(metricNames), "Metric is %v, want one of %s", o.Metric, strings.Join(metricNames[:], ", "))
	report(int(o.Method) >= len(methodNames), "Method is %v, want one of %s", o.Method, strings.Join(methodNames[:], ", "))
	report(o.Nominal < 0, "Nominal is %d, want at least 0", o.Nominal)
	report(o.Nominal > 0 && o.Metric != L2Squared, "Nominal is %d with metric %v, want metric %v", o.Nominal, o.Metric, L2Squared)
	report(o.Method == KDTree && o.Metric != L2Squared && o.Metric != L1, "Method is %v with metric %v, want metric %v or %v, or method %v",
		KDTree, o.Metric, L2Squared, L1, Brute)
	report(o.Queries < 0, "Queries is %d, want at least 0", o.Queries)
	report(o.Threads < 0, "Threads is %d, want at least 0", o.Threads)
	if len(bad) > 0 {
		return fmt.Errorf("%w: %s", ErrOptions, strings.Join(bad, "; "))
	}
	return nil
}
