package table

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// number is the value of a cell.
type number struct {
	float    float64
	size     uint64 // of an exact integer: its absolute value
	negative bool
	exact    bool // an integer within 64 bits, size with its sign
	cut      bool // a decimal fraction of more digits than float64 gives back
}

// integer returns the value as int64, or as uint64 by its bits.
func (n number) integer() int64 {
	if n.negative {
		return -int64(n.size)
	}
	return int64(n.size)
}

// held tells whether float64 holds an exact integer.
func (n number) held() bool {
	return bits.Len64(n.size)-bits.TrailingZeros64(n.size) <= 53
}

// parseNumber reads decimal notation as strconv.ParseFloat does, but for numbers
// beyond the range of float64. The class is whole, real or code, or words where
// cell is no number.
//
// Up to 19 digits make a uint64; if that and the power of ten are held by float64
// exactly, one multiplication or division is rounded right (Clinger, How to read
// floating point numbers accurately, PLDI 1990).
func parseNumber(cell []byte) (number, class) {
	var n number
	i := 0
	if i < len(cell) && (cell[0] == '-' || cell[0] == '+') {
		n.negative = cell[0] == '-'
		i++
	}
	start := i
	for ; i < len(cell) && cell[i]-'0' < 10; i++ {
		n.size = 10*n.size + uint64(cell[i]-'0')
	}
	digits := i - start
	if i == len(cell) {
		return n.wholeNumber(cell, cell[start:], digits)
	}
	power, scientific := 0, false
	if cell[i] == '.' {
		point := i
		for i++; i < len(cell) && cell[i]-'0' < 10; i++ {
			n.size = 10*n.size + uint64(cell[i]-'0')
		}
		power = point + 1 - i
		digits += i - point - 1
	}
	if digits == 0 {
		return infinite(cell[start:], n.negative)
	}
	if i < len(cell) {
		if cell[i] == '#' && bytes.HasPrefix(cell[i:], []byte("#INF")) { // C of Windows
			return infinite(cell[i+1:i+4], n.negative)
		}
		if cell[i]|0x20 != 'e' {
			return number{}, words
		}
		exponent, ok := parseExponent(cell[i+1:])
		if !ok {
			return number{}, words
		}
		power, scientific = power+exponent, true
	}
	if digits <= 19 && n.size < 1<<53 && -22 <= power && power <= 22 {
		n.float = float64(n.size)
		if power < 0 {
			n.float /= tens[-power]
		} else {
			n.float *= tens[power]
		}
		if n.negative {
			n.float = -n.float
		}
		n.cut = digits > sureDigits && !scientific && !keeps(n, cell, digits, -power)
		return n, real
	}
	v, err := strconv.ParseFloat(unsafe.String(&cell[0], len(cell)), 64)
	if err != nil {
		return number{}, words
	}
	n.float = v
	n.cut = digits > sureDigits && !scientific && !keeps(n, cell, digits, -power)
	return n, real
}

// sureDigits is how many decimal digits float64 gives back whatever they are.
const sureDigits = 15

// keeps tells whether the float of n has all digits of cell, of which so many are
// behind the point.
func keeps(n number, cell []byte, digits, places int) bool {
	if digits > 19 || places > 19 {
		return survivesText(n.float, cell, places)
	}
	return survives(n.float, n.size, places)
}

// survives tells whether v, rounded half to even to places digits behind the point, is
// ±size counts of the last one. Places is at most 19.
func survives(v float64, size uint64, places int) bool {
	fraction, exponent := math.Frexp(math.Abs(v))
	hi, lo := bits.Mul64(uint64(math.Ldexp(fraction, 53)), pow10(places)) // counts, times 2^shift
	shift := 53 - exponent
	switch {
	case shift <= 0: // v is a whole number
		return hi == 0 && lo<<-shift>>-shift == lo && lo<<-shift == size
	case shift > 127:
		return size == 0
	}
	high, count := hi, uint64(0) // of counts: all but the last 64 bits, and these
	if shift < 64 {
		high, count = hi>>shift, hi<<(64-shift)|lo>>shift
	} else {
		high, count = 0, hi>>(shift-64)
	}
	if half, rest := halfBit(hi, lo, shift); half && (rest || count&1 == 1) {
		count++
	}
	return high == 0 && count == size
}

// halfBit tells whether the last shift bits of hi and lo, 1 to 127, are half of all that
// they can hold or more, and whether they are not just half.
func halfBit(hi, lo uint64, shift int) (half, rest bool) {
	at := shift - 1
	if at < 64 {
		return lo>>at&1 == 1, lo&(1<<at-1) != 0
	}
	return hi>>(at-64)&1 == 1, lo != 0 || hi&(1<<(at-64)-1) != 0
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// survivesText is survives for a cell of any number of digits.
func survivesText(v float64, cell []byte, places int) bool {
	bare := bytes.TrimLeft(bytes.TrimLeft(cell, "+-"), "0")
	for _, places := range [...]int{places, -1} { // -1: as many as it takes; where v is half between two, either is right
		if text := strconv.AppendFloat(nil, math.Abs(v), 'f', places, 64); bytes.Equal(bytes.TrimLeft(text, "0"), bare) {
			return true
		}
	}
	return false
}

var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseExponent reads what follows an e. Far too large ones are cut.
func parseExponent(text []byte) (int, bool) {
	sign := 1
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	v := 0
	for _, c := range text {
		if c-'0' > 9 {
			return 0, false
		}
		v = min(10*v+int(c-'0'), 1e6)
	}
	return sign * v, len(text) > 0
}

// wholeNumber classes a cell of digits behind an optional sign, whose value n has
// where there are at most 19 of them.
func (n number) wholeNumber(cell, tail []byte, digits int) (number, class) {
	if digits == 0 {
		return number{}, words
	}
	n.exact = true
	if digits > 19 {
		v, err := strconv.ParseUint(unsafe.String(&tail[0], len(tail)), 10, 64)
		n.size, n.exact = v, err == nil
	}
	if n.negative && n.size > 1<<63 {
		n.exact = false
	}
	n.float = float64(n.size)
	if n.negative {
		n.float = -n.float
	}
	if !n.exact {
		var err error
		if n.float, err = strconv.ParseFloat(unsafe.String(&cell[0], len(cell)), 64); err != nil {
			return n, code
		}
	}
	switch {
	case cell[0] == '+' || digits > 1 && tail[0] == '0':
		return n, code
	case n.size == 0 && n.exact && n.negative: // -0
		return n, real
	case n.exact:
		return n, whole
	case bytes.Equal(strconv.AppendFloat(nil, n.float, 'f', 0, 64), cell):
		return n, real
	}
	return n, code
}

// infinite reads inf and infinity in any case.
func infinite(text []byte, negative bool) (number, class) {
	if len(text) != 3 && len(text) != 8 {
		return number{}, words
	}
	if name := string(bytes.ToLower(text)); name != "inf" && name != "infinity" {
		return number{}, words
	}
	sign := 1
	if negative {
		sign = -1
	}
	return number{float: math.Inf(sign), negative: negative}, real
}
