package eval

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Protocol says how a set is divided. [DefaultProtocol] is that of ADBench.
type Protocol struct {
	// MinRows: a set with fewer rows is replaced by MinRows rows drawn from it with
	// replacement, before the split, so that copies reach both parts. 0 = never.
	MinRows int `json:"min_rows"`
	// MaxRows: of a set with more rows, MaxRows are drawn without replacement.
	// 0 = never.
	MaxRows int `json:"max_rows"`
	// TestShare of the rows, rounded up, make the test part, above 0 and below 1.
	TestShare float64 `json:"test_share"`
	// LabeledShare of the anomalies in training, rounded up, are labeled, above 0 and
	// at most 1; the others hide among the unlabeled rows. Smaller shares drop labeled
	// anomalies, see [Split.Labeled].
	LabeledShare float64 `json:"labeled_share"`
}

// DefaultProtocol returns the protocol of ADBench.
func DefaultProtocol() Protocol {
	return Protocol{MinRows: 1000, MaxRows: 10000, TestShare: 0.3, LabeledShare: 0.1}
}

// Validate returns all violations of the ranges above, or nil.
func (p Protocol) Validate() error {
	var errs []error
	check := func(ok bool, field string, value any, bound string) {
		if !ok {
			errs = append(errs, fmt.Errorf("eval: Protocol.%s is %v, want %s", field, value, bound))
		}
	}
	check(p.MinRows >= 0, "MinRows", p.MinRows, "0 or more")
	check(p.MaxRows == 0 || p.MaxRows >= max(p.MinRows, 10), "MaxRows", p.MaxRows, "0, or at least MinRows and 10")
	check(p.TestShare > 0 && p.TestShare < 1, "TestShare", p.TestShare, "above 0 and below 1")
	check(p.LabeledShare > 0 && p.LabeledShare <= 1, "LabeledShare", p.LabeledShare, "above 0 and at most 1")
	return errors.Join(errs...)
}

// Split draws the split of set d for a seed. The parts keep the share of anomalies
// in the rows drawn as nearly as whole rows allow. It is an error when a part would
// have no anomaly or no normal row.
func (p Protocol) Split(d *Dataset, seed uint64) (*Split, error) {
	if err := errors.Join(p.Validate(), d.Check()); err != nil {
		return nil, err
	}
	r := stream(seed, d.Name)
	var normal, anomalies []int
	for _, row := range p.draw(len(d.Y), r) {
		if d.Y[row] {
			anomalies = append(anomalies, row)
		} else {
			normal = append(normal, row)
		}
	}
	n := len(normal) + len(anomalies)
	train := n - int(math.Ceil(p.TestShare*float64(n)))
	trainAnomalies := shareOf(len(anomalies), train, n, r)
	trainNormal := train - trainAnomalies
	if trainAnomalies < 1 || trainAnomalies == len(anomalies) || trainNormal < 1 || trainNormal == len(normal) {
		return nil, fmt.Errorf("eval: set %s: %d anomalies and %d normal rows are too few to have both in training and test",
			d.Name, len(anomalies), len(normal))
	}
	shuffle(r, normal)
	shuffle(r, anomalies)
	labeled := int(math.Ceil(p.LabeledShare * float64(trainAnomalies)))
	return &Split{
		set: d, seed: seed, share: p.LabeledShare,
		unlabeled: slices.Concat(normal[:trainNormal], anomalies[labeled:trainAnomalies]),
		labeled:   anomalies[:labeled],
		test:      slices.Concat(normal[trainNormal:], anomalies[trainAnomalies:]),
	}, nil
}

// splitOf returns the split of d for a seed, read from the folder splits where that is not
// empty.
func (p Protocol) splitOf(d *Dataset, seed uint64, splits string) (*Split, error) {
	if splits != "" {
		return ReadSplit(splits, d, seed)
	}
	return p.Split(d, seed)
}

// draw returns the rows, of n, that take part, duplicated or cut as p says.
func (p Protocol) draw(n int, r *rand.Rand) []int {
	if n < p.MinRows {
		rows := make([]int, p.MinRows)
		for i := range rows {
			rows[i] = r.IntN(n)
		}
		return rows
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	if p.MaxRows > 0 && n > p.MaxRows {
		shuffle(r, rows)
		rows = rows[:p.MaxRows]
	}
	return rows
}

// shareOf returns how many of a class of size class go to training when train of n
// rows do: the nearest whole number to the proportional one, a tie falling to either
// side by chance, as in scikit-learn's StratifiedShuffleSplit.
func shareOf(class, train, n int, r *rand.Rand) int {
	whole, rest := class*train/n, class*train%n
	if 2*rest > n || (2*rest == n && r.IntN(2) == 1) {
		whole++
	}
	return whole
}

func shuffle(r *rand.Rand, rows []int) {
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
}
