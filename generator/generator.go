package generator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/xrand"
)

// Generator makes samples. It is safe for concurrent use.
type Generator struct {
	opt     Options
	space   *space
	dim     int
	threads int

	labeled   dense // the labeled anomalies
	unlabeled Rows
	na, nu    int // numbers of labeled anomalies and unlabeled rows

	gaps bool // rows may lack values
	beta xrand.Beta
	std  []float64 // standard deviation of the noise of each column, 0 for nominal ones
	far  neighbors // among the unlabeled rows
	near neighbors // among the labeled anomalies
	self []int32   // where each labeled anomaly stands in near, -1 where it does not

	report Report
}

// Report tells what New did.
type Report struct {
	Method          string  `json:"method"` // of the neighbor search; empty where none was needed
	Reason          string  `json:"reason"`
	Labeled         int     `json:"labeled"`        // rows
	UniqueLabeled   int     `json:"unique_labeled"` // 0 where not counted
	Unlabeled       int     `json:"unlabeled"`
	UniqueUnlabeled int     `json:"unique_unlabeled"` // 0 where not counted
	K               int     `json:"k"`                // unlabeled neighbors in use
	KLabeled        int     `json:"k_labeled"`        // labeled neighbors in use, the row itself included
	IndexBytes      int64   `json:"index_bytes"`      // memory that the search took beside the rows
	ScaleSeconds    float64 `json:"scale_seconds"`    // reading rows and mapping them to search space
	DedupeSeconds   float64 `json:"dedupe_seconds"`   // finding equal rows
	SearchSeconds   float64 `json:"search_seconds"`   // the rest of the neighbor search, indexes included
	Detail          any     `json:"-"`                // what Options.Engine or Data.Index tells of the search, see SearchStats
}

// New prepares a Generator: it checks the data, scales it, and finds the
// neighbors of every distinct labeled anomaly once, in one batch. The Generator
// keeps data.Unlabeled and a copy of data.Labeled; the search matrix, of 4 bytes
// for each unlabeled value, is freed when New returns.
//
// The error is ErrOptions, ErrColumns, ErrNoLabeled, ErrNoUnlabeled, ErrValue
// (a *ValueError), one of the neighbor search, or that of ctx.
func New(ctx context.Context, data Data, opt Options) (*Generator, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	dim, err := data.dim()
	switch {
	case err != nil:
		return nil, err
	case opt.Clip && data.Columns == nil:
		return nil, fmt.Errorf("%w: Clip is true without Data.Columns, which hold the ranges to clip to", ErrOptions)
	case opt.usesUnlabeled() && data.unlabeled() == 0:
		return nil, fmt.Errorf("%w: method %v", ErrNoUnlabeled, opt.Method)
	}
	g := &Generator{opt: opt, space: newSpace(data.Columns, dim), dim: dim, threads: parallel.Threads(opt.Threads)}
	g.unlabeled = data.Unlabeled
	g.gaps = slices.ContainsFunc(data.Columns, func(c Column) bool { return c.Gaps })
	g.beta = xrand.NewBeta(opt.Alpha, opt.Beta)
	g.na, g.nu = data.Labeled.Len(), data.unlabeled()
	g.report = Report{Labeled: g.na, Unlabeled: g.nu}
	if g.std, err = g.space.noise(opt.NoiseStd); err != nil {
		return nil, err
	}
	if err := g.read(ctx, data); err != nil {
		return nil, err
	}
	if opt.searchesLabeled() {
		g.report.KLabeled = opt.kLabeled(g.na)
		if opt.usesUnlabeled() {
			g.report.K = opt.kUnlabeled(g.na, g.nu)
		}
		if err := g.search(ctx, data); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// read copies the labeled anomalies and looks at the unlabeled rows that the
// neighbor search will not: a bad value must not turn up in a sample.
func (g *Generator) read(ctx context.Context, data Data) error {
	start := time.Now()
	g.labeled = dense{make([]float64, g.na*g.dim), g.dim}
	err := scan(ctx, data.Labeled, true, g.threads, func(i int, row []float64) int {
		copy(g.labeled.row(i), row)
		return g.space.bad(row)
	})
	if err == nil && g.opt.usesUnlabeled() && !data.Checked && (!g.opt.searchesLabeled() || data.Index != nil) {
		err = scan(ctx, data.Unlabeled, false, g.threads, func(_ int, row []float64) int { return g.space.bad(row) })
	}
	g.report.ScaleSeconds = time.Since(start).Seconds()
	return err
}

// Report returns what New did.
func (g *Generator) Report() Report { return g.report }

// Dim returns the number of columns.
func (g *Generator) Dim() int { return g.dim }

// Origin tells what a sample was made from.
type Origin struct {
	// Source is the row of Data.Labeled it starts from, or -1 where cutout took an
	// unlabeled row.
	Source int
	// Other is the row of the second parent, or of the only one where Source is
	// -1; -1 where there is none. It is a row of Data.Labeled where OtherLabeled
	// is true, of Data.Unlabeled otherwise.
	Other        int
	OtherLabeled bool
	// Lambda is the weight of Source: before noise the sample is
	// Lambda·Source + (1-Lambda)·Other, but where it has one parent's value: that of
	// Source with probability Lambda. For cutmix it is the share of columns that
	// come from Source. 1 where Source is the only parent, 0 where Other is.
	Lambda float64
}

// Sample writes sample i, in the user's units, to dst and returns its origin. It
// panics unless dst has Dim elements. It allocates nothing.
func (g *Generator) Sample(dst []float64, i uint64) (o Origin) {
	if len(dst) != g.dim {
		panic(fmt.Sprintf("generator: sample of %d columns, want %d", len(dst), g.dim))
	}
	s := g.draws(i)
	switch g.opt.Method {
	case NNGMix:
		o = g.nngMix(dst, &s)
	case Mixup:
		o = g.mixup(dst, &s)
	case CutMix:
		o = g.cutMix(dst, &s)
	case Cutout:
		o = g.cutout(dst, &s)
	case Gaussian:
		o = g.copyOf(dst, s.IntN(g.na))
		g.addNoise(dst, 1, &s)
	case SMOTE:
		o = g.smote(dst, &s)
	case Oversample:
		o = g.copyOf(dst, s.IntN(g.na))
	}
	if g.opt.Clip {
		g.space.clip(dst)
	}
	return o
}

// fillRows is how many samples a goroutine makes at a time.
const fillRows = 256

// Fill writes samples first, first+1, ... to dst, row-major, as many as fit, and
// their origins to origins unless that is nil. threads is the number of
// goroutines, 0 for GOMAXPROCS; it does not change a byte. The error is that of
// ctx. It panics unless Dim divides len(dst) and origins has one element for each row.
func (g *Generator) Fill(ctx context.Context, dst []float64, origins []Origin, first uint64, threads int) error {
	n := len(dst) / g.dim
	if len(dst)%g.dim != 0 || origins != nil && len(origins) != n {
		panic(fmt.Sprintf("generator: %d values and %d origins for samples of %d columns", len(dst), len(origins), g.dim))
	}
	tasks := (n + fillRows - 1) / fillRows
	return parallel.Do(ctx, parallel.Threads(threads), tasks, func(_, task int) error {
		for i := task * fillRows; i < min(n, (task+1)*fillRows); i++ {
			o := g.Sample(dst[i*g.dim:][:g.dim], first+uint64(i))
			if origins != nil {
				origins[i] = o
			}
		}
		return nil
	})
}
