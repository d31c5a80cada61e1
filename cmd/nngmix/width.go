package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/spf13/pflag"
)

// widthFlags are the options that say how wide an approximate search is.
type widthFlags struct {
	EfSearch     int     `json:"ef_search"`
	RecallTarget float64 `json:"recall_target,omitempty"` // 0: EfSearch as it is
}

func (f *widthFlags) add(flags *pflag.FlagSet) {
	flags.IntVar(&f.EfSearch, "ef-search", 64, "hnsw: width of a search; more cost time and gain recall")
	flags.Float64Var(&f.RecallTarget, "recall-target", 0, "hnsw: instead of --ef-search, the share of the true neighbors to find, above 0 to 1; measured, and kept by exact search where hnsw cannot")
}

// check finds what is wrong with the options.
func (f *widthFlags) check() error {
	if !(f.RecallTarget >= 0 && f.RecallTarget <= 1) {
		return fmt.Errorf("--recall-target is %v, want above 0 and at most 1", f.RecallTarget)
	}
	if f.EfSearch < 1 {
		return fmt.Errorf("--ef-search is %d, want at least 1", f.EfSearch)
	}
	return nil
}

// answerReport tells how queries were answered.
type answerReport struct {
	Method      string     `json:"method"` // hnsw or exact
	Reason      string     `json:"reason"`
	EfSearch    int        `json:"ef_search"`       // 0 for exact search
	Tuned       *ann.Tuned `json:"tuned,omitempty"` // the measured recall, for a recall target
	TuneSeconds float64    `json:"tune_seconds"`
}

// tuneOptions returns how the search of x is tuned for a recall target. Searches
// wider than MaxEf take longer than exact search, which goes through memory in
// order: a step of the graph costs about as much as 32,768 values there.
func tuneOptions(x *ann.Index, seed uint64, threads int) ann.TuneOptions {
	s, opt := x.Stats(), ann.DefaultTuneOptions()
	opt.MaxEf = max(200, s.Unique*s.Dim>>15)
	opt.Seed, opt.Threads = seed, threads
	return opt
}

// answer answers queries in the least time: to a recall target exactly where they
// are too few to be worth tuning for.
func (f *widthFlags) answer(ctx context.Context, x *ann.Index, queries []float32, k int, seed uint64, threads int) (*exact.Result, answerReport, error) {
	if f.RecallTarget == 0 {
		return f.search(ctx, x, queries, k, seed, threads)
	}
	res, tuned, err := x.SearchAtRecall(ctx, queries, k, f.RecallTarget, tuneOptions(x, seed, threads))
	return res, f.reportTuned(tuned), err
}

// search answers queries, and measures for a recall target how wide a search has
// to be, however few they are.
func (f *widthFlags) search(ctx context.Context, x *ann.Index, queries []float32, k int, seed uint64, threads int) (*exact.Result, answerReport, error) {
	how := answerReport{Method: "hnsw", Reason: fmt.Sprintf("efSearch %d as asked; recall was not measured (--recall-target does)", f.EfSearch), EfSearch: f.EfSearch}
	switch f.RecallTarget {
	case 0:
	case 1:
		how = f.reportTuned(ann.Tuned{Recall: 1, LowerBound: 1})
	default:
		start := time.Now()
		tuned, err := x.Tune(ctx, queries, k, f.RecallTarget, tuneOptions(x, seed, threads))
		if err != nil {
			return nil, how, err
		}
		how = f.reportTuned(tuned)
		how.TuneSeconds = time.Since(start).Seconds()
	}
	if how.Method == "exact" {
		res, err := x.SearchExact(ctx, queries, k, threads)
		return res, how, err
	}
	res, err := x.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: how.EfSearch, Threads: threads})
	return res, how, err
}

// reportTuned tells what tuning for the recall target came to.
func (f *widthFlags) reportTuned(t ann.Tuned) answerReport {
	how := answerReport{Method: "exact", Tuned: &t}
	found := fmt.Sprintf("efSearch %d finds %.4f of the true neighbors of %d queries", t.EfSearch, t.Recall, t.Queries)
	switch {
	case t.Met:
		how.Method, how.EfSearch = "hnsw", t.EfSearch
		how.Reason = fmt.Sprintf("%s, so recall is at least %.4f for a target of %v", found, t.LowerBound, f.RecallTarget)
	case t.LowerBound >= f.RecallTarget && t.EfSearch > 0:
		how.Reason = fmt.Sprintf("hnsw would be slower: %s, but compares each with %d rows", found, t.Distances)
	case t.EfSearch > 0:
		how.Reason = fmt.Sprintf("hnsw would miss the recall target of %v, or be slower: %s", f.RecallTarget, found)
	case f.RecallTarget == 1:
		how.Reason = "a recall of 1 is asked for"
	default:
		how.Reason = "measuring the recall of so few queries takes their exact answers"
	}
	return how
}
