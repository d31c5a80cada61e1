package table

import (
	"math"
	"math/bits"
)

// joinNumbers finds a type that holds all numbers, float64 where an option allows to
// round.
func (u *unifier) joinNumbers() error {
	decimal, float, integer := false, false, false
	for _, p := range u.pieces {
		t := p.column.Type()
		decimal, float, integer = decimal || t == Decimal, float || t.Float(), integer || t.Integer()
	}
	var err error
	switch {
	case decimal:
		err = u.joinDecimals()
	case !float:
		err = u.joinIntegers()
	case integer:
		u.field.Type = Float64
		err = u.check(" that float64 does not hold exactly", (*piece).floatHolds)
	default:
		for _, p := range u.pieces {
			u.field.Type = max(u.field.Type, p.column.Type())
		}
	}
	if err != nil && u.kind == AsNumber {
		u.field.Type, u.field.Precision, u.field.Places = Float64, 0, 0
		return nil
	}
	return err
}

// check finds a piece that fails a test.
func (u *unifier) check(why string, test func(*piece) bool) error {
	for i := range u.pieces {
		if p := &u.pieces[i]; !test(p) {
			return u.apart(p, why)
		}
	}
	return nil
}

// floatHolds tells whether float64 holds all values exactly.
func (p *piece) floatHolds() bool {
	t := p.column.Type()
	if t.Float() || t.size() < 8 {
		return true
	}
	return p.all(func(v int64) bool {
		size := uint64(v)
		if t != Uint64 && v < 0 {
			size = -size
		}
		return bits.Len64(size)-bits.TrailingZeros64(size) <= 53
	})
}

// joinIntegers finds the narrowest integer type: by the types, and where only 128
// bits would do by the values.
func (u *unifier) joinIntegers() error {
	signed, unsigned := 0, 0 // bytes
	for _, p := range u.pieces {
		if t := p.column.Type(); t >= Uint8 {
			unsigned = max(unsigned, t.size())
		} else {
			signed = max(signed, t.size())
		}
	}
	switch need := max(signed, 2*unsigned); {
	case signed == 0:
		u.field.Type = Uint8 + Type(bits.Len(uint(unsigned))-1)
	case unsigned == 0 || need <= 8:
		if unsigned == 0 {
			need = signed
		}
		u.field.Type = Int8 + Type(bits.Len(uint(need))-1)
	case u.every(Uint64, func(v int64) bool { return v >= 0 }):
		u.field.Type = Int64
	default:
		u.field.Type = Uint64
		return u.check(", some below zero and some 2^63 or more, which no integer type holds", func(p *piece) bool {
			return p.column.Type() >= Uint8 || p.all(func(v int64) bool { return v >= 0 })
		})
	}
	return nil
}

// every tells whether test holds for all values in pieces of type t.
func (u *unifier) every(t Type, test func(v int64) bool) bool {
	for i := range u.pieces {
		if p := &u.pieces[i]; p.column.Type() == t && !p.all(test) {
			return false
		}
	}
	return true
}

// digitsOf is how many digits the integer types have.
var digitsOf = map[Type]int{Int8: 3, Uint8: 3, Int16: 5, Uint16: 5, Int32: 10, Uint32: 10, Int64: 19, Uint64: 20}

// joinDecimals finds a decimal of as many places as a piece has. A float64 is one
// where it is the number nearest to it, as those of CSV files are.
func (u *unifier) joinDecimals() error {
	f, head := &u.field, 0
	places := 0
	for _, p := range u.pieces {
		g := p.column.Field()
		places = max(places, g.Places)
		head = max(head, g.Precision-g.Places, digitsOf[g.Type])
	}
	f.Type, f.Places, f.Precision = Decimal, places, min(38, head+places)
	return u.check(" of which 64 bits do not hold all digits", func(p *piece) bool {
		if p.column.Type().Float() {
			return p.decimals(f)
		}
		return p.fits(f)
	})
}

// decimals tells whether all numbers of p are those nearest to a decimal of f.
func (p *piece) decimals(f *Field) bool {
	scale, ok := math.Pow10(f.Places), true
	p.scan(func(c Column, from, to int) bool {
		for i := from; i < to && ok; i++ {
			x := c.Float(i)
			count := math.RoundToEven(x * scale)
			ok = x != x || math.Abs(count) < 1<<53 && count/scale == x
		}
		return ok
	})
	return ok
}
