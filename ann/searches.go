package ann

import "context"

// BatchSearch finds the k nearest rows of each query, as Index.SearchBatch does.
type BatchSearch func(ctx context.Context, queries []float32, k int, opt SearchOptions) (*Result, error)

// Searches are two ways to search the same rows, which may be those of several
// indexes whose answers the caller puts together.
type Searches struct {
	Dim    int         // columns of a query
	Unique int         // distinct rows that are searched, or about so many
	Graph  BatchSearch // as Index.SearchBatch, with its Counters
	Exact  BatchSearch // as Index.SearchExact
}

// Tune is Index.Tune for s. The errors are those of s, and ErrOptions.
func (s Searches) Tune(ctx context.Context, queries []float32, k int, target float64, opt TuneOptions) (Tuned, error) {
	some, opt, err := s.sample(ctx, queries, target, opt)
	if err != nil {
		return Tuned{}, err
	}
	return s.tune(ctx, some, k, target, opt)
}

// AtRecall is Index.SearchAtRecall for s. The errors are those of s, and ErrOptions.
func (s Searches) AtRecall(ctx context.Context, queries []float32, k int, target float64, opt TuneOptions) (*Result, Tuned, error) {
	tuned := exactly
	if target != 1 {
		some, opt, err := s.sample(ctx, queries, target, opt)
		if err != nil {
			return nil, Tuned{}, err
		}
		if some.weights == nil {
			if tuned, err = s.tune(ctx, some, k, target, opt); err != nil {
				return nil, Tuned{}, err
			}
		}
	}
	search := s.Exact
	if tuned.Met {
		search = s.Graph
	}
	res, err := search(ctx, queries, k, SearchOptions{EfSearch: tuned.EfSearch, Threads: opt.Threads})
	return res, tuned, err
}

// sample returns the queries that are answered exactly, and opt without zeros.
func (s Searches) sample(ctx context.Context, queries []float32, target float64, opt TuneOptions) (sample, TuneOptions, error) {
	if err := opt.checkTarget(target); err != nil {
		return sample{}, opt, err
	}
	opt = opt.filled()
	some, err := sampleQueries(ctx, queries, s.Dim, target, opt)
	return some, opt, err
}

func (s Searches) tune(ctx context.Context, some sample, k int, target float64, opt TuneOptions) (Tuned, error) {
	truth, err := s.Exact(ctx, some.queries, k, SearchOptions{Threads: opt.Threads})
	if err != nil {
		return Tuned{}, err
	}
	return newTuner(s.Graph, s.Unique, some, truth, k, target, opt).find(ctx)
}
