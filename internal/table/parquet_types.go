package table

import (
	"errors"
	"fmt"
	"time"

	"github.com/parquet-go/parquet-go/format"
)

func unsupportedColumn(name, what string) error {
	return fmt.Errorf("%w: column %q is %s: leave it out with --drop %s", ErrUnsupported, name, what, name)
}

// newParquetBuilder returns a builder for what c stores, or an error where it is
// nothing that a table holds.
func newParquetBuilder(c parquetLeaf, l *limits) (parquetBuilder, error) {
	if c.nested {
		return nil, unsupportedColumn(c.name, "nested or a list")
	}
	if c.physical == format.FixedLenByteArray && (c.length < 1 || c.length > 1<<20) {
		return nil, fmt.Errorf("%w: column %q has values of %d bytes", ErrCorrupt, c.name, c.length)
	}
	logical := c.logicalOf()
	if logical.id == logicalDecimal {
		return decimals(c, logical, l)
	}
	switch c.physical {
	case format.Boolean:
		if logical.id == 0 {
			return booleans(), nil
		}
	case format.Float:
		if logical.id == 0 {
			return sameWords[float32, uint32](Float32), nil
		}
	case format.Double:
		if logical.id == 0 {
			return sameWords[float64, uint64](Float64), nil
		}
	case format.Int32:
		if b := int32s(logical); b != nil {
			return b, nil
		}
	case format.Int64:
		if b := int64s(logical); b != nil {
			return b, nil
		}
	case format.Int96:
		if reader := (&byteReader{width: 12, spend: l.rows}); c.far {
			return fromBytes(Int64, reader, int96Micros), nil
		} else if logical.id == 0 {
			return fromBytes(Int64, reader, int96), nil
		}
	case format.ByteArray, format.FixedLenByteArray:
		if b := byteArrays(c, logical, l); b != nil {
			return b, nil
		}
	}
	return &onlyMissing{parquetValues: newValues[float64](Float64, nil), what: unsupportedColumn(c.name, c.typeName())}, nil
}

// int32s returns a builder for what INT32 stores, nil where it is nothing known.
func int32s(l parquetLogical) parquetBuilder {
	switch {
	case l.id == 0 || l.id == logicalDate || l.id == logicalTime && l.timeUnit() == time.Millisecond:
		return sameWords[int32, uint32](Int32)
	case l.id != logicalInteger:
		return nil
	case l.signed && l.width == 8:
		return otherWords[int8](Int8)
	case l.signed && l.width == 16:
		return otherWords[int16](Int16)
	case l.signed && l.width == 32:
		return sameWords[int32, uint32](Int32)
	case !l.signed && l.width == 8:
		return otherWords[uint8](Uint8)
	case !l.signed && l.width == 16:
		return otherWords[uint16](Uint16)
	case !l.signed && l.width == 32:
		return sameWords[uint32, uint32](Uint32)
	}
	return nil
}

// int64s returns a builder for what INT64 stores, nil where it is nothing known.
func int64s(l parquetLogical) parquetBuilder {
	switch {
	case l.id == 0, l.id == logicalInteger && l.signed && l.width == 64,
		l.id == logicalTimestamp && l.timeUnit() != 0,
		l.id == logicalTime && l.timeUnit() < time.Millisecond && l.timeUnit() != 0:
		return sameWords[int64, uint64](Int64)
	case l.id == logicalInteger && !l.signed && l.width == 64:
		return sameWords[uint64, uint64](Uint64)
	}
	return nil
}

// byteArrays returns a builder for what byte arrays store, nil where it is
// nothing known.
func byteArrays(c parquetLeaf, l parquetLogical, limits *limits) parquetBuilder {
	reader := &byteReader{spend: limits.rows}
	text := &textDecoder{reader: reader, texts: new(dictionary), invalid: fmt.Errorf("%w: text that is not UTF-8: write the column as UTF-8, or leave it out with --drop %s", ErrUnsupported, c.name)}
	if c.physical == format.FixedLenByteArray {
		reader.width = int(c.length)
	}
	switch {
	case l.id == logicalFloat16 && reader.width == 2:
		return fromBytes(Float16, reader, float16Bits)
	case l.id == logicalUUID && reader.width == 16:
		text.show = appendUUID
		return newValues(String, text)
	case l.id == 0 && reader.width == 0: // old writers did not say that it is text
		text.invalid = unsupportedColumn(c.name, c.typeName()+" and no text")
		return newValues(String, text)
	case l.id == logicalString || l.id == logicalEnum || l.id == logicalJSON:
		return newValues(String, text)
	}
	return nil
}

// decimals returns a builder for a decimal, whatever stores it.
func decimals(c parquetLeaf, l parquetLogical, limits *limits) (parquetBuilder, error) {
	if l.precision < 1 || l.scale < 0 || l.scale > l.precision {
		return nil, fmt.Errorf("%w: column %q is a decimal of %d digits, %d behind the point", ErrCorrupt, c.name, l.precision, l.scale)
	}
	if l.scale > 38 {
		return nil, unsupportedColumn(c.name, fmt.Sprintf("a decimal of %d digits behind the point", l.scale))
	}
	reader := &byteReader{spend: limits.rows}
	switch c.physical {
	case format.Int32:
		return otherWords[int64](Decimal), nil
	case format.Int64:
		return sameWords[int64, uint64](Decimal), nil
	case format.FixedLenByteArray:
		reader.width = int(c.length)
		return fromBytes(Decimal, reader, decimalOf(c)), nil
	case format.ByteArray:
		return fromBytes(Decimal, reader, decimalOf(c)), nil
	}
	return nil, fmt.Errorf("%w: column %q is a decimal stored as %s", ErrCorrupt, c.name, c.physical)
}

// decimalOf is wideDecimal with what can be done about an error.
func decimalOf(c parquetLeaf) func([]byte) (int64, error) {
	return func(b []byte) (int64, error) {
		v, err := wideDecimal(b)
		if errors.Is(err, errWide) {
			err = fmt.Errorf("%w: %w: write the column as double, or leave it out with --drop %s", ErrUnsupported, err, c.name)
		}
		return v, err
	}
}

// describe sets what a field tells beside its type.
func (c *parquetLeaf) describe(f *Field) {
	switch l := c.logicalOf(); {
	case l.id == logicalDecimal:
		f.Precision, f.Places = int(min(l.precision, 38)), int(l.scale)
	case l.id == logicalDate && f.Type == Int32:
		f.Temporal = Temporal{Kind: Date}
	case l.id == logicalTime && f.Type.Integer():
		f.Temporal = Temporal{Kind: TimeOfDay, Unit: l.timeUnit()}
	case l.id == logicalTimestamp && f.Type == Int64:
		f.Temporal = Temporal{Kind: Timestamp, Unit: l.timeUnit(), Zone: l.zone()}
	case c.physical == format.Int96 && f.Type == Int64:
		f.Temporal = Temporal{Kind: Timestamp, Unit: time.Nanosecond}
		if c.far {
			f.Temporal.Unit = time.Microsecond
		}
	}
}

// onlyMissing is a column of a type that no table holds, which is read as long
// as it has no value.
type onlyMissing struct {
	*parquetValues[float64]
	what error
}

func (b *onlyMissing) dictionary(int, []byte) error { return nil }

func (b *onlyMissing) add(n, valid int, levels []uint8, encoding format.Encoding, src []byte) error {
	if valid > 0 {
		return b.what
	}
	return b.parquetValues.add(n, valid, levels, encoding, src)
}
