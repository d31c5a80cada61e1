package ann

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/xrand"
)

// TuneOptions say how Tune looks for EfSearch. The zero value is good for most.
type TuneOptions struct {
	// Sample is the least number of queries that are answered exactly to measure
	// recall, or all where they are fewer. Three times the number that can prove
	// the target at all are taken where that is more: 897 for 0.99. 0, the default,
	// means 300.
	Sample int
	// Confidence is the probability with which the recall over all queries is at
	// least the bound that is compared with the target. 0.5 to below 1; 0, the default,
	// means 0.95.
	Confidence float64
	// MaxEf is the widest search that is tried. 0, the default, means 1/32 of the
	// distinct rows, at least 1,000: beyond that exact search is usually faster.
	MaxEf int
	// Seed of the choice of the sample and of the draws behind the bound. Equal
	// seeds give equal results, bit for bit.
	Seed uint64
	// Threads is the number of goroutines; 0, the default, means GOMAXPROCS.
	Threads int
}

// DefaultTuneOptions returns the zero value with what it stands for.
func DefaultTuneOptions() TuneOptions { return TuneOptions{}.filled() }

// filled returns o with defaults in the place of zeros.
func (o TuneOptions) filled() TuneOptions {
	o.Sample, o.Confidence = cmp.Or(o.Sample, 300), cmp.Or(o.Confidence, 0.95)
	return o
}

// Validate returns an error that lists all violations, or nil.
func (o TuneOptions) Validate() error {
	var v violations
	v.report(o.Sample < 0, "Sample is %d, want at least 1, or 0 for 300", o.Sample)
	v.report(o.Confidence != 0 && !(o.Confidence >= 0.5 && o.Confidence < 1), "Confidence is %v, want 0.5 to below 1, or 0 for 0.95", o.Confidence)
	v.report(o.MaxEf < 0, "MaxEf is %d, want at least 0", o.MaxEf)
	v.report(o.Threads < 0, "Threads is %d, want at least 0", o.Threads)
	return v.err()
}

// Tuned is what Tune found.
type Tuned struct {
	EfSearch   int     `json:"ef_search"`   // the narrowest search that was accepted; where none was, the widest tried
	Recall     float64 `json:"recall"`      // of that search, over the sample
	LowerBound float64 `json:"lower_bound"` // on the recall over all queries; Recall itself where all were sampled
	Queries    int     `json:"queries"`     // answered exactly to find out
	Distances  int     `json:"distances"`   // rows that the graph compared a query with, on average
	Met        bool    `json:"met"`         // whether LowerBound is at least the target at less work than comparing with all rows

	walked int // of Distances, those to rows that are no entry points
}

// Tune looks for the least EfSearch with which searches for k rows find a share of
// at least target, in (0, 1), of the true neighbors of queries like these. Recall
// is the mean over queries of the share of the true neighbors that were found;
// a row counts as found where it is as near as the k-th true neighbor, so ties do
// not matter.
//
// The queries must be those that will be asked, or like them: anomalies need wider
// searches than the rows of the index. A sample of them is answered exactly. Where
// it holds all queries, recall is a fact and compared with the target itself;
// otherwise a lower confidence bound over queries is (Learned-Miller and Thomas,
// 2019, arXiv:1905.06208), for which one query of recall 0 is added to the sample,
// since one such may have been missed. EfSearch is doubled from k/4 until it is
// accepted, and then narrowed down to within a tenth.
//
// Where Met is false, no search up to MaxEf was good enough, or one compares queries
// with more than 1/32 of the distinct rows and 5,000, entry points aside: SearchExact
// is the answer. That is so where most rows near the queries are deleted. The errors
// are those of SearchBatch, and ErrOptions for a target outside (0, 1).
func (x *Index) Tune(ctx context.Context, queries []float32, k int, target float64, opt TuneOptions) (_ Tuned, err error) {
	if err := x.checkTuning(queries, k, target, opt); err != nil {
		return Tuned{}, err
	}
	opt = opt.filled()
	s, err := sampleQueries(ctx, queries, x.space.dim, target, opt)
	if err != nil {
		return Tuned{}, err
	}
	g, err := x.enter(0)
	if err != nil {
		return Tuned{}, err
	}
	defer g.end(&err)
	st := x.state.Load()
	return x.tuneOn(ctx, st, x.distinct(st), s, k, target, opt)
}

// SearchAtRecall answers queries with a recall of at least target, in (0, 1], as
// Tune promises it. Tuned.Met tells how: by a search of the graph where it is true,
// exactly where it is false. Exact are also answers to a target of 1, and to so
// few queries that Tune would need the truth of all; Tuned.EfSearch is 0 there.
// All queries see the same state of the index. The errors are those of Tune.
func (x *Index) SearchAtRecall(ctx context.Context, queries []float32, k int, target float64, opt TuneOptions) (res *Result, tuned Tuned, err error) {
	if target == 1 {
		res, err := x.SearchExact(ctx, queries, k, SearchOptions{Threads: opt.Threads})
		return res, exactly, err
	}
	if err := x.checkTuning(queries, k, target, opt); err != nil {
		return nil, Tuned{}, err
	}
	opt = opt.filled()
	s, err := sampleQueries(ctx, queries, x.space.dim, target, opt)
	if err != nil {
		return nil, Tuned{}, err
	}
	g, err := x.enter(0)
	if err != nil {
		return nil, Tuned{}, err
	}
	defer g.end(&err)
	st := x.state.Load()
	tuned = exactly
	all := x.distinct(st)
	if s.weights == nil {
		if tuned, err = x.tuneOn(ctx, st, all, s, k, target, opt); err != nil {
			return nil, Tuned{}, err
		}
	}
	if tuned.Met {
		res, err = x.answer(ctx, st, queries, k, SearchOptions{EfSearch: tuned.EfSearch, Threads: opt.Threads})
	} else {
		res, err = all.search(ctx, queries, k, SearchOptions{Threads: opt.Threads})
	}
	return res, tuned, err
}

// exactly is the result of tuning where the answers need none.
var exactly = Tuned{Recall: 1, LowerBound: 1}

func (x *Index) checkTuning(queries []float32, k int, target float64, opt TuneOptions) error {
	if err := opt.checkTarget(target); err != nil {
		return err
	}
	return x.checkQueries(queries, k, SearchOptions{EfSearch: 1, Threads: opt.Threads})
}

// checkTarget is Validate with a recall target.
func (o TuneOptions) checkTarget(target float64) error {
	if err := o.Validate(); err != nil {
		return err
	}
	if !(target > 0 && target < 1) {
		return fmt.Errorf("%w: the recall target is %v, want it above 0 and below 1; SearchExact has recall 1", ErrOptions, target)
	}
	return nil
}

// SampleSize returns how many queries Tune answers exactly for a recall target in (0, 1), where
// there are more: at least Sample, and enough to prove the target: n perfect ones prove a recall
// of (1-Confidence)^(1/n).
func (o TuneOptions) SampleSize(target float64) int {
	o = o.filled()
	least := xrand.Log(1-o.Confidence) / xrand.Log(target)
	return max(o.Sample, int(math.Ceil(3*least)))
}

// maxEf returns the widest search that is tried among that many distinct rows.
func (o TuneOptions) maxEf(rows int) int {
	if o.MaxEf > 0 {
		return o.MaxEf
	}
	return max(1000, rows/32)
}

func (x *Index) tuneOn(ctx context.Context, st *state, all *distinct, s sample, k int, target float64, opt TuneOptions) (_ Tuned, err error) {
	truth, err := all.search(ctx, s.queries, k, SearchOptions{Threads: opt.Threads})
	if err != nil {
		return Tuned{}, err
	}
	answer := func(ctx context.Context, queries []float32, k int, opt SearchOptions) (*Result, error) {
		return x.answer(ctx, st, queries, k, opt)
	}
	return newTuner(answer, len(all.values), s, truth, k, target, opt).find(ctx)
}

// sample is some of the queries that are to be answered.
type sample struct {
	queries []float32
	weights []float64 // how many queries each stands for, where they are all there are; else nil
}

// sampleQueries returns all distinct queries with the numbers of their copies
// where they are few enough, and otherwise queries drawn without replacement.
func sampleQueries(ctx context.Context, queries []float32, dim int, target float64, opt TuneOptions) (sample, error) {
	most := opt.SampleSize(target)
	groups, err := dedupe.Find(ctx, queries, dim, parallel.Threads(opt.Threads))
	if err != nil {
		return sample{}, err
	}
	var s sample
	if groups.Len() <= most {
		s.weights = make([]float64, groups.Len())
		for i := range s.weights {
			s.weights[i] = float64(groups.Starts[i+1] - groups.Starts[i])
			s.queries = append(s.queries, queries[groups.First(i)*dim:][:dim]...)
		}
		return s, nil
	}
	drawn := sequence(0, len(queries)/dim)
	stream := xrand.New(opt.Seed, 0)
	for i := range most { // the first steps of a shuffle
		j := i + stream.IntN(len(drawn)-i)
		drawn[i], drawn[j] = drawn[j], drawn[i]
	}
	drawn = drawn[:most]
	slices.Sort(drawn)
	for _, q := range drawn {
		s.queries = append(s.queries, queries[int(q)*dim:][:dim]...)
	}
	return s, nil
}

// tuner looks for the least accepted width of a search.
type tuner struct {
	sample
	answer BatchSearch
	truth  *Result
	k      int
	opt    TuneOptions
	target float64
	rows   int // distinct ones
	most   int // the widest search tried
}

func newTuner(answer BatchSearch, rows int, s sample, truth *Result, k int, target float64, opt TuneOptions) *tuner {
	return &tuner{sample: s, answer: answer, truth: truth, k: k, opt: opt, target: target, rows: rows, most: opt.maxEf(rows)}
}

// find doubles the width until it is accepted and then narrows it down.
func (t *tuner) find(ctx context.Context) (Tuned, error) {
	low, ef := 0, min(max(1, t.k/4), t.most)
	best, err := t.try(ctx, ef)
	for err == nil && !best.Met && !t.costly(best) && ef < t.most {
		low, ef = ef, min(2*ef, t.most)
		best, err = t.try(ctx, ef)
	}
	for high := best.EfSearch; err == nil && best.Met && low > 0 && 10*high > 11*low; {
		ef := int(math.Sqrt(float64(low) * float64(high)))
		if ef <= low || ef >= high {
			break
		}
		var between Tuned
		if between, err = t.try(ctx, ef); between.Met {
			best, high = between, ef
		} else {
			low = ef
		}
	}
	return best, err
}

// try measures searches of width ef.
func (t *tuner) try(ctx context.Context, ef int) (Tuned, error) {
	var work Counters
	got, err := t.answer(ctx, t.queries, t.k, SearchOptions{EfSearch: ef, Threads: t.opt.Threads, Counters: &work})
	if err != nil {
		return Tuned{}, err
	}
	recalls := recalls(got, t.truth)
	tuned := Tuned{EfSearch: ef, Recall: mean(recalls, t.weights), Queries: len(recalls)}
	tuned.Distances = int(work.Distances) / max(1, len(recalls))
	tuned.walked = int(work.Distances-work.Entries) / max(1, len(recalls))
	tuned.LowerBound = tuned.Recall
	if t.weights == nil {
		tuned.LowerBound = lowerBound(recalls, t.opt.Confidence, t.opt.Seed)
	}
	tuned.Met = tuned.LowerBound >= t.target && !t.costly(tuned)
	return tuned, nil
}

// costly tells whether searches do so much work that exact search, which compares
// many queries and rows at once and goes through memory in order, takes less time.
func (t *tuner) costly(tuned Tuned) bool {
	return tuned.walked > max(5000, t.rows/32)
}

// recalls returns, for each query, the share of its true neighbors that got has:
// those as near as the last of them. A query without neighbors has recall 1.
func recalls(got, truth *Result) []float64 {
	shares := make([]float64, len(truth.Counts))
	for q := range shares {
		_, near := got.Of(q)
		_, best := truth.Of(q)
		shares[q] = 1
		if n := len(best); n > 0 {
			found := 0
			for found < len(near) && near[found] <= best[n-1] {
				found++
			}
			shares[q] = float64(found) / float64(n)
		}
	}
	return shares
}

// mean returns the mean of values, by weights unless they are nil; 1 of none.
func mean(values, weights []float64) float64 {
	var sum, all float64
	for i, v := range values {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		sum += float64(w * v)
		all += w
	}
	if all == 0 {
		return 1
	}
	return sum / all
}
