package table

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/parquet-go/parquet-go"
)

// storedField is how a file stores a field.
type storedField struct {
	node     parquet.Node
	kind     parquet.Kind
	multiply int64 // Parquet has no seconds: they become milliseconds
	divide   int64 // nor dates but in days
	most     int64 // a value lies within ±most; 0: any does
	texts    [][]byte
}

// storedAs returns how f is stored.
func storedAs(f Field) storedField {
	s := storedField{multiply: 1, divide: 1}
	switch kind := f.Temporal.Kind; {
	case f.Type == String:
		s.node = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case f.Type == Bool:
		s.node = parquet.Leaf(parquet.BooleanType)
	case f.Type == Float32:
		s.node = parquet.Leaf(parquet.FloatType)
	case f.Type == Float64:
		s.node = parquet.Leaf(parquet.DoubleType)
	case f.Type == Decimal:
		s.setDecimal(f)
	case kind == Date:
		s.node = parquet.Date()
		if f.Type != Int32 {
			s.divide, s.most = int64(24*time.Hour/f.Temporal.Unit), math.MaxInt32
		}
	case kind == Timestamp:
		s.setUnit(f.Temporal.Unit)
		s.node = parquet.TimestampAdjusted(parquetUnit(f.Temporal.Unit), f.Temporal.Zone != "")
	case kind == TimeOfDay:
		s.setUnit(f.Temporal.Unit)
		if s.node = parquet.TimeAdjusted(parquetUnit(f.Temporal.Unit), false); s.node.Type().Kind() == parquet.Int32 {
			s.most = math.MaxInt32
		}
	case f.Type >= Uint8:
		s.node = parquet.Uint(8 * f.Type.size())
	default: // a Duration too, for which Parquet has no type
		s.node = parquet.Int(8 * f.Type.size())
	}
	s.kind = s.node.Type().Kind()
	return s
}

// setDecimal takes the narrowest type that has room for the digits.
func (s *storedField) setDecimal(f Field) {
	precision := storedPrecision(f)
	physical := parquet.FixedLenByteArrayType(16)
	switch {
	case precision <= 9:
		physical = parquet.Int32Type
	case precision <= 18:
		physical = parquet.Int64Type
	}
	if precision <= 18 {
		s.most = int64(math.Pow10(precision)) - 1
	}
	s.node = parquet.Decimal(f.Places, precision, physical)
}

// storedPrecision returns the digits of a decimal, all that 64 bits may have
// where it does not tell.
func storedPrecision(f Field) int {
	if f.Precision < 1 {
		return max(19, f.Places)
	}
	return f.Precision
}

func (s *storedField) setUnit(unit time.Duration) {
	if unit == time.Second {
		s.multiply = 1000
	}
}

// parquetUnit returns the unit of a time.
func parquetUnit(unit time.Duration) parquet.TimeUnit {
	switch unit {
	case time.Nanosecond:
		return parquet.Nanosecond
	case time.Microsecond:
		return parquet.Microsecond
	default:
		return parquet.Millisecond
	}
}

// value returns row i of v, which has one, or false where there is no room for
// it.
func (s *storedField) value(v *vector, i int) (parquet.Value, bool) {
	switch s.kind {
	case parquet.Double:
		return parquet.DoubleValue(v.floats[i]), true
	case parquet.Float:
		return parquet.FloatValue(float32(v.floats[i])), true
	case parquet.ByteArray:
		return parquet.ByteArrayValue(s.texts[v.ints[i]]), true
	case parquet.Boolean:
		return parquet.BooleanValue(v.ints[i] != 0), true
	}
	count, ok := s.count(v.ints[i])
	switch s.kind {
	case parquet.Int32:
		return parquet.Int32Value(int32(count)), ok
	case parquet.Int64:
		return parquet.Int64Value(count), ok
	default:
		return parquet.FixedLenByteArrayValue(wideBytes(count)), ok
	}
}

// count returns what stands in the file for x.
func (s *storedField) count(x int64) (int64, bool) {
	y := x
	if s.multiply != 1 || s.divide != 1 {
		if y *= s.multiply; y/s.multiply != x || y%s.divide != 0 {
			return 0, false
		}
		y /= s.divide
	}
	return y, s.most == 0 || y >= -s.most && y <= s.most
}

// wideBytes returns x as 16 bytes, the highest first.
func wideBytes(x int64) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(x>>63))
	return binary.BigEndian.AppendUint64(b, uint64(x))
}
