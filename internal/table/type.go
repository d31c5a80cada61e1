package table

import (
	"math"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// Type is how the values of a column are stored.
type Type uint8

// The types.
const (
	Int8 Type = iota + 1
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float16
	Float32
	Float64
	Bool    // 0 or 1
	String  // codes into a dictionary
	Decimal // int64 counts of 10^-Places
)

var typeNames = [...]string{"", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
	"float16", "float32", "float64", "bool", "string", "decimal"}

// String returns the name of t as NumPy and Arrow write it.
func (t Type) String() string { return typeNames[t] }

// Integer tells whether t is one of the integer types.
func (t Type) Integer() bool { return t >= Int8 && t <= Uint64 }

// Float tells whether t is one of the floating-point types.
func (t Type) Float() bool { return t >= Float16 && t <= Float64 }

// size returns the bytes of a value; a String is a code.
func (t Type) size() int {
	switch {
	case t == Bool:
		return 1
	case t == String:
		return 4
	case t == Decimal:
		return 8
	case t.Float():
		return 2 << (t - Float16)
	case t >= Uint8:
		return 1 << (t - Uint8)
	default:
		return 1 << (t - Int8)
	}
}

// kind returns the letter for t in NumPy's dtypes.
func (t Type) kind() byte {
	switch {
	case t == Bool:
		return 'b'
	case t.Float():
		return 'f'
	case t >= Uint8:
		return 'u'
	default:
		return 'i'
	}
}

// typeOf returns the Type that T stores. float16, bool and string, which are
// stored as integers, are set apart by hand.
func typeOf[T npy.Value]() Type {
	switch any(*new(T)).(type) {
	case int8:
		return Int8
	case int16:
		return Int16
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	case uint16:
		return Uint16
	case uint32:
		return Uint32
	case uint64:
		return Uint64
	case float32:
		return Float32
	default:
		return Float64
	}
}

// bounds returns the least and greatest value of an integer type, Bool or the
// counts of Decimal, exactly for all but the greatest of 64 bits, which are one
// too large.
func (t Type) bounds() (lo, hi float64) {
	switch {
	case t == Bool:
		return 0, 1
	case t == Decimal:
		return Int64.bounds()
	case t >= Uint8:
		return 0, math.Ldexp(1, 8<<(t-Uint8)) - 1
	default:
		half := math.Ldexp(1, 8<<(t-Int8)-1)
		return -half, half - 1
	}
}

// float16 returns the value of the half-precision number with bits h.
//
// Shifted into place, the exponent of a half is 112 too small for a float32;
// one multiplication by 2^112 mends it, subnormal numbers included.
func float16(h uint16) float64 {
	if h&0x7c00 == 0x7c00 {
		if h&0x3ff != 0 {
			return math.NaN()
		}
		return math.Inf(int(int16(h) | 1))
	}
	abs := math.Float32frombits(uint32(h&0x7fff)<<13) * 0x1p112
	return float64(math.Float32frombits(math.Float32bits(abs) | uint32(h&0x8000)<<16))
}
