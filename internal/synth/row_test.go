package synth

import (
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows returns all rows of a table.
func rows(opt Options) []Payment {
	out := make([]Payment, opt.Rows)
	for i := range out {
		out[i] = Row(opt, i)
	}
	return out
}

func TestRowIsPure(t *testing.T) {
	opt := DefaultOptions()
	opt.Rows = 5_000
	want := rows(opt)
	got := make([]Payment, opt.Rows)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := opt.Rows - 1 - w; i >= 0; i -= 4 {
				got[i] = Row(opt, i)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows made backwards by four goroutines differ (-want +got):\n%s", diff)
	}
	opt.Seed++
	if cmp.Equal(want, rows(opt)) {
		t.Error("another seed gives the same rows")
	}
}

// TestSameRowsEverywhere pins the first rows of seed 1: they must not depend on
// the machine, and a change of them changes what users see.
func TestSameRowsEverywhere(t *testing.T) {
	opt := DefaultOptions()
	opt.Seed, opt.Rows = 1, 20_000
	h := fnv.New64a()
	for _, p := range rows(opt) {
		fmt.Fprintf(h, "%+v", p)
	}
	if got, want := h.Sum64(), uint64(0x8819146e53805fa9); got != want {
		t.Errorf("hash of the rows is %#x, want %#x", got, want)
	}
}

func TestShares(t *testing.T) {
	opt := DefaultOptions()
	table := rows(opt)
	var count [kinds]int
	labeled := 0
	distinct := map[Payment]int{}
	for _, p := range table {
		count[p.Kind]++
		if p.LabeledFraud {
			labeled++
			if p.Kind == Normal {
				t.Fatal("a normal row is labeled a fraud")
			}
		}
		distinct[p]++
	}
	if got := opt.Rows - count[Normal]; got != 2000 {
		t.Errorf("%d anomalies, want 2000", got)
	}
	if labeled != 200 {
		t.Errorf("%d labeled anomalies, want 200", labeled)
	}
	for k := Local; k < kinds; k++ {
		if math.Abs(float64(count[k])-500) > 100 {
			t.Errorf("%d anomalies of kind %d, want about 500", count[k], k)
		}
	}
	repeated := 0
	for _, n := range distinct {
		if n > 1 {
			repeated += n
		}
	}
	t.Logf("%d distinct rows, %d in groups of equal ones", len(distinct), repeated)
	if share := float64(repeated) / float64(opt.Rows); share < 0.35 || share > 0.45 {
		t.Errorf("%.3f of the rows equal another one, want about 0.4", share)
	}
}

func TestSmallAndExtremeShares(t *testing.T) {
	for _, tc := range []struct {
		opt                Options
		anomalies, labeled int
	}{
		{Options{Rows: 1000, AnomalyShare: 0.01, LabeledShare: 0.1}, 10, 1},
		{Options{Rows: 1000, AnomalyShare: 0.5, LabeledShare: 1}, 500, 500},
		{Options{Rows: 1000, AnomalyShare: 0, LabeledShare: 1}, 0, 0},
		{Options{Rows: 900, AnomalyShare: 1. / 3, LabeledShare: 0}, 300, 0},
		{Options{Rows: 999, AnomalyShare: 0.037, LabeledShare: 0.3}, 37, 12},
	} {
		anomalies, labeled := 0, 0
		for _, p := range rows(tc.opt) {
			if p.Kind != Normal {
				anomalies++
			}
			if p.LabeledFraud {
				labeled++
			}
		}
		// The last block may end after the table does.
		if d := tc.anomalies - anomalies; d < 0 || d > 1 {
			t.Errorf("%+v: %d anomalies, want %d or one less", tc.opt, anomalies, tc.anomalies)
		}
		if d := tc.labeled - labeled; d < 0 || d > 1 {
			t.Errorf("%+v: %d labeled, want %d or one less", tc.opt, labeled, tc.labeled)
		}
	}
}

// TestSameRowsWithOtherLabels checks what DefaultOptions promises: LabeledShare
// changes nothing but labels.
func TestSameRowsWithOtherLabels(t *testing.T) {
	few := DefaultOptions()
	few.Rows = 3_000
	all := few
	all.LabeledShare = 1
	for i := range few.Rows {
		a, b := Row(few, i), Row(all, i)
		if b.LabeledFraud != (b.Kind != Normal) {
			t.Fatalf("row %d: kind %d is labeled %v at LabeledShare 1", i, b.Kind, b.LabeledFraud)
		}
		if b.LabeledFraud = a.LabeledFraud; a != b {
			t.Fatalf("row %d differs beyond its label: %+v, %+v", i, a, b)
		}
	}
}

func TestRanges(t *testing.T) {
	opt := DefaultOptions()
	opt.Rows, opt.AnomalyShare = 50_000, 0.2
	for i, p := range rows(opt) {
		ok := p.Amount > 0 && p.UsualAmount > 0 && p.Minute >= 0 && p.Minute < 1440 && p.LastDay >= 1 && p.AgeDays >= 0 &&
			p.DistanceKm >= 0 && p.Merchant < len(Merchants) && p.Country < len(Countries) && p.Channel < len(Channels)
		if !ok {
			t.Fatalf("row %d is out of range: %+v", i, p)
		}
	}
}

// features returns what a simple detector looks at: logarithms of the skewed
// columns, each column scaled to about one.
func features(p Payment) []float64 {
	return []float64{math.Log(p.Amount), math.Log(p.Amount / p.UsualAmount), float64(p.Minute) / 360,
		math.Log(float64(p.LastDay)), math.Log1p(float64(p.AgeDays)) / 2, math.Log1p(p.DistanceKm) / 2}
}

// distance counts a differing category as 1, as the generator does.
func distance(a, b Payment) float64 {
	sum := 0.0
	fa, fb := features(a), features(b)
	for i := range fa {
		sum += (fa[i] - fb[i]) * (fa[i] - fb[i])
	}
	for _, differ := range []bool{a.Merchant != b.Merchant, a.Country != b.Country, a.Channel != b.Channel,
		a.CardPresent != b.CardPresent, a.NewDevice != b.NewDevice} {
		if differ {
			sum++
		}
	}
	return sum
}

// TestAnomaliesStandOut scores rows by the distance to their nearest normal row
// among 4,000: each kind of anomaly must stand out, none so much that finding
// the others is no work.
func TestAnomaliesStandOut(t *testing.T) {
	opt := DefaultOptions()
	opt.Rows, opt.AnomalyShare = 6_000, 0.15
	var base []Payment
	var scores [kinds][]float64
	for _, p := range rows(opt) {
		if p.Kind == Normal && len(base) < 4_000 {
			base = append(base, p)
			continue
		}
		nearest := math.Inf(1)
		for _, b := range base {
			nearest = min(nearest, distance(p, b))
		}
		scores[p.Kind] = append(scores[p.Kind], nearest)
	}
	floor := [kinds]float64{Local: 0.8, Global: 0.97, Clustered: 0.97, Dependency: 0.7}
	for k := Local; k < kinds; k++ {
		got := auroc(scores[k], scores[Normal])
		t.Logf("kind %d: AUROC %.3f over %d anomalies and %d normal rows", k, got, len(scores[k]), len(scores[Normal]))
		if got < floor[k] {
			t.Errorf("kind %d: AUROC %.3f, want at least %.2f", k, got, floor[k])
		}
	}
}

// auroc returns the share of pairs in which the positive scores higher.
func auroc(positive, negative []float64) float64 {
	wins := 0.0
	for _, p := range positive {
		for _, n := range negative {
			switch {
			case p > n:
				wins++
			case p == n:
				wins += 0.5
			}
		}
	}
	return wins / float64(len(positive)*len(negative))
}

func TestValidate(t *testing.T) {
	err := Options{Rows: 0, AnomalyShare: 0.7, LabeledShare: math.NaN(), Threads: -1}.Validate()
	for _, want := range []string{"0 rows", "anomaly share 0.7", "labeled share NaN", "-1 threads"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
}
