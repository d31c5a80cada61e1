package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// numbers decodes values that do not depend on those before. Its elements are
// the values of the dictionary.
type numbers[T npy.Value] struct {
	fill func(dst []T, encoding format.Encoding, src []byte) error
	dict []T
}

func (d *numbers[T]) decode(dst []T, encoding format.Encoding, src []byte) error {
	return d.fill(dst, encoding, src)
}

func (d *numbers[T]) dictionary(n int, src []byte) error {
	d.dict = make([]T, n)
	return d.fill(d.dict, format.Plain, src)
}

func (d *numbers[T]) lookup(dst []T, indices []uint32) error {
	dict := d.dict
	for i, index := range indices {
		if int64(index) >= int64(len(dict)) {
			return errIndex(index, len(dict))
		}
		dst[i] = dict[index]
	}
	return nil
}

// sameWords decodes into the memory of the column.
func sameWords[T npy.Value, W word](t Type) parquetBuilder {
	return newValues(t, &numbers[T]{fill: func(dst []T, encoding format.Encoding, src []byte) error {
		return decodeWords(wordsIn[W](dst), encoding, src)
	}})
}

// otherWords decodes INT32 that a column holds in another width.
func otherWords[T npy.Value](t Type) parquetBuilder {
	var scratch []uint32
	return newValues(t, &numbers[T]{fill: func(dst []T, encoding format.Encoding, src []byte) error {
		scratch = slices.Grow(scratch[:0], len(dst))[:len(dst)]
		if err := decodeWords(scratch, encoding, src); err != nil {
			return err
		}
		for i, x := range scratch {
			v := T(int32(x))
			if int32(v) != int32(x) {
				return &valueError{i, fmt.Errorf("%w: value %d in a column of %s", ErrCorrupt, int32(x), t)}
			}
			dst[i] = v
		}
		return nil
	}})
}

// booleans decodes bits.
func booleans() parquetBuilder {
	return newValues(Bool, &numbers[uint8]{fill: func(dst []uint8, encoding format.Encoding, src []byte) error {
		switch encoding {
		case format.Plain:
			if len(src) < (len(dst)+7)/8 {
				return errValues
			}
			unpackFlags(dst, src)
			return nil
		case format.RLE:
			return runBooleans(dst, src)
		default:
			return errEncoding(encoding)
		}
	}})
}

// runBooleans reads runs behind their length.
func runBooleans(dst []uint8, src []byte) error {
	src, _, err := lengthPrefixed(src)
	if err != nil {
		return err
	}
	ones, err := (&runs{src: src, width: 1}).levels(dst)
	if err == nil && ones == len(dst) {
		fillBytes(dst, 1)
	}
	return err
}

// lengthPrefixed returns as many bytes as the first four tell, and the rest.
func lengthPrefixed(src []byte) (head, rest []byte, err error) {
	if len(src) < 4 || uint64(binary.LittleEndian.Uint32(src)) > uint64(len(src)-4) {
		return nil, nil, errValues
	}
	end := 4 + int(binary.LittleEndian.Uint32(src))
	return src[4:end], src[end:], nil
}

// byteNumbers decodes values that are made of bytes, which fails for some.
type byteNumbers[T npy.Value] struct {
	numbers[T]
	reader *byteReader
	value  func([]byte) (T, error)
	bad    bitmap // values of the dictionary that failed, which matters where a row has one
	err    error  // of the last of them
}

func fromBytes[T npy.Value](t Type, reader *byteReader, value func([]byte) (T, error)) parquetBuilder {
	return newValues(t, &byteNumbers[T]{reader: reader, value: value})
}

func (d *byteNumbers[T]) decode(dst []T, encoding format.Encoding, src []byte) error {
	return d.reader.each(len(dst), encoding, src, func(i int, b []byte) (err error) {
		if dst[i], err = d.value(b); err != nil {
			err = &valueError{i, err}
		}
		return err
	})
}

func (d *byteNumbers[T]) dictionary(n int, src []byte) error {
	d.dict, d.bad, d.err = make([]T, n), nil, nil
	return d.reader.each(n, format.Plain, src, func(i int, b []byte) (err error) {
		if d.dict[i], err = d.value(b); err != nil {
			d.bad.set(i)
			d.err = err
		}
		return nil
	})
}

func (d *byteNumbers[T]) lookup(dst []T, indices []uint32) error {
	if d.err != nil {
		for i, index := range indices {
			if d.bad.has(int(index)) {
				return &valueError{i, d.err}
			}
		}
	}
	return d.numbers.lookup(dst, indices)
}

// float16Bits returns the bits of a FLOAT16.
func float16Bits(b []byte) (uint16, error) { return binary.LittleEndian.Uint16(b), nil }

var errWide = errors.New("a decimal has more digits than 64 bits hold")

// wideDecimal reads the count of a decimal: a number of any length in two's
// complement, the highest byte first.
func wideDecimal(b []byte) (v int64, err error) {
	if len(b) == 0 {
		return 0, fmt.Errorf("%w: a decimal without digits", ErrCorrupt)
	}
	sign := int8(b[0]) >> 7 // -1 or 0
	for len(b) > 8 {
		if int8(b[0]) != sign || int8(b[1])>>7 != sign {
			return 0, errWide
		}
		b = b[1:]
	}
	v = int64(sign)
	for _, x := range b {
		v = v<<8 | int64(x)
	}
	return v, nil
}

var (
	errFar  = fmt.Errorf("%w: a time that microseconds in 64 bits do not reach: leave the column out with --drop", ErrUnsupported)
	errFine = fmt.Errorf("%w: a time in nanoseconds in a column that reaches too far for them: leave it out with --drop", ErrUnsupported)
)

// julianEpoch is the Julian day of 1970-01-01, counted from midnight.
const julianEpoch = 2440588

// int96 reads a timestamp of old Spark, Hive and Impala: nanoseconds since
// midnight and the Julian day. The result counts nanoseconds from 1970 on, which
// reach from 1677 to 2262 (errFar).
func int96(b []byte) (int64, error) {
	clock, day := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))-julianEpoch
	// The begin of a day may lie just beyond what 64 bits hold and the time not:
	// 128 bits, the high ones in two's complement.
	hi, lo := bits.Mul64(uint64(day), 86400e9)
	if day < 0 {
		hi -= 86400e9
	}
	sum, carry := bits.Add64(lo, uint64(clock), 0)
	hi, _ = bits.Add64(hi, uint64(clock>>63), carry)
	if hi != uint64(int64(sum)>>63) {
		return 0, errFar
	}
	return int64(sum), nil
}

// int96Micros is int96 in microseconds, as Spark has them, which reach far.
func int96Micros(b []byte) (int64, error) {
	clock, day := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))-julianEpoch
	const perDay, most = 86_400_000_000, math.MaxInt64 / 86_400_000_000
	if clock%1000 != 0 {
		return 0, errFine
	}
	clock /= 1000
	at := day*perDay + clock
	if day > most || day < -most || at < clock != (day < 0) {
		return 0, errFar
	}
	return at, nil
}
