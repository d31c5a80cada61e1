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

// shares are the columns whose values are shares or differences of shares.
var shares = []string{"recall", "recall_by_id", "auroc", "ap", "gain_over_exact", "ci_low", "ci_high"}

// short returns a value of a column with four digits when it is a number with a fraction:
// four decimals of a share.
func short(column, text string) string {
	v := number(text)
	switch {
	case math.IsNaN(v) || !strings.ContainsAny(text, ".e"):
		return text
	case slices.Contains(shares, column):
		return strconv.FormatFloat(v, 'f', 4, 64)
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
