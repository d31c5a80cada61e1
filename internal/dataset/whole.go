package dataset

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// whole says how a number of a feature becomes a whole number of its column again:
// of columns whose values float64 would round, and of times and decimals, whose
// values are bounded. The zero value is that of other columns, which are written as
// the numbers they are.
type whole struct {
	Used   bool
	Based  bool    // the feature counts from base, not from 0
	Rough  bool    // the range is so wide that float64 rounds what is counted from base
	Base   int64   // uint64 by its bits
	Factor float64 // counts in one unit of the feature
	Step   float64 // counts that values are multiples of: those of a day in a date
	Flip   uint64  // signBit of the column
	Lo, Hi uint64  // ends of the range of the type, as order has them
}

// exactly is up to where float64 holds all whole numbers; of decimals, which are
// divided and multiplied by a power of ten, up to where that gives them back.
const (
	exactly        = 1 << 53
	exactlyDecimal = 1 << 51
)

// newWhole returns how numbers of a column become whole ones. unscaled says that
// times must be counted from their least value, so that float32 holds them well.
func newWhole(f table.Field, v *survey, unscaled bool) whole {
	temporal := f.Temporal.Kind != table.NotTemporal
	wide := v.wide(f)
	if !wide && !temporal && f.Type != table.Decimal {
		return whole{}
	}
	w := whole{Used: true, Factor: 1, Step: 1, Flip: signBit(f.Type == table.Uint64)}
	w.Based = wide || temporal && unscaled
	switch {
	case w.Based:
		w.Base = v.Lo
		w.Rough = order(v.Hi, w.Flip)-order(v.Lo, w.Flip) > exactly
	case f.Type == table.Decimal:
		w.Factor = math.Pow10(f.Places)
	}
	if f.Temporal.Kind == table.Date && f.Type == table.Int64 {
		w.Step = math.Round(86400 * f.PerSecond())
	}
	lo, hi := wholeBounds(f)
	w.Lo, w.Hi = order(lo, w.Flip), order(hi, w.Flip)
	if !v.empty() { // what a column holds it may hold
		w.Lo, w.Hi = min(w.Lo, order(v.Lo, w.Flip)), max(w.Hi, order(v.Hi, w.Flip))
	}
	return w
}

// wide tells whether float64 rounds values of the column.
func (v *survey) wide(f table.Field) bool {
	most := uint64(exactly)
	if f.Type == table.Decimal {
		most = exactlyDecimal
	}
	switch {
	case !large(&f) || v.empty():
		return false
	case f.Type == table.Uint64:
		return uint64(v.Hi) > most
	default:
		return v.Lo < -int64(most) || v.Hi > int64(most)
	}
}

// wholeBounds returns the least and greatest whole number of field f.
func wholeBounds(f table.Field) (lo, hi int64) {
	switch {
	case f.Temporal.Kind == table.TimeOfDay:
		return 0, int64(math.Round(86400*f.PerSecond())) - 1
	case f.Type == table.Uint64:
		return 0, -1
	case f.Type == table.Int32:
		return math.MinInt32, math.MaxInt32
	case f.Type == table.Decimal && f.Precision > 0 && f.Precision <= 18:
		most := int64(math.Pow10(f.Precision)) - 1
		return -most, most
	default:
		return math.MinInt64, math.MaxInt64
	}
}

// view returns c as a feature: counted from the base where there is one.
func (w *whole) view(c table.Column) table.Column {
	if !w.Based {
		return c
	}
	return countFrom(c, w.Base)
}

// number returns v, a whole number of field f, as the feature has it.
func (w *whole) number(v int64, f *table.Field) float64 {
	switch {
	case w.Based:
		return from(v, w.Base, w.Flip)
	case f.Type == table.Uint64:
		return float64(uint64(v))
	case f.Type == table.Decimal && f.Places > 0:
		return float64(v) / math.Pow10(f.Places)
	default:
		return float64(v)
	}
}

// from returns how far v is from base.
func from(v, base int64, flip uint64) float64 {
	if order(v, flip) >= order(base, flip) {
		return float64(uint64(v) - uint64(base))
	}
	return -float64(uint64(base) - uint64(v))
}

// countFrom returns how far the whole numbers of c are from base.
func countFrom(c table.Column, base int64) table.Column {
	n, flip := c.Len(), signBit(c.Type() == table.Uint64)
	ints, out := make([]int64, n), make([]float64, n)
	c.Ints(ints, 0, n)
	for i, v := range ints {
		out[i] = from(v, base, flip)
	}
	if c.CountMissing(0, n) > 0 {
		for i := range out {
			if c.Missing(i) {
				out[i] = math.NaN()
			}
		}
	}
	return table.New(c.Name(), out)
}

// From returns c, whole numbers, counted from base, which Set.Base gave for a column
// of the same type; c itself where base is "". So rows of another table are brought
// into the space of the set's features.
func From(c table.Column, base string) (table.Column, error) {
	if base == "" {
		return c, nil
	}
	count, err := parseWhole(base, c.Field())
	if err != nil {
		return nil, fmt.Errorf("column %s, of type %s, cannot be counted from %s", c.Name(), c.Type(), base)
	}
	return countFrom(c, count), nil
}

// parseWhole returns the whole number of field f that intText writes as text.
func parseWhole(text string, f table.Field) (int64, error) {
	switch {
	case f.Type == table.Uint64:
		v, err := strconv.ParseUint(text, 10, 64)
		return int64(v), err
	case f.Type == table.Decimal:
		whole, fraction, _ := strings.Cut(text, ".")
		if len(fraction) > f.Places {
			return 0, strconv.ErrRange
		}
		text = whole + fraction + strings.Repeat("0", f.Places-len(fraction))
	case !f.Type.Integer():
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(text, 10, 64)
}

// value returns the whole number nearest to x, a number of the feature, half to
// even, brought into the range of the column.
func (w *whole) value(x float64) int64 {
	x = math.RoundToEven(x*w.Factor/w.Step) * w.Step
	base := order(w.Base, w.Flip)
	if !w.Based {
		base = order(0, w.Flip)
	}
	at := base
	switch d := distance(x); {
	case x >= 0 && d <= math.MaxUint64-base:
		at += d
	case x >= 0:
		at = math.MaxUint64
	case d <= base:
		at -= d
	default:
		at = 0
	}
	return int64(order(int64(min(max(at, w.Lo), w.Hi)), w.Flip))
}

// distance returns |x|, at most the greatest uint64; NaN gives 0.
func distance(x float64) uint64 {
	switch x = math.Abs(x); {
	case x >= 1<<64:
		return math.MaxUint64
	case x >= 0:
		return uint64(x)
	default:
		return 0
	}
}
