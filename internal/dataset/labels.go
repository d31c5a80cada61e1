package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// split divides rows into labeled anomalies and unlabeled rows.
func (s *Set) split(rows []int, opt Options) error {
	if s.Label == nil {
		s.Unlabeled = rows
		return nil
	}
	isAnomaly, err := anomalyTest(s.Label, opt.AnomalyValue)
	if err != nil {
		return err
	}
	for _, i := range rows {
		anomaly, err := isAnomaly(i)
		if err != nil {
			return err
		}
		if anomaly {
			s.Labeled = append(s.Labeled, i)
		} else {
			s.Unlabeled = append(s.Unlabeled, i)
		}
	}
	if len(s.Labeled) == 0 {
		return fmt.Errorf("label column %s marks no anomaly among %d rows: it holds %s; name the value that marks one with --anomaly-value",
			s.Label.Name(), len(rows), someValues(s.Label))
	}
	s.hide(opt)
	return nil
}

// hide moves labeled anomalies to the unlabeled rows until only the share
// LabeledFraction, rounded up, stays known.
func (s *Set) hide(opt Options) {
	keep := int(math.Ceil(opt.LabeledFraction * float64(len(s.Labeled))))
	s.Hidden = len(s.Labeled) - keep
	if s.Hidden == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(opt.Seed, 0x6c6162656c6564)) // "labeled": a stream of its own
	rng.Shuffle(len(s.Labeled), func(i, j int) { s.Labeled[i], s.Labeled[j] = s.Labeled[j], s.Labeled[i] })
	s.hidden = s.Labeled[keep:]
	s.Unlabeled = append(s.Unlabeled, s.hidden...)
	s.Labeled = s.Labeled[:keep:keep]
	slices.Sort(s.Labeled)
	slices.Sort(s.Unlabeled)
}

// anomalyTest returns the test that tells whether row i of the label column
// marks an anomaly. Without a value, 1 and true mark one, 0, false and a missing
// label none, and anything else is an error.
func anomalyTest(label table.Column, value string) (func(i int) (bool, error), error) {
	if value != "" {
		return valueTest(label, value)
	}
	if label.Type() == table.String {
		return stringTest(label), nil
	}
	return func(i int) (bool, error) {
		if label.Missing(i) {
			return false, nil
		}
		switch x := label.Float(i); x {
		case 0, 1:
			return x == 1, nil
		default:
			return false, unknownLabel(label, i, strconv.FormatFloat(x, 'g', -1, 64))
		}
	}, nil
}

// valueTest returns the test for one value: equal as a number where the column
// holds numbers, as text otherwise.
func valueTest(label table.Column, value string) (func(i int) (bool, error), error) {
	want, err := labelCode(label, value)
	if err != nil {
		return nil, err
	}
	return func(i int) (bool, error) { return !label.Missing(i) && label.Float(i) == want, nil }, nil
}

// labelCode returns value as the label column stores it.
func labelCode(label table.Column, value string) (float64, error) {
	switch label.Type() {
	case table.String:
		if code := slices.Index(label.Dictionary(), value); code >= 0 {
			return float64(code), nil
		}
		return 0, fmt.Errorf("label column %s never holds --anomaly-value %q: it holds %s", label.Name(), value, someValues(label))
	case table.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return 0, fmt.Errorf("label column %s is boolean: --anomaly-value %q is neither true nor false", label.Name(), value)
		}
		if b {
			return 1, nil
		}
		return 0, nil
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, fmt.Errorf("label column %s is numeric: --anomaly-value %q is not a number", label.Name(), value)
	}
	return x, nil
}

// stringTest returns the test for a text column that holds 1/0 or true/false.
func stringTest(label table.Column) func(i int) (bool, error) {
	dictionary := label.Dictionary()
	return func(i int) (bool, error) {
		if label.Missing(i) {
			return false, nil
		}
		text := dictionary[int(label.Float(i))]
		anomaly, err := strconv.ParseBool(strings.TrimSpace(text))
		if err != nil {
			return false, unknownLabel(label, i, text)
		}
		return anomaly, nil
	}
}

func unknownLabel(label table.Column, row int, value string) error {
	return fmt.Errorf("label column %s, row %d: %q is neither 1/0 nor true/false; name the value that marks an anomaly with --anomaly-value", label.Name(), row, value)
}

// someValues lists a few values of the label column for an error.
func someValues(label table.Column) string {
	const most = 8
	var list []string
	for i := range label.Len() {
		text := "(missing)"
		switch {
		case label.Missing(i):
		case label.Type() == table.String:
			text = strconv.Quote(label.Dictionary()[int(label.Float(i))])
		default:
			text = strconv.FormatFloat(label.Float(i), 'g', -1, 64)
		}
		if slices.Contains(list, text) {
			continue
		}
		if list = append(list, text); len(list) > most {
			list[most] = "…"
			break
		}
	}
	return strings.Join(list, ", ")
}

// HoldOut takes up to n rows, drawn with rng, out of the unlabeled rows and makes
// them those that Sample draws from.
func (s *Set) HoldOut(rng *rand.Rand, n int) {
	n = min(n, len(s.Unlabeled)/2)
	rng.Shuffle(len(s.Unlabeled), func(i, j int) { s.Unlabeled[i], s.Unlabeled[j] = s.Unlabeled[j], s.Unlabeled[i] })
	s.held = s.Unlabeled[:n:n]
	s.Unlabeled = s.Unlabeled[n:]
	slices.Sort(s.held)
	slices.Sort(s.Unlabeled)
}

// Sample returns up to n of the rows held out, or of the labeled anomalies where
// none are, drawn with rng.
func (s *Set) Sample(rng *rand.Rand, n int) (Rows, error) {
	from := s.held
	if from == nil {
		from = s.Labeled
	}
	if len(from) == 0 {
		return Rows{}, fmt.Errorf("no rows to search for: there are no labeled anomalies")
	}
	from = slices.Clone(from)
	rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	return Rows{s.Features, s.fill, from[:min(n, len(from))]}, nil
}
