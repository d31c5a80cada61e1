package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// marks tells which values of the label column mark anomalies.
type marks struct {
	field   *table.Field
	option  string   // that gave values
	values  []string // those of anomalies or, where normal is true, of all other rows; none: 1 and true, not 0 and false
	normal  bool
	ints    []int64   // values of a column of whole numbers
	floats  []float64 // of another one, of numbers
	invalid []bool    // values that no number of the column is
}

// newMarks returns the marks of a label column: equal to values as numbers where the
// column holds numbers, to the last digit, as text otherwise.
func newMarks(f *table.Field, anomalies, normals []string) (*marks, error) {
	m := &marks{field: f, option: "--anomaly-value", values: anomalies}
	if len(anomalies) == 0 && len(normals) > 0 {
		m.option, m.values, m.normal = "--normal-value", normals, true
	}
	given := m.values
	m.values = nil
	var texts []string
	for _, value := range given {
		text, err := labelText(f, m.option, value)
		if err != nil {
			return m, err
		}
		if slices.Contains(texts, text) {
			continue // 1 and 1.0
		}
		i := len(texts)
		texts, m.values = append(texts, text), append(m.values, value)
		m.ints, m.floats, m.invalid = append(m.ints, 0), append(m.floats, 0), append(m.invalid, false)
		switch {
		case f.Type == table.Bool:
			if text == "true" {
				m.ints[i] = 1
			}
		case f.Type.Float():
			size := 64
			if f.Type != table.Float64 {
				size = 32
			}
			m.floats[i], err = strconv.ParseFloat(text, size)
		case f.Type != table.String:
			m.ints[i], err = parseWhole(text, *f)
		}
		m.invalid[i] = err != nil
	}
	return m, nil
}

// The verdicts on a value beside its place among marks.values.
const (
	none    = -1 // it is not among them
	odd     = -2 // there are no values, and it is neither 1 nor 0
	pending = -3 // not known yet
)

// text returns the place of a text among values; without these 1 for a text that is
// true and 0 for one that is false.
func (m *marks) text(text string) int {
	if len(m.values) > 0 {
		return slices.Index(m.values, text)
	}
	anomaly, err := strconv.ParseBool(strings.TrimSpace(text))
	switch {
	case err != nil:
		return odd
	case anomaly:
		return 1
	}
	return 0
}

// float is text for a number.
func (m *marks) float(x float64) int {
	if len(m.values) == 0 {
		if x == 0 || x == 1 {
			return int(x)
		}
		return odd
	}
	for i, v := range m.floats {
		if v == x && !m.invalid[i] {
			return i
		}
	}
	return none
}

// int is text for a whole number, where there are values.
func (m *marks) int(x int64) int {
	for i, v := range m.ints {
		if v == x && !m.invalid[i] {
			return i
		}
	}
	return none
}

// anomaly tells what a verdict on a value says of its row.
func (m *marks) anomaly(verdict int) bool {
	if len(m.values) == 0 {
		return verdict == 1
	}
	return (verdict >= 0) != m.normal
}

// labelText returns value as categories.texts writes it.
func labelText(f *table.Field, option, value string) (string, error) {
	switch f.Type {
	case table.String:
		return value, nil
	case table.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("label column %s is boolean: %s %q is neither true nor false", f.Name, option, value)
		}
		return strconv.FormatBool(b), nil
	}
	text, err := numberText(value, f.Type)
	if err != nil {
		return "", fmt.Errorf("label column %s is numeric: %s %q is not a number", f.Name, option, value)
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
