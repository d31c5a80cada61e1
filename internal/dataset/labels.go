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
	isAnomaly, err := anomalyTest(s.Label, opt.AnomalyValues, opt.NormalValues)
	if err != nil {
		return err
	}
	if s.Labeled, s.Unlabeled, err = divide(rows, isAnomaly); err != nil {
		return err
	}
	lost, _, err := divide(s.dropped, isAnomaly)
	if err != nil {
		return err
	}
	s.DroppedLabeled = len(lost)
	if len(s.Labeled) == 0 {
		return s.noAnomaly(len(rows), opt)
	}
	s.hide(opt)
	return nil
}

// divide returns the rows that are anomalies and the others.
func divide(rows []int, isAnomaly func(i int) (bool, error)) (yes, no []int, err error) {
	for _, i := range rows {
		anomaly, err := isAnomaly(i)
		if err != nil {
			return nil, nil, err
		}
		if anomaly {
			yes = append(yes, i)
		} else {
			no = append(no, i)
		}
	}
	return yes, no, nil
}

// noAnomaly tells that none of that many rows is an anomaly, and why.
func (s *Set) noAnomaly(rows int, opt Options) error {
	if s.DroppedLabeled > 0 {
		return fmt.Errorf("label column %s marks %d anomalies, but --missing drop leaves out all of them, since each lacks a value: use --missing keep or --missing median, or --drop the columns that lack most", s.Label.Name(), s.DroppedLabeled)
	}
	cure := "name the value that marks one with --anomaly-value"
	if len(opt.NormalValues) > 0 {
		cure = "--normal-value names all of them"
	}
	return fmt.Errorf("label column %s marks no anomaly among %d rows: it holds %s; %s", s.Label.Name(), rows, someValues(s.Label), cure)
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
// marks an anomaly. Without values, 1 and true mark one, 0, false and a missing
// label none, and anything else is an error.
func anomalyTest(label table.Column, anomalies, normals []string) (func(i int) (bool, error), error) {
	switch {
	case len(anomalies) > 0:
		return valueTest(label, "--anomaly-value", anomalies, true)
	case len(normals) > 0:
		return valueTest(label, "--normal-value", normals, false)
	case label.Type() == table.String:
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
			return false, unknownLabel(label, i, valueText(label, i))
		}
	}, nil
}

// valueTest returns the test that is anomaly for rows with one of values, and not
// so for those with another: equal as numbers where the column holds numbers, to the
// last digit, as text otherwise. option gave the values.
func valueTest(label table.Column, option string, values []string, anomaly bool) (func(i int) (bool, error), error) {
	codes, k, err := encode(label)
	if err != nil {
		return nil, err
	}
	texts := k.texts(label)
	listed := make([]bool, len(texts))
	for _, value := range values {
		want, err := labelText(label, option, value)
		if err != nil {
			return nil, err
		}
		at := slices.Index(texts, want)
		if at < 0 || !occurs(codes, at) {
			return nil, fmt.Errorf("label column %s never holds %s %q, so it marks no anomaly among %d rows: it holds %s", label.Name(), option, value, label.Len(), someValues(label))
		}
		listed[at] = true
	}
	return func(i int) (bool, error) {
		return !codes.Missing(i) && listed[int(codes.Float(i))] == anomaly, nil
	}, nil
}

// occurs tells whether a row has that code.
func occurs(codes table.Column, code int) bool {
	for i := range codes.Len() {
		if codes.Float(i) == float64(code) {
			return true
		}
	}
	return false
}

// labelText returns value as categories.texts writes it.
func labelText(label table.Column, option, value string) (string, error) {
	switch label.Type() {
	case table.String:
		return value, nil
	case table.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("label column %s is boolean: %s %q is neither true nor false", label.Name(), option, value)
		}
		return strconv.FormatBool(b), nil
	}
	text, err := numberText(value, label.Type())
	if err != nil {
		return "", fmt.Errorf("label column %s is numeric: %s %q is not a number", label.Name(), option, value)
	}
	return text, nil
}

// numberText returns the number in text as intText and floatText write it. Digits
// without an exponent are taken as they are, however many.
func numberText(text string, t table.Type) (string, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", err
	}
	digits, negative := strings.CutPrefix(strings.TrimPrefix(text, "+"), "-")
	if t.Float() || strings.Trim(digits, "0123456789.") != "" {
		if t == table.Float32 || t == table.Float16 {
			x = float64(float32(x))
		}
		return floatText(x, t), nil
	}
	if digits = plain(digits); negative && digits != "0" {
		digits = "-" + digits
	}
	return digits, nil
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
	return fmt.Errorf("label column %s, row %d: %q is neither 1/0 nor true/false; name the value that marks an anomaly with --anomaly-value (repeatable), or those that do not with --normal-value", label.Name(), row, value)
}

// someValues lists a few values of the label column for an error.
func someValues(label table.Column) string {
	const most = 8
	var list []string
	for i := range label.Len() {
		text := valueText(label, i)
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

// valueText returns row i of c for an error.
func valueText(c table.Column, i int) string {
	switch t := c.Type(); {
	case c.Missing(i):
		return "(missing)"
	case t == table.String:
		return strconv.Quote(c.Dictionary()[int(c.Float(i))])
	case t == table.Bool:
		return strconv.FormatBool(c.Float(i) == 1)
	case t.Float():
		return floatText(c.Float(i), t)
	}
	var v [1]int64
	c.Ints(v[:], i, i+1)
	f := c.Field()
	return intText(v[0], &f)
}
