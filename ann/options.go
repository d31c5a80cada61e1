package ann

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
)

// Neighbor is a row near a query: its id, its key where rows have keys, and its
// distance.
type Neighbor = exact.Neighbor

// Result holds the neighbors of a batch of queries. Of returns those of one.
type Result = exact.Result

// Bitmap is a set of row ids: which rows a search may return, see
// SearchOptions.Allowed. The zero value is empty; Add, Remove, Contains, Len and All are
// its methods.
type Bitmap = exact.Bitmap

// NewBitmap returns the set of the given ids.
func NewBitmap(ids ...uint32) *Bitmap { return exact.NewBitmap(ids...) }

// Options say how an index is built. The zero value is good for most tables.
type Options struct {
	// Metric compares rows. Default L2Squared.
	Metric exact.Metric
	// Nominal is the number of last columns that hold category codes. Such a
	// column adds 1 to the distance where the codes differ and 0 where they are
	// equal. Where it has more than 64 categories, or such columns have more than
	// 1,024 together, searches take longer for the same recall; codes should be
	// whole numbers from 0 on without large gaps. L2Squared only; 0, the default, to
	// the number of columns.
	Nominal int
	// M bounds the links of a row to 2M (M0 in the paper). More links cost memory
	// (8M bytes a row) and build time and gain recall where the rows have many
	// intrinsic dimensions. 2 to 128; 0, the default, means 16.
	M int
	// EfConstruction is the width of the searches from whose results the links
	// of a row are chosen. More costs build time and gains recall. 1 to 10,000; 0, the
	// default, means 64.
	EfConstruction int
	// Quantize says whether searches compare copies of the rows with 8 bits a
	// column first. The zero value, QuantizeAuto, does so where it pays.
	Quantize Quantize
	// Keyed says that the caller gives rows keys of its own, any uint64, by AddKeyed and
	// Upsert. New takes it; BuildKeyed sets it. A key takes 12 bytes.
	Keyed bool
	// Seed of all random choices. The same rows, options and seed give the same
	// index, bit for bit, at any number of threads and on any instruction set.
	Seed uint64
	// Threads is the number of goroutines at work; 0, the default, means
	// GOMAXPROCS.
	Threads int
	// Progress, where it is not nil, the default, is told by Build how many of the
	// steps of its work are done. It is called from one goroutine at a time; total
	// is the same in all calls, done ascends, and is total in the last one of a
	// Build without an error. An Index does not keep it.
	Progress func(done, total int)
}

// DefaultOptions returns the zero value with what it stands for.
func DefaultOptions() Options { return Options{}.filled() }

// filled returns o with defaults in the place of zeros.
func (o Options) filled() Options {
	o.M, o.EfConstruction = cmp.Or(o.M, 16), cmp.Or(o.EfConstruction, 64)
	return o
}

// graph returns what of o concerns the graph.
func (o *Options) graph() graph.Options {
	return graph.Options{M: o.M, EfConstruction: o.EfConstruction, Seed: o.Seed, Threads: o.Threads, Progress: o.Progress}
}

// SearchOptions say how a query is answered. The zero value is good for most.
type SearchOptions struct {
	// EfSearch is the number of nearest rows whose links the search follows. More
	// costs time and gains recall. At least 1; it may be less than k, which suffices
	// for many tables. 0, the default, means k, but at least 64. Tune finds what a recall
	// target needs.
	EfSearch int
	// Threads is the number of goroutines that answer the queries of a batch; 0, the
	// default, means GOMAXPROCS.
	Threads int
	// Allowed, where it is not nil, is the set of the rows that may be returned. Where
	// they are few, all of them are compared with a query; where they are many a walk
	// passes through others. It must not be changed before the search has returned.
	// Prefer it to Filter.
	Allowed *Bitmap
	// Filter, where it is not nil, says which rows may be returned, of those that Allowed
	// holds where both are there. It is called from all threads, often: in a batch up to
	// once for each row, in a search of one query for each row that the walk passes, or
	// for all where it allows few: then that is most of the time that the search takes.
	// It is asked for each of the rows that are equal to one, until one is allowed. A
	// panic in it reaches the caller of the search.
	Filter func(id uint32) bool
	// FilterKey is Filter for the keys of rows, in an index that has keys. Where both
	// are there, rows are returned that both allow.
	FilterKey func(key uint64) bool
	// Counters, where it is not nil, receives what the searches did, added to
	// what it holds. Searches that run at once may share it; read it when they have
	// ended.
	Counters *Counters
}

// usualEf is the least that an EfSearch of 0 means.
const usualEf = 64

// width returns the width of a search for k rows.
func (o *SearchOptions) width(k int) int {
	if o.EfSearch > 0 {
		return o.EfSearch
	}
	return max(k, usualEf)
}

// Counters tell how much work searches did.
type Counters struct {
	Distances int64 // distances computed, entry points included
	Entries   int64 // of these, those to entry points, which take a tenth of the time of others
	Hops      int64 // rows whose links were followed
}

// counting is held while work is added to any Counters, which callers may share.
var counting sync.Mutex

// take adds the work of a search to c, unless it is nil, and sets it to zero.
func (c *Counters) take(work *graph.Work) {
	if c != nil {
		counting.Lock()
		defer counting.Unlock()
		c.Distances += work.Distances
		c.Entries += work.Entries
		c.Hops += work.Hops
	}
	*work = graph.Work{}
}

// The errors of this package, to be told apart with errors.Is.
var (
	ErrOptions   = errors.New("ann: invalid options")                                // Validate, searches, changes
	ErrEmpty     = errors.New("ann: no rows")                                        // Build
	ErrDimension = errors.New("ann: rows and columns do not fit")                    // Build, Add, searches
	ErrNotFinite = errors.New("ann: values must be finite")                          // Build, Add, searches
	ErrK         = errors.New("ann: k must be at least 1")                           // searches
	ErrTooLarge  = errors.New("ann: more than an index can hold")                    // Build, Add, searches
	ErrID        = errors.New("ann: no row has such an id")                          // Set, Row
	ErrKey       = errors.New("ann: keys do not fit")                                // BuildKeyed, Add, AddKeyed, Upsert, Set
	ErrCorrupt   = errors.New("ann: the file is damaged or not an index")            // Open, Verify, and whatever reads an opened file
	ErrVersion   = errors.New("ann: the file needs another version of this program") // Open
	ErrClosed    = errors.New("ann: the index is closed")                            // whatever uses an index after Close
)

// Validate returns an error that lists all violations, or nil.
func (o Options) Validate() error {
	var v violations
	v.report(o.Metric > exact.InnerProduct, "Metric is %v, want l2squared, l1, cosine or innerproduct", o.Metric)
	v.report(o.Nominal < 0, "Nominal is %d, want at least 0", o.Nominal)
	v.report(o.Nominal > 0 && o.Metric != exact.L2Squared, "Nominal is %d with metric %v, want metric %v", o.Nominal, o.Metric, exact.L2Squared)
	v.report(o.M != 0 && (o.M < 2 || o.M > 128), "M is %d, want 2 to 128, or 0 for 16", o.M)
	v.report(o.EfConstruction < 0 || o.EfConstruction > 10_000, "EfConstruction is %d, want 1 to 10000, or 0 for 64", o.EfConstruction)
	v.report(o.Quantize > QuantizeOn, "Quantize is %d, want 0 to 2", o.Quantize)
	v.report(o.Quantize == QuantizeOn && !hasCodes(o.Metric, 1), "Quantize is on, but there are no codes under %v: want auto or off", o.Metric)
	v.report(o.Threads < 0, "Threads is %d, want at least 0", o.Threads)
	return v.err()
}

// Validate returns an error that lists all violations, or nil.
func (o SearchOptions) Validate() error {
	var v violations
	v.report(o.EfSearch < 0, "EfSearch is %d, want at least 1, or 0 for the usual", o.EfSearch)
	v.report(o.Threads < 0, "Threads is %d, want at least 0", o.Threads)
	return v.err()
}

// violations collects what is wrong with options.
type violations []string

func (v *violations) report(violated bool, format string, args ...any) {
	if violated {
		*v = append(*v, fmt.Sprintf(format, args...))
	}
}

func (v violations) err() error {
	if len(v) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrOptions, strings.Join(v, "; "))
}
