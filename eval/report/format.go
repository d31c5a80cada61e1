package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/eval"
)

// option returns the shortest text of v.
func option(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// exactly returns v with six digits for files, "" for NaN.
func exactly(v float64) string { return unlessNaN(v, strconv.FormatFloat(v, 'g', 6, 64)) }

// measure returns v with three decimals, "" for NaN.
func measure(v float64) string { return unlessNaN(v, strconv.FormatFloat(v, 'f', 3, 64)) }

// finely returns v with four decimals, "" for NaN.
func finely(v float64) string { return unlessNaN(v, strconv.FormatFloat(v, 'f', 4, 64)) }

// finelySigned returns v with its sign and four decimals, "" for NaN.
func finelySigned(v float64) string {
	text := fmt.Sprintf("%+.4f", v)
	if text == "-0.0000" || text == "+0.0000" {
		text = "0.0000"
	}
	return unlessNaN(v, text)
}

// signed returns v with its sign and three decimals, "" for NaN.
func signed(v float64) string {
	text := fmt.Sprintf("%+.3f", v)
	if text == "-0.000" || text == "+0.000" {
		text = "0.000"
	}
	return unlessNaN(v, text)
}

// pValue returns v with two digits, "" for NaN.
func pValue(v float64) string {
	if v < 0.0001 {
		return "<0.0001"
	}
	return unlessNaN(v, strconv.FormatFloat(v, 'g', 2, 64))
}

func unlessNaN(v float64, text string) string {
	if math.IsNaN(v) {
		return ""
	}
	return text
}

// percent returns a share as text.
func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 6, 64) + " %" }

// shares are the columns of recall.csv whose values are shares.
var shares = []string{"recall", "recall_by_id"}

// short returns a value of a column of recall.csv, in its unit on the page, with four digits
// when it is a number with a fraction: four decimals of a share.
func short(column, text string) string {
	v := number(text)
	if math.IsNaN(v) {
		return text
	}
	if u, ok := units[column]; ok && u.factor != 1 {
		v *= u.factor
		text = strconv.FormatFloat(v, 'f', 6, 64)
	}
	switch {
	case slices.Contains(shares, column):
		return strconv.FormatFloat(v, 'f', 4, 64)
	case !strings.ContainsAny(text, ".e"):
		return text
	case math.Abs(v) >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// amount tells how many pseudo-anomalies a variant makes.
func amount(v eval.Variant) string {
	switch {
	case v.Balance > 0:
		return "to " + percent(v.Balance)
	case v.Multiplier > 0:
		return "×" + option(v.Multiplier)
	}
	return ""
}

// variantName names a variant in figures.
func variantName(v eval.Variant) string {
	parts := []string{v.Method}
	if a := amount(v); a != "" {
		parts = append(parts, a)
	}
	if v.NoiseStd > 0 {
		parts = append(parts, "σ "+option(v.NoiseStd))
	}
	return strings.Join(parts, " ")
}
