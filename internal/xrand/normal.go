package xrand

import "math"

// The ziggurat of Marsaglia and Tsang (The Ziggurat Method for Generating Random
// Variables, J. Statistical Software 5(8), 2000) covers the density exp(-x²/2)
// with layers of equal area zigArea: layer 0 is a rectangle up to zigTail with
// the tail beyond it, layer i reaches from height f(x[i]) to f(x[i+1]), and x
// falls to 0. As Doornik advises (An Improved Ziggurat Method, 2005), the layer
// and the position in it come from different bits of one draw.
const (
	zigLayers = 256
	zigTail   = 3.6541528853610088     // right edge of layer 1, start of the tail
	zigArea   = 0.00492867323397465536 // area of each layer
)

// zigLayer holds what one layer needs. A position is an integer u of 53 bits;
// the value is u·scale, and it lies under the curve for certain when u < inside.
type zigLayer struct {
	inside int64
	scale  float64
	lower  float64 // density at the outer edge
	upper  float64 // density at the inner edge
}

var zig = makeZig()

func makeZig() (layers [zigLayers]zigLayer) {
	density := func(x float64) float64 { return Exp(float64(-0.5*x) * x) }
	edge := zigArea / density(zigTail) // the width of a rectangle with the area of layer 0
	inner := zigTail
	for i := range layers {
		f := density(edge)
		if i == 0 {
			f = 0
		}
		layers[i] = zigLayer{
			inside: int64(inner / edge * 0x1p53),
			scale:  edge * 0x1p-53,
			lower:  f,
			upper:  density(inner),
		}
		edge = inner
		if i < zigLayers-2 {
			inner = math.Sqrt(-2 * Log(zigArea/edge+density(edge)))
		} else {
			inner = 0
		}
	}
	return layers
}

// Normal returns a draw from the normal distribution with mean 0 and standard
// deviation 1.
func (s *Stream) Normal() float64 {
	for {
		// Bits 0 to 7 choose the layer, bit 8 the sign, bits 11 to 63 the position.
		bits := s.pcg.Uint64()
		layer := &zig[bits%zigLayers]
		u := int64(bits >> 11)
		x := float64(float64(u) * layer.scale)
		if u >= layer.inside {
			var ok bool
			if x, ok = s.edge(bits%zigLayers, x); !ok {
				continue
			}
		}
		return math.Float64frombits(math.Float64bits(x) | bits<<55&(1<<63))
	}
}

// edge decides a position x of layer i that may lie above the curve: it returns
// the value and true, or false for another try.
func (s *Stream) edge(i uint64, x float64) (float64, bool) {
	if i == 0 {
		return s.tail(), true
	}
	y := zig[i].lower + float64(s.Uniform()*(zig[i].upper-zig[i].lower))
	return x, y < Exp(float64(-0.5*x)*x)
}

// tail returns a draw from the part of the normal distribution beyond zigTail
// (Marsaglia, Generating a Variable from the Tail of the Normal Distribution,
// Technometrics 6, 1964).
func (s *Stream) tail() float64 {
	for {
		x := -Log(s.positive()) / zigTail
		y := -Log(s.positive())
		if y+y > float64(x*x) {
			return zigTail + x
		}
	}
}
