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
	Ints   []int64   // of whole numbers, ascending: uint64 by its bits, a Decimal by its counts
	Floats []float64 // of other numbers, ascending
}

// valueSet is a set of the values of a column of numbers: whole ones as they are
// (uint64 by its bits), others by the bits of the float64, 0 without a sign. It stops
// growing when it has more than codes can tell.
type valueSet map[uint64]struct{}

// addInts adds whole numbers, of which those where gap is true are missing. It does
// nothing to nil.
func (s valueSet) addInts(values []int64, gaps []bool) {
	if s == nil {
		return
	}
	for i, v := range values {
		if gaps == nil || !gaps[i] {
			s.add(uint64(v))
		}
	}
}

// addFloats adds the finite ones of values.
func (s valueSet) addFloats(values []float64) {
	if s == nil {
		return
	}
	for _, x := range values {
		if isFinite(x) {
			s.add(math.Float64bits(x + 0))
		}
	}
}

func (s valueSet) add(v uint64) {
	if len(s) <= maxCategories {
		s[v] = struct{}{}
	}
}

// join adds the members of o.
func (s valueSet) join(o valueSet) {
	for v := range o {
		s.add(v)
	}
}

// categories returns the members in order, which are values of field f.
func (s valueSet) categories(f *table.Field) (k categories) {
	if f.Type.Float() {
		k.Floats = make([]float64, 0, len(s))
		for v := range s {
			k.Floats = append(k.Floats, math.Float64frombits(v))
		}
		slices.Sort(k.Floats)
		return k
	}
	k.Ints = make([]int64, 0, len(s))
	for v := range s {
		k.Ints = append(k.Ints, int64(v))
	}
	flip := signBit(f.Type == table.Uint64)
	slices.SortFunc(k.Ints, func(a, b int64) int { return cmp.Compare(order(a, flip), order(b, flip)) })
	return k
}

// categoriesOf returns the categories of all values of c.
func categoriesOf(c table.Column) categories {
	t := c.Type()
	if t == table.String || t == table.Bool {
		return categories{}
	}
	s, n := valueSet{}, c.Len()
	if t.Float() {
		values := make([]float64, n)
		c.Floats(values, 1, 0, n)
		s.addFloats(values)
	} else {
		values, gaps := make([]int64, n), make([]bool, n)
		c.Ints(values, 0, n)
		for i := range gaps {
			gaps[i] = c.Missing(i)
		}
		s.addInts(values, gaps)
	}
	f := c.Field()
	return s.categories(&f)
}

// count returns the number of categories of a column of field f.
func (k *categories) count(f *table.Field) int {
	if f.Type == table.String {
		return len(f.Dictionary)
	}
	return max(len(k.Ints), len(k.Floats))
}

// encode returns a column of the codes of c, of field f, missing where c is, and unseen where a
// value is none of the categories. Values are compared as what they are: integers of
// 64 bits are not rounded to float64.
func (k *categories) encode(c table.Column, f *table.Field) table.Column {
	n := c.Len()
	codes := make([]float32, n)
	switch t := c.Type(); {
	case t == table.Bool:
		return c
	case t == table.String:
		return recoded(c, f)
	case t.Float():
		values := make([]float64, n)
		c.Floats(values, 1, 0, n)
		rank(codes, values, k.Floats, cmp.Compare[float64], c)
	default:
		values, flip := make([]int64, n), signBit(t == table.Uint64)
		c.Ints(values, 0, n)
		rank(codes, values, k.Ints, func(a, b int64) int { return cmp.Compare(order(a, flip), order(b, flip)) }, c)
	}
	return table.New(c.Name(), codes)
}

// fewEnough returns an error where a column has more categories than codes can tell.
func fewEnough(name string, count int) error {
	if count <= maxCategories {
		return nil
	}
	return fmt.Errorf("column %s has %d categories, and neighbor search tells no more than %d apart: leave it out with --drop %s", name, count, maxCategories, name)
}

// recoded returns c, a column of text, with the codes of f: itself where it has them,
// unseen where f has no such text.
func recoded(c table.Column, f *table.Field) table.Column {
	own := c.Dictionary()
	if len(own) <= len(f.Dictionary) && (len(own) == 0 || &own[0] == &f.Dictionary[0]) {
		return c
	}
	known := make(map[string]int64, len(f.Dictionary))
	for code, text := range f.Dictionary {
		known[text] = int64(code)
	}
	n := c.Len()
	codes, gaps := make([]int64, n), make([]bool, n)
	c.Ints(codes, 0, n)
	lacks := c.CountMissing(0, n) > 0
	for i, code := range codes {
		if gaps[i] = lacks && c.Missing(i); gaps[i] {
			continue
		}
		if here, ok := known[own[code]]; ok {
			codes[i] = here
		} else {
			codes[i] = unseen
		}
	}
	return table.Live(*f, codes, gaps)
}

// rank writes the place of each value among the distinct ones, which ascend, to codes:
// NaN where c has no value, unseen where it is not there.
func rank[T any](codes []float32, values, distinct []T, compare func(a, b T) int, c table.Column) {
	gaps := c.CountMissing(0, len(values)) > 0
	for i, v := range values {
		at, found := slices.BinarySearchFunc(distinct, v, compare)
		if codes[i] = float32(at); !found {
			codes[i] = unseen
		}
		if gaps && c.Missing(i) {
			codes[i] = float32(math.NaN())
		}
	}
}

// texts returns what each code of a column of field f stands for.
func (k *categories) texts(f *table.Field) []string {
	switch t := f.Type; {
	case t == table.String:
		return f.Dictionary
	case t == table.Bool:
		return []string{"false", "true"}
	case t.Float():
		texts := make([]string, len(k.Floats))
		for code, x := range k.Floats {
			texts[code] = floatText(x, t)
		}
		return texts
	}
	texts := make([]string, len(k.Ints))
	for code, v := range k.Ints {
		texts[code] = intText(v, f)
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
	own, f := categoriesOf(c), c.Field()
	if err := fewEnough(f.Name, own.count(&f)); err != nil {
		return nil, err
	}
	of := make(map[string]float32, len(categories))
	for code, category := range categories {
		of[category] = float32(code)
	}
	there := make([]float32, 0, len(categories))
	for _, category := range own.texts(&f) {
		code, ok := of[category]
		if !ok {
			code = unseen
		}
		there = append(there, code)
	}
	codes := own.encode(c, &f)
	out := make([]float32, c.Len())
	for i := range out {
		if out[i] = float32(math.NaN()); !codes.Missing(i) {
			out[i] = there[int(codes.Float(i))]
		}
	}
	return table.New(c.Name(), out), nil
}

// Extend returns categories and behind them those of c that are not among them, in the
// order of the rows that have them first.
func Extend(c table.Column, categories []string) ([]string, error) {
	own, f := categoriesOf(c), c.Field()
	texts, known := own.texts(&f), make(map[string]bool, len(categories))
	for _, category := range categories {
		known[category] = true
	}
	all := slices.Clone(categories)
	var codes table.Column
	for _, text := range texts {
		if !known[text] {
			codes = own.encode(c, &f)
			break
		}
	}
	if codes == nil {
		return all, nil
	}
	for i := range c.Len() {
		if codes.Missing(i) {
			continue
		}
		if text := texts[int(codes.Float(i))]; !known[text] {
			known[text] = true
			all = append(all, text)
		}
	}
	return all, fewEnough(f.Name, len(all))
}
