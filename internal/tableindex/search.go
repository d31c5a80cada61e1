package tableindex

import (
	"context"
	"fmt"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// SearchOptions say how wide an approximate search is.
type SearchOptions struct {
	EfSearch int     // width of a search, at least 1; without Recall
	Recall   float64 // instead: the share of the true neighbors to find, to 1; 0 for EfSearch
	// Measure says to measure how wide a search must be for Recall, however few
	// the queries are. Else they are answered exactly where that takes less
	// time.
	Measure bool
	Seed    uint64 // of the sample of queries that Recall is measured on
	Threads int    // 0 for all processors; does not change the answer
}

// Answer tells how queries were answered.
type Answer struct {
	Method      string     `json:"method"` // hnsw or exact
	Reason      string     `json:"reason"`
	EfSearch    int        `json:"ef_search"`       // 0 for exact search
	Tuned       *ann.Tuned `json:"tuned,omitempty"` // the measured recall, for a recall target
	TuneSeconds float64    `json:"tune_seconds"`
}

// Search finds the k nearest rows of x for each query, a row in search space,
// and tells how.
func Search(ctx context.Context, x Searcher, queries []float32, k int, opt SearchOptions) (*exact.Result, Answer, error) {
	if opt.Recall > 0 && !opt.Measure {
		res, tuned, err := x.SearchAtRecall(ctx, queries, k, opt.Recall, tuneOptions(x, opt))
		return res, AnswerTuned(tuned, opt.Recall), err
	}
	how, err := width(ctx, x, queries, k, opt)
	if err != nil {
		return nil, how, err
	}
	if how.Method == "exact" {
		res, err := x.SearchExact(ctx, queries, k, ann.SearchOptions{Threads: opt.Threads})
		return res, how, err
	}
	res, err := x.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: how.EfSearch, Threads: opt.Threads})
	return res, how, err
}

// width finds out how wide a search has to be.
func width(ctx context.Context, x Searcher, queries []float32, k int, opt SearchOptions) (Answer, error) {
	switch opt.Recall {
	case 0:
		return Answer{Method: "hnsw", Reason: fmt.Sprintf("efSearch %d as asked; recall was not measured (--recall-target does)", opt.EfSearch), EfSearch: opt.EfSearch}, nil
	case 1:
		return AnswerTuned(ann.Tuned{Recall: 1, LowerBound: 1}, 1), nil
	}
	start := time.Now()
	tuned, err := x.Tune(ctx, queries, k, opt.Recall, tuneOptions(x, opt))
	if err != nil {
		return Answer{}, err
	}
	how := AnswerTuned(tuned, opt.Recall)
	how.TuneSeconds = time.Since(start).Seconds()
	return how, nil
}

// tuneOptions returns how the search of x is tuned for a recall target.
// Searches wider than MaxEf take longer than exact search, which goes through
// memory in order.
func tuneOptions(x Searcher, how SearchOptions) ann.TuneOptions {
	s, opt := x.Stats(), ann.DefaultTuneOptions()
	opt.MaxEf = MaxEf(s.Unique * s.Dim)
	opt.Seed, opt.Threads = how.Seed, how.Threads
	return opt
}

// MaxEf returns the width from which on exact search among rows of that many
// values in all is faster: a step of the graph costs about as much as 32,768
// values.
func MaxEf(values int) int { return max(200, values>>15) }

// AnswerTuned tells what tuning for the recall target came to.
func AnswerTuned(t ann.Tuned, target float64) Answer {
	how := Answer{Method: "exact", Tuned: &t}
	found := fmt.Sprintf("efSearch %d finds %.4f of the true neighbors of %d queries", t.EfSearch, t.Recall, t.Queries)
	switch {
	case t.Met:
		how.Method, how.EfSearch = "hnsw", t.EfSearch
		how.Reason = fmt.Sprintf("%s, so recall is at least %.4f for a target of %v", found, t.LowerBound, target)
	case t.LowerBound >= target && t.EfSearch > 0:
		how.Reason = fmt.Sprintf("hnsw would be slower: %s, but compares each with %d rows", found, t.Distances)
	case t.EfSearch > 0:
		how.Reason = fmt.Sprintf("hnsw would miss the recall target of %v, or be slower: %s", target, found)
	case target == 1:
		how.Reason = "a recall of 1 is asked for"
	default:
		how.Reason = "measuring the recall of so few queries takes their exact answers"
	}
	return how
}
