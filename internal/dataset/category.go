package dataset

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// maxCategories is how many codes float32, in which neighbors are searched for,
// tells apart.
const maxCategories = 1 << 24

// unseen is the code of a value that is none of the categories.
const unseen = -1

// categories are the distinct values of a column, in the order of their codes. Of
// text and booleans the column itself holds codes, and nothing is kept here.
type categories struct {
	ints   []int64   // of whole numbers, ascending: uint64 by its bits, a Decimal by its counts
	floats []float64 // of other numbers, ascending
}

// encode returns a column of the codes of c, missing where c is, and what they
// stand for. Values are compared as what they are: integers of 64 bits are not
// rounded to float64. The error says that there are more than codes can tell.
func encode(c table.Column) (codes table.Column, k categories, err error) {
	n, count := c.Len(), 0
	out := make([]float32, n)
	switch t := c.Type(); {
	case t == table.String || t == table.Bool:
		codes, count = c, len(c.Dictionary())
	case t.Float():
		values := make([]float64, n)
		c.Floats(values, 1, 0, n)
		k.floats = rank(out, values, c)
		count = len(k.floats)
	case t == table.Uint64:
		values, bits := make([]uint64, n), make([]int64, n)
		c.Ints(bits, 0, n)
		for i, v := range bits {
			values[i] = uint64(v)
		}
		for _, v := range rank(out, values, c) {
			k.ints = append(k.ints, int64(v))
		}
		count = len(k.ints)
	default:
		values := make([]int64, n)
		c.Ints(values, 0, n)
		k.ints = rank(out, values, c)
		count = len(k.ints)
	}
	if codes == nil {
		codes = table.New(c.Name(), out)
	}
	return codes, k, fewEnough(c.Name(), count)
}

// fewEnough returns an error where a column has more categories than codes can tell.
func fewEnough(name string, count int) error {
	if count <= maxCategories {
		return nil
	}
	return fmt.Errorf("column %s has %d categories, and neighbor search tells no more than %d apart: leave it out with --drop %s", name, count, maxCategories, name)
}

// rank writes the rank of each value among the distinct ones to codes, NaN where c
// has none, and returns the distinct ones.
func rank[T cmp.Ordered](codes []float32, values []T, c table.Column) []T {
	distinct := values
	if gaps := c.CountMissing(0, c.Len()); gaps > 0 {
		distinct = make([]T, 0, len(values)-gaps)
		for i, v := range values {
			if !c.Missing(i) {
				distinct = append(distinct, v)
			}
		}
	} else {
		distinct = slices.Clone(values)
	}
	slices.Sort(distinct)
	distinct = slices.Clip(slices.Compact(distinct))
	for i, v := range values {
		at, found := slices.BinarySearch(distinct, v)
		if codes[i] = float32(at); !found || c.Missing(i) {
			codes[i] = float32(math.NaN())
		}
	}
	return distinct
}

// texts returns what each code of column c stands for.
func (k *categories) texts(c table.Column) []string {
	switch t := c.Type(); {
	case t == table.String:
		return c.Dictionary()
	case t == table.Bool:
		return []string{"false", "true"}
	case t.Float():
		texts := make([]string, len(k.floats))
		for code, x := range k.floats {
			texts[code] = floatText(x, t)
		}
		return texts
	}
	texts, f := make([]string, len(k.ints)), c.Field()
	for code, v := range k.ints {
		texts[code] = intText(v, &f)
	}
	return texts
}

// intText returns whole number v of field f, a Decimal without zeros at the end.
func intText(v int64, f *table.Field) string {
	if f.Type == table.Uint64 {
		return strconv.FormatUint(uint64(v), 10)
	}
	text := strconv.FormatInt(v, 10)
	if f.Type != table.Decimal || f.Places <= 0 {
		return text
	}
	digits, negative := strings.CutPrefix(text, "-")
	if lack := f.Places + 1 - len(digits); lack > 0 {
		digits = strings.Repeat("0", lack) + digits
	}
	point := len(digits) - f.Places
	text = plain(digits[:point] + "." + digits[point:])
	if negative {
		text = "-" + text
	}
	return text
}

// floatText returns the shortest decimal number that gives x back as a value of
// type t. Whole numbers below 2⁶³ have all their digits, so that equal numbers have
// equal texts whatever their types.
func floatText(x float64, t table.Type) string {
	abs := math.Abs(x)
	switch {
	case abs < 1<<63 && x == math.Trunc(x):
		return strconv.FormatInt(int64(x), 10)
	case t == table.Float32 || t == table.Float16:
		return strconv.FormatFloat(x, format(abs), -1, 32)
	default:
		return strconv.FormatFloat(x, format(abs), -1, 64)
	}
}

// format returns how strconv writes a number of that size: with an exponent where a
// Decimal does not reach.
func format(abs float64) byte {
	if abs >= 1e-20 && abs < 1<<63 {
		return 'f'
	}
	return 'g'
}

// plain takes zeros that say nothing off a number without a sign: 007.50 is 7.5.
func plain(digits string) string {
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// Recode returns a column of the codes that the values of c have among categories,
// as Set.Categories lists them: -1 where a value is none of them, missing where c
// is. Numbers are compared exactly, whatever their types.
func Recode(c table.Column, categories []string) (table.Column, error) {
	codes, own, err := encode(c)
	if err != nil {
		return nil, err
	}
	of := make(map[string]float32, len(categories))
	for code, category := range categories {
		of[category] = float32(code)
	}
	there := make([]float32, 0, len(categories))
	for _, category := range own.texts(c) {
		code, ok := of[category]
		if !ok {
			code = unseen
		}
		there = append(there, code)
	}
	out := make([]float32, c.Len())
	for i := range out {
		if out[i] = float32(math.NaN()); !codes.Missing(i) {
			out[i] = there[int(codes.Float(i))]
		}
	}
	return table.New(c.Name(), out), nil
}
