package table

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
)

// arrowDecimal collects decimals of 4 to 32 bytes, two's complement, low byte
// first.
type arrowDecimal struct {
	collector[int64]
	width int
	scale int // values are counts of 10^-scale
}

// maxPlaces is the most digits of a Decimal.
const maxPlaces = 38

// newArrowDecimal returns nil for more digits behind the point than a Decimal has.
func newArrowDecimal(f Field, t arrow.DecimalType) arrowBuilder {
	scale := int(t.GetScale())
	if scale > maxPlaces || scale < -maxPlaces {
		return nil
	}
	f.Type, f.Places = Decimal, max(scale, 0)
	f.Precision = min(max(int(t.GetPrecision())-min(scale, 0), f.Places, 1), maxPlaces)
	return &arrowDecimal{collector: collector[int64]{field: f}, width: t.(arrow.FixedWidthDataType).Bytes(), scale: scale}
}

func (b *arrowDecimal) add(a arrow.Array, from, to int) error {
	d := a.Data()
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			b.addMissing()
			continue
		}
		at := (d.Offset() + i) * b.width
		v, ok := lowBits(d.Buffers()[1].Bytes()[at : at+b.width])
		for range -b.scale {
			ok = ok && v <= math.MaxInt64/10 && v >= math.MinInt64/10
			v *= 10
		}
		if !ok {
			return fmt.Errorf("%w: row %d holds %s, which does not fit 64 bits: cast the column to float64 before, or leave it out with --drop %s", ErrUnsupported, b.row(), a.ValueStr(i), b.field.Name)
		}
		b.data = append(b.data, v)
	}
	return nil
}

// lowBits returns a number of len(raw) bytes, 4 or more, and whether it is an
// int64.
func lowBits(raw []byte) (v int64, ok bool) {
	if len(raw) == 4 {
		return int64(int32(binary.LittleEndian.Uint32(raw))), true
	}
	v = int64(binary.LittleEndian.Uint64(raw))
	for _, b := range raw[8:] {
		if b != byte(v>>63) {
			return 0, false
		}
	}
	return v, true
}
