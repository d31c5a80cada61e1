package cli

import (
	"fmt"

	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/pflag"
)

// WidthFlags are the options that say how wide an approximate search is.
type WidthFlags struct {
	EfSearch     int     `json:"ef_search"`
	RecallTarget float64 `json:"recall_target,omitempty"` // 0: EfSearch as it is
}

// Add declares the options.
func (f *WidthFlags) Add(flags *pflag.FlagSet) {
	flags.IntVar(&f.EfSearch, "ef-search", 64, "hnsw: width of a search; more cost time and gain recall")
	flags.Float64Var(&f.RecallTarget, "recall-target", 0, "hnsw: instead of --ef-search, the share of the true neighbors to find, above 0 to 1; measured, and kept by exact search where hnsw cannot")
}

// Check finds what is wrong with the options.
func (f *WidthFlags) Check() error {
	if !(f.RecallTarget >= 0 && f.RecallTarget <= 1) {
		return fmt.Errorf("--recall-target is %v, want above 0 and at most 1", f.RecallTarget)
	}
	if f.EfSearch < 1 {
		return fmt.Errorf("--ef-search is %d, want at least 1", f.EfSearch)
	}
	return nil
}

// Options turns the flags into those of package tableindex.
func (f *WidthFlags) Options(seed uint64, threads int) tableindex.SearchOptions {
	return tableindex.SearchOptions{EfSearch: f.EfSearch, Recall: f.RecallTarget, Seed: seed, Threads: threads}
}
