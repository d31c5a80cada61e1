package report

import (
	"math"
	"strconv"

	"github.com/nngmix/nngmix/eval"
)

// setKey is a cell without its seed.
type setKey struct {
	dataset, group, detector string
	labeled                  float64
	eval.Variant
}

// setMean is what a variant reached on one set, as the mean over its seeds.
type setMean struct {
	setKey
	auroc, ap                float64
	gainNone, gainOversample float64 // differences of auroc, NaN without another variant to compare with
	seeds                    int
	dim, unlabeled, labels   int // of the first seed
}

// setMeans returns the means of rows over their seeds, in the order of rows.
func setMeans(rows []eval.Row) []setMean {
	at := map[setKey]int{}
	var means []setMean
	for _, r := range rows {
		k := keyOf(r)
		i, ok := at[k]
		if !ok {
			i = len(means)
			at[k] = i
			means = append(means, setMean{setKey: k, dim: r.Dim, unlabeled: r.Unlabeled, labels: r.LabeledRows})
		}
		m := &means[i]
		m.auroc += r.AUROC
		m.ap += r.AP
		m.seeds++
	}
	for i := range means {
		means[i].auroc /= float64(means[i].seeds)
		means[i].ap /= float64(means[i].seeds)
	}
	gain := func(m setMean, other eval.Variant) float64 { // NaN over itself
		k := m.setKey
		k.Variant = other
		if i, ok := at[k]; ok && other != m.Variant {
			return m.auroc - means[i].auroc
		}
		return math.NaN()
	}
	for i, m := range means {
		means[i].gainNone = gain(m, eval.Variant{Method: eval.None})
		means[i].gainOversample = gain(m, copiesLike(m.Variant))
	}
	return means
}

func keyOf(r eval.Row) setKey {
	return setKey{r.Dataset, r.Group, r.Detector, r.Labeled,
		eval.Variant{Method: r.Method, Multiplier: r.Multiplier, Balance: r.Balance, NoiseStd: r.NoiseStd}}
}

// copiesLike returns the variant that makes as many plain copies as v makes rows.
func copiesLike(v eval.Variant) eval.Variant {
	return eval.Variant{Method: eval.Oversample, Multiplier: v.Multiplier, Balance: v.Balance}
}

// setSheet returns means as a sheet; NaN is left empty.
func setSheet(means []setMean) *Sheet {
	s := &Sheet{Columns: []string{"dataset", "group", "detector", "labeled", "method", "multiplier", "balance", "noise_std",
		"auroc", "ap", "gain_none", "gain_oversample", "seeds", "n_labeled", "n_unlabeled", "dim"}}
	for _, m := range means {
		s.Rows = append(s.Rows, []string{m.dataset, m.group, m.detector, option(m.labeled), m.Method, option(m.Multiplier),
			option(m.Balance), option(m.NoiseStd), exactly(m.auroc), exactly(m.ap), exactly(m.gainNone), exactly(m.gainOversample),
			strconv.Itoa(m.seeds), strconv.Itoa(m.labels), strconv.Itoa(m.unlabeled), strconv.Itoa(m.dim)})
	}
	return s
}
