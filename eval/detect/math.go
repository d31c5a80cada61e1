package detect

import (
	"math"

	"github.com/nngmix/nngmix/internal/xrand"
)

// math.Exp differs in its last bits between machines; exp32 does not, since every
// product is rounded before it is added.

// exp32 returns e to the x within 2 units in the last place, 0 below -87 and e to the
// 88 above 88 (the polynomial is that of Cephes' expf, Moshier 1989).
func exp32(x float32) float32 {
	if x < -87 {
		return 0
	}
	x = min(x, 88)
	n := roundEven(float32(x * math.Log2E))
	r := x - float32(n*0.693359375) + float32(n*2.12194440e-4)
	p := float32(1.9875691500e-4)
	for _, c := range [...]float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		p = float32(p*r) + c
	}
	y := float32(float32(p*r)*r) + r + 1
	return y * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// roundEven rounds |x| < 2^22 to a whole number.
func roundEven(x float32) float32 {
	const big = 3 << 22
	return float32(x+big) - big
}

// sigmoid32 returns 1/(1+e^-x).
func sigmoid32(x float32) float32 { return 1 / (1 + exp32(-x)) }

// log1pExp returns ln(1+e^x) for x <= 0.
func log1pExp(x float32) float64 {
	return xrand.Log(1 + float64(exp32(x)))
}
