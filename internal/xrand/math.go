package xrand

import "math"

// ln2 in two parts: k·ln2Hi is exact for |k| < 2¹¹.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
)

// Log returns the natural logarithm of x with an error below 1 ulp, the same
// bits on every machine. Log(0) is -Inf, Log of a negative number or NaN is NaN,
// Log(+Inf) is +Inf.
//
// With x = 2ᵏ·(1+f), 1+f in [√½, √2), and s = f/(2+f):
//
//	log(1+f) = f - f²/2 + s·(f²/2 + R(s²)),   R(z) = z·(L1 + z·(L2 + ... + z·L7))
//
// The method and the coefficients L1 to L7 are those of FreeBSD's e_log.c
// (Copyright 1993 Sun Microsystems).
func Log(x float64) float64 {
	const (
		l1 = 6.666666666666735130e-01
		l2 = 3.999999999940941908e-01
		l3 = 2.857142874366239149e-01
		l4 = 2.222219843214978396e-01
		l5 = 1.818357216161805012e-01
		l6 = 1.531383769920937332e-01
		l7 = 1.479819860511658591e-01
	)
	switch {
	case !(x > 0):
		if x == 0 {
			return math.Inf(-1)
		}
		return math.NaN()
	case x > math.MaxFloat64:
		return x
	}
	m, k := frexp(x)
	f := m - 1
	s := f / (2 + f)
	z := s * s
	w := z * z
	odd := float64(z * (l1 + float64(w*(l3+float64(w*(l5+float64(w*l7)))))))
	even := float64(w * (l2 + float64(w*(l4+float64(w*l6)))))
	half := float64(float64(0.5*f) * f)
	low := float64(s*(half+(odd+even))) + float64(k*ln2Lo)
	return float64(k*ln2Hi) - ((half - low) - f)
}

// frexp returns m in [√½, √2) and an integer k with x = m·2ᵏ, for 0 < x < +Inf.
func frexp(x float64) (m, k float64) {
	const sqrtHalf, exponent = 0x3fe6a09e667f3bcd, 0x3fe0000000000000 // the bits of √½, of the exponent of [½, 1)
	shift := 0
	if x < 0x1p-1022 {
		x *= 0x1p54
		shift = 54
	}
	b := math.Float64bits(x)
	e := int(b>>52) - 1022
	b = b&(1<<52-1) | exponent
	if b < sqrtHalf {
		b += 1 << 52
		e--
	}
	return math.Float64frombits(b), float64(e - shift)
}

// Exp returns e to the power x with an error below 1 ulp (below the smallest
// positive number for subnormal results), the same bits on every machine.
// Results out of range are +Inf and 0; Exp(NaN) is NaN.
//
// With x = k·ln 2 + r, |r| <= ½·ln 2, and c = r - r²·(P1 + r²·(P2 + ... + r²·P5)):
//
//	exp(r) = 1 + r + r·c/(2-c)
//
// The method and the coefficients P1 to P5 are those of FreeBSD's e_exp.c
// (Copyright 2004 Sun Microsystems).
func Exp(x float64) float64 {
	const (
		p1 = 1.66666666666666657415e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08

		log2e    = 1.44269504088896338700e+00
		overflow = 7.09782712893383973096e+02
		vanish   = -7.45133219101941108420e+02
	)
	switch {
	case x > overflow:
		return math.Inf(1)
	case x < vanish:
		return 0
	case x != x:
		return x
	}
	k := int(float64(log2e*x) + math.Copysign(0.5, x))
	hi := x - float64(float64(k)*ln2Hi)
	lo := float64(float64(k) * ln2Lo)
	r := hi - lo
	t := r * r
	c := r - float64(t*(p1+float64(t*(p2+float64(t*(p3+float64(t*(p4+float64(t*p5)))))))))
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	return ldexp(y, k)
}

// ldexp returns y·2ᵏ for y in [½, 2) and -1075 <= k <= 1024, in steps that each
// are exact except a last one into the subnormal numbers.
func ldexp(y float64, k int) float64 {
	switch {
	case k > 1023:
		return y * 2 * pow2(k-1)
	case k < -1021:
		return y * pow2(k+64) * 0x1p-64
	}
	return y * pow2(k)
}

// pow2 returns 2ᵏ for -1022 <= k <= 1023.
func pow2(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }
